import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretKey } from '../domain/secret-key.js';

const SECRET_BYTES_MIN = 32;
const SECRET_BYTES_MAX = 1024;
/** Fewer different bytes than this among 32 or more is a pattern, not chance. */
const DIFFERENT_BYTES_MIN = 12;
/** Each key is tried on each forged token. */
const KEYS_MAX = 4;
const EXPECTED = `expected id:secret, several separated by commas, where the secret is base64 of at least ${SECRET_BYTES_MIN} random bytes (make one with: openssl rand -base64 32)`;

/** Where a key ring is kept. */
export interface KeyRingPlace {
  /** Name of the setting, for messages. */
  readonly name: string;
  /** `id:secret,id:secret`; undefined or empty = the file. */
  readonly setting: string | undefined;
  /** The folder of the file, made when missing, and the file's name in it. */
  readonly dataDir: string;
  readonly fileName: string;
}

/**
 * The keys of a ring: from the setting, or else from a file that is made once, so that what was signed or filed with
 * them stays good over a restart.
 *
 * Several processes may start at once on an empty folder: each writes a key under a name of its own and then links it
 * to the common name, which only one of them can; all of them read what stands there.
 *
 * @throws an error that names the setting or the file and what is wrong, never showing a secret
 */
export function loadKeyRing({ name, setting, dataDir, fileName }: KeyRingPlace): readonly SecretKey[] {
  if (setting !== undefined && setting.trim() !== '') return parseKeys(setting, name);
  const file = join(dataDir, fileName);
  const text = readIfThere(file) ?? makeKeyFile(file, dataDir);
  return parseKeys(text, file);
}

function parseKeys(text: string, where: string): readonly SecretKey[] {
  const entries = text.trim().split(',');
  if (entries.length > KEYS_MAX) {
    throw new Error(`${where} holds ${entries.length} keys; expected at most ${KEYS_MAX}`);
  }
  const keys = entries.map((entry, i) => parseKey(entry.trim(), `${where}, key ${i + 1}`));
  for (const [i, key] of keys.entries()) {
    const twin = keys.findIndex((other) => other.id === key.id || sameBytes(other.secret, key.secret));
    if (twin < i) throw new Error(`${where}, key ${i + 1} has the id or the secret of key ${twin + 1}`);
  }
  return keys;
}

function parseKey(entry: string, where: string): SecretKey {
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
