import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NoticeKey } from './token.js';

const SETTING = 'NOTICE_KEYS';
const FILE_NAME = 'notice-key';
const SECRET_BYTES_MIN = 32;
const SECRET_BYTES_MAX = 1024;
/** Fewer different bytes than this among 32 or more is a pattern, not chance. */
const DIFFERENT_BYTES_MIN = 12;
/** Each key is tried on each forged token. */
const KEYS_MAX = 4;
const EXPECTED = `expected id:secret, several separated by commas, where the secret is base64 of at least ${SECRET_BYTES_MIN} random bytes (make one with: openssl rand -base64 32)`;

/**
 * The keys that notice tokens are signed with: from the setting, or else from a file that is made once, so that links
 * in pages that are already out there stay good over a restart.
 *
 * Several processes may start at once on an empty folder: each writes a key under a name of its own and then links it
 * to the common name, which only one of them can; all of them read what stands there.
 *
 * @param setting `id:secret,id:secret`, the first one signing; undefined or empty = the file
 * @param dataDir folder of the key file; made when missing
 * @throws an error that names the setting or the file and what is wrong, never showing a secret
 */
export function loadNoticeKeys(setting: string | undefined, dataDir: string): readonly NoticeKey[] {
  if (setting !== undefined && setting.trim() !== '') return parseNoticeKeys(setting, SETTING);
  const file = join(dataDir, FILE_NAME);
  const text = readIfThere(file) ?? makeKeyFile(file, dataDir);
  return parseNoticeKeys(text, file);
}

function parseNoticeKeys(text: string, where: string): readonly NoticeKey[] {
  const entries = text.trim().split(',');
  if (entries.length > KEYS_MAX) {
    throw new Error(`${where} holds ${entries.length} keys; expected at most ${KEYS_MAX}`);
  }
  const keys = entries.map((entry, i) => parseNoticeKey(entry.trim(), `${where}, key ${i + 1}`));
  for (const [i, key] of keys.entries()) {
    const twin = keys.findIndex((other) => other.id === key.id || sameBytes(other.secret, key.secret));
    if (twin < i) throw new Error(`${where}, key ${i + 1} has the id or the secret of key ${twin + 1}`);
  }
  return keys;
}

function parseNoticeKey(entry: string, where: string): NoticeKey {
  const colon = entry.indexOf(':');
  const id = entry.slice(0, Math.max(0, colon));
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
    throw new Error(`${where} has no id of 1 to 32 letters, digits, - or _; ${EXPECTED}`);
  }
  const encoded = entry.slice(colon + 1);
  const secret = Buffer.from(encoded, 'base64');
  if (secret.toString('base64url') !== toUnpaddedBase64Url(encoded)) {
    throw new Error(`${where} has a secret that is not base64; ${EXPECTED}`);
  }
  if (secret.length < SECRET_BYTES_MIN || secret.length > SECRET_BYTES_MAX) {
    throw new Error(`${where} has a secret of ${secret.length} bytes; ${EXPECTED}`);
  }
  if (new Set(secret).size < DIFFERENT_BYTES_MIN) {
    throw new Error(`${where} has a secret that can be guessed; ${EXPECTED}`);
  }
  return { id, secret };
}

function toUnpaddedBase64Url(encoded: string): string {
  return encoded
    .replace(/={1,2}$/, '')
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function makeKeyFile(file: string, dataDir: string): string {
  mkdirSync(dataDir, { recursive: true });
  const own = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(own, `generated:${randomBytes(SECRET_BYTES_MIN).toString('base64')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    linkSync(own, file);
  } catch (error) {
    // Another process was first: its key is the common one.
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(own);
  }
  return readFileSync(file, 'utf8');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
