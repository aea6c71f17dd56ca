import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadKeyRing } from './key-ring.js';

const secretA = randomBytes(32).toString('base64');
const secretB = randomBytes(48).toString('base64url');

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'narrowcast-keys-'));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function load(setting: string | undefined, folder: string) {
  return loadKeyRing({ name: 'NOTICE_KEYS', setting, dataDir: folder, fileName: 'notice-key' });
}

function messageOf(setting: string): string {
  try {
    load(setting, dataDir);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('was accepted');
}

describe('a key ring', () => {
  it('reads keys from the setting, the signing one first, and leaves the folder alone', () => {
    const keys = load(` 2026-11:${secretA}, old_1:${secretB} `, dataDir);
    expect(keys.map((key) => key.id)).toEqual(['2026-11', 'old_1']);
    expect(keys.map((key) => Buffer.from(key.secret).toString('base64url'))).toEqual([
      Buffer.from(secretA, 'base64').toString('base64url'),
      secretB,
    ]);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it.each([undefined, '', '  '])('makes a key once and finds it again when the setting is %j', (setting) => {
    const first = load(setting, join(dataDir, 'new', 'folder'));
    const second = load(setting, join(dataDir, 'new', 'folder'));
    expect(second).toEqual(first);
    expect(first[0]?.secret).toHaveLength(32);
    expect(readdirSync(join(dataDir, 'new', 'folder'))).toEqual(['notice-key']);
    expect(statSync(join(dataDir, 'new', 'folder', 'notice-key')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['no id', secretA, 'NOTICE_KEYS, key 1 has no id'],
    ['an empty id', `:${secretA}`, 'NOTICE_KEYS, key 1 has no id'],
    ['an empty entry', `a:${secretA},`, 'NOTICE_KEYS, key 2 has no id'],
    [
      'a secret that is not base64',
      `a:${secretA.slice(0, 30)}!!!!`,
      'NOTICE_KEYS, key 1 has a secret that is not base64',
    ],
    [
      'a short secret',
      `a:${randomBytes(31).toString('base64')}`,
      'NOTICE_KEYS, key 1 has a secret of 31 bytes',
    ],
    ['no secret', 'a:', 'NOTICE_KEYS, key 1 has a secret of 0 bytes'],
    [
      'a huge secret',
      `a:${randomBytes(5_000).toString('base64')}`,
      'NOTICE_KEYS, key 1 has a secret of 5000 bytes',
    ],
    [
      'a guessable secret',
      `a:${Buffer.alloc(40, 'secret').toString('base64')}`,
      'NOTICE_KEYS, key 1 has a secret that can be guessed',
    ],
    ['an id twice', `a:${secretA},a:${secretB}`, 'NOTICE_KEYS, key 2 has the id or the secret of key 1'],
    ['a secret twice', `a:${secretA},b:${secretA}`, 'NOTICE_KEYS, key 2 has the id or the secret of key 1'],
    [
      'too many keys',
      Array.from({ length: 5 }, (_, i) => `k${i}:${secretA}`).join(','),
      'NOTICE_KEYS holds 5 keys',
    ],
  ])('refuses %s, naming the setting and showing no secret', (_, setting, message) => {
    const said = messageOf(setting);
    expect(said).toContain(message);
    const secrets = setting.split(/[,:]/).filter((part) => part.length > 8);
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  });

  it('names the file when that is what is damaged, and does not replace it', () => {
    const file = join(dataDir, 'notice-key');
    writeFileSync(file, '');
    expect(() => load(undefined, dataDir)).toThrow(`${file}, key 1 has no id`);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('says so when the folder cannot be written', () => {
    writeFileSync(join(dataDir, 'file'), '');
    expect(() => load(undefined, join(dataDir, 'file'))).toThrow(/ENOTDIR|EEXIST/);
  });
});
