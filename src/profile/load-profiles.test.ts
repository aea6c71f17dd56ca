import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProfileKey } from '../domain/profile.js';
import { createMapStore } from '../../test/support/map-store.js';
import { loadProfiles } from './load-profiles.js';

const NOW_MS = Date.UTC(2026, 10, 20);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'narrowcast-profiles-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function cookie(id: string): ProfileKey {
  return { kind: 'cookie', id };
}

function line(id: string, age: number): string {
  return JSON.stringify({ id: { cookie: id }, people: { age } });
}

async function load(store = createMapStore()) {
  const loaded = await loadProfiles(dir, store, NOW_MS);
  const ages = async (...ids: string[]) =>
    (await store.find(ids.map(cookie))).map(({ stored }) => stored?.profile?.people.age);
  return { loaded, store, ages };
}

describe('loading profiles', () => {
  it('reads every .ndjson of the folder and keeps the good neighbours of bad lines', async () => {
    writeFileSync(join(dir, 'a.ndjson'), [line('a', 1), 'nonsense', '', '  ', line('b', 2)].join('\n'));
    writeFileSync(join(dir, 'b.ndjson'), `\uFEFF${line('c', 3)}\r\n${line('d', 400)}\r\n${line('e', 5)}\r\n`);
    writeFileSync(join(dir, 'notes.txt'), 'not a profile file');
    const { loaded, ages } = await load();
    expect(loaded).toEqual({
      taken: 4,
      segmentsEnded: 0,
      rejectedCount: 2,
      rejected: [
        { file: 'a.ndjson', line: 2, reason: 'the line is not valid JSON, expected one JSON object' },
        { file: 'b.ndjson', line: 2, reason: 'people.age is 400, expected a number from 0 to 120' },
      ],
    });
    expect(await ages('a', 'b', 'c', 'd', 'e', 'f')).toEqual([1, 2, 3, undefined, 5, undefined]);
  });

  it('passes over lines that are too long or not UTF-8, and reads on behind them', async () => {
    const tooLong = JSON.stringify({ id: { cookie: 'x' }, pad: 'y'.repeat(64 * 1024) });
    const notUtf8 = Buffer.concat([
      Buffer.from('{"id":{"cookie":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}}'),
    ]);
    const endless = 'z'.repeat(1_000_000);
    const text = Buffer.from(`\n${line('after', 7)}\n${endless}`);
    writeFileSync(join(dir, 'a.ndjson'), Buffer.concat([Buffer.from(`${tooLong}\n`), notUtf8, text]));
    const { loaded, ages } = await load();
    expect(loaded.rejected).toEqual([
      { file: 'a.ndjson', line: 1, reason: 'the line is longer than 65536 bytes' },
      { file: 'a.ndjson', line: 2, reason: 'the line is not UTF-8' },
      { file: 'a.ndjson', line: 4, reason: 'the line is longer than 65536 bytes' },
    ]);
    expect(await ages('after')).toEqual([7]);
  });

  it('reads lines that lie across the pieces in which a file is read', async () => {
    const ids = Array.from({ length: 5_000 }, (_, i) => `ü-${i}`);
    writeFileSync(join(dir, 'a.ndjson'), ids.map((id, i) => line(id, i % 121)).join('\n'));
    const { loaded, ages } = await load();
    expect(loaded).toMatchObject({ taken: 5_000, rejectedCount: 0 });
    expect(await ages(...ids)).toEqual(ids.map((_, i) => i % 121));
  });

  it('lets the later of two lines with one key count, over files by name', async () => {
    writeFileSync(join(dir, '1.ndjson'), `${line('a', 1)}\n${line('a', 2)}\n`);
    writeFileSync(join(dir, '2.ndjson'), line('a', 3));
    const { loaded, store, ages } = await load();
    expect(loaded).toMatchObject({ taken: 3 });
    expect(store.records.size).toBe(1);
    expect(await ages('a')).toEqual([3]);
  });

  it('counts every rejected line and shows the first twenty', async () => {
    writeFileSync(join(dir, 'a.ndjson'), 'bad\n'.repeat(50));
    const { loaded } = await load();
    expect(loaded.rejectedCount).toBe(50);
    expect(loaded.rejected.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('loses the lines for which the store has no room, and says so', async () => {
    writeFileSync(join(dir, 'a.ndjson'), [line('a', 1), line('b', 2), line('c', 3), line('a', 4)].join('\n'));
    const { loaded, ages } = await load(createMapStore(undefined, 2));
    expect(loaded.rejected).toEqual([{ file: 'a.ndjson', line: 3, reason: 'the store is full' }]);
    expect(await ages('a', 'b', 'c')).toEqual([4, 2, undefined]);
  });

  it('says so when the folder is not there', async () => {
    dir = join(dir, 'missing');
    await expect(load()).rejects.toThrow('ENOENT');
    dir = join(dir, '..');
  });

  it('takes the sample profiles as they are', async () => {
    const samples = join(import.meta.dirname, '../../fixtures/profiles');
    const loaded = await loadProfiles(samples, createMapStore(), NOW_MS);
    expect(loaded).toMatchObject({ segmentsEnded: 0, rejectedCount: 0 });
    expect(loaded.taken).toBeGreaterThanOrEqual(20);
  });
});
