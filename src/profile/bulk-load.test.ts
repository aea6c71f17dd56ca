import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMapStore } from '../../test/support/map-store.js';
import type { ProfileStore } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { BulkLoad, type BulkLoadOptions } from './bulk-load.js';

const NOW_MS = Date.UTC(2026, 10, 20);
const LIMITS = { linesMax: 50, retryDelaysMs: [1], silenceMs: 5_000 };

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'narrowcast-bulk-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const line = (id: string) => JSON.stringify({ id: { cookie: id }, people: { age: 30 } });
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => line(`c-${from + i}`)).join('\n');
const path = (name: string) => join(dir, name);
const checkpoint = () => path('profiles-load.json');

function open(store: ProfileStore, files: readonly string[], options: Partial<BulkLoadOptions> = {}) {
  return BulkLoad.open(store, {
    files,
    standardInput: Readable.from([]),
    clock: new ManualClock(NOW_MS),
    dataDir: dir,
    rejectsFile: path('rejected.ndjson'),
    resume: false,
    signal: new AbortController().signal,
    limits: LIMITS,
    ...options,
  });
}

/** Ctrl-C while the put of this number is on its way. */
function interruptedAt(count: number) {
  const controller = new AbortController();
  let puts = 0;
  const store = createMapStore(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (++puts === count) controller.abort();
  });
  return { store, signal: controller.signal };
}

function rejects(): unknown[] {
  const text = readFileSync(path('rejected.ndjson'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each) as unknown);
}

describe('a bulk load', () => {
  it('takes files, compressed files of several members, and standard input', async () => {
    writeFileSync(path('a.ndjson'), `${lines(1, 500)}\n`);
    const members = [gzipSync(`${lines(501, 700)}\n`), gzipSync(lines(701, 900))];
    writeFileSync(path('b.ndjson.gz'), Buffer.concat(members));
    const store = createMapStore();
    const standardInput = Readable.from([Buffer.from(lines(901, 950)), Buffer.from(`\n${lines(951, 1000)}`)]);
    const load = await open(store, [path('a.ndjson'), path('b.ndjson.gz'), '-'], { standardInput });
    expect(await load.run()).toEqual({ kind: 'complete' });
    expect(load.totals).toMatchObject({ taken: 1000, rejected: 0, segmentsEnded: 0 });
    expect(store.records.size).toBe(1000);
    expect(existsSync(checkpoint())).toBe(false);
    expect(existsSync(path('rejected.ndjson'))).toBe(false);
  });

  it('knows how far it is', async () => {
    writeFileSync(path('a.ndjson'), lines(1, 100));
    const load = await open(createMapStore(), [path('a.ndjson')]);
    expect([load.bytesRead(), load.bytesTotal]).toEqual([0, lines(1, 100).length]);
    await load.run();
    expect(load.bytesRead()).toBe(load.bytesTotal);
    expect((await open(createMapStore(), ['-'])).bytesTotal).toBeUndefined();
  });

  it('lists rejected lines by number and reason, counts them by kind, and loses no neighbour', async () => {
    const bad = [
      '{"id": {"cookie": "canary"',
      `{"id": {"cookie": "canary"}, "segments": "${'x'.repeat(1_000_000)}"}`,
      JSON.stringify({ id: { cookie: 'canary'.repeat(1_700) } }),
      JSON.stringify({ id: { ip: '999.1.1.1' } }),
      JSON.stringify({ id: { cookie: 'canary' }, people: { age: '34' } }),
      JSON.stringify({ id: { cookie: 'canary' }, people: { age: 400 } }),
      JSON.stringify({ id: { cookie: 'canary' }, segments: { runner: 5 } }),
      JSON.stringify({ id: { cookie: 'canary' }, segments: { outdoor: 'soon' } }),
    ];
    const good = bad.map((_, i) => line(`c-${i}`));
    const text = `\uFEFF${good.map((each, i) => `${each}\r\n${bad[i]}\r\n`).join('')}`;
    const notUtf8 = Buffer.from('{"id": {"cookie": "canary\u00ff"}}\n', 'latin1');
    writeFileSync(path('a.ndjson'), Buffer.concat([Buffer.from(text), notUtf8, Buffer.from(line('last'))]));
    const store = createMapStore();
    const load = await open(store, [path('a.ndjson')]);
    expect(await load.run()).toEqual({ kind: 'complete' });
    expect(load.totals).toMatchObject({ taken: good.length + 1, rejected: bad.length + 1 });
    expect(rejects()).toMatchObject(
      [2, 4, 6, 8, 10, 12, 14, 16, 17].map((number) => ({ file: path('a.ndjson'), line: number })),
    );
    expect(rejects()).toContainEqual({
      file: path('a.ndjson'),
      line: 10,
      reason: 'people.age is text of 2 characters, expected a number from 0 to 120',
    });
    expect(readFileSync(path('rejected.ndjson'), 'utf8')).not.toContain('canary');
    const { rejectedBy } = load.totals;
    expect(rejectedBy.get('people.age: expected a number from 0 to 120')).toBe(2);
    expect([...rejectedBy].find(([group]) => group.startsWith('segments.*'))?.[1]).toBe(2);
    expect(rejectedBy.get('the line is longer than 65536 bytes')).toBe(1);
  });

  it('leaves out the segments that have ended, and counts them', async () => {
    const segments = { old: '2026-11-18', older: '2020-01-01', runner: '2026-12-31' };
    writeFileSync(path('a.ndjson'), JSON.stringify({ id: { cookie: 'c' }, segments }));
    const store = createMapStore();
    const load = await open(store, [path('a.ndjson')]);
    await load.run();
    expect(load.totals).toMatchObject({ taken: 1, segmentsEnded: 2 });
    expect([...(store.records.get('c:c')?.profile?.segments.keys() ?? [])]).toEqual(['runner']);
  });

  it('counts no more kinds of reasons than it can hold', async () => {
    const nonsense = Array.from({ length: 300 }, (_, i) => `{"id": {"cookie": "c"}, "value${i}": 1}`);
    const misspelt = ['peopel', 'valeu', 'goe', 'stge', 'updatd'].map((key) => `{"${key}": 1}`);
    writeFileSync(path('a.ndjson'), [...nonsense, ...misspelt].join('\n'));
    const load = await open(createMapStore(), [path('a.ndjson')]);
    await load.run();
    expect(load.totals.rejected).toBe(305);
    expect(load.totals.rejectedBy.size).toBeLessThanOrEqual(51);
    expect([...load.totals.rejectedBy.values()].reduce((sum, count) => sum + count)).toBe(305);
  });
});

describe('the rejects file of a bulk load', () => {
  it('never deletes an input that is named as the rejects file, by whichever name', async () => {
    const [input, rejected] = [path('a.ndjson'), path('rejected.ndjson')];
    writeFileSync(input, lines(1, 3));
    const same = 'is one of the files to be loaded';
    await expect(open(createMapStore(), [input], { rejectsFile: input })).rejects.toThrow(same);
    symlinkSync(input, rejected);
    await expect(open(createMapStore(), [input])).rejects.toThrow(same);
    rmSync(rejected);
    linkSync(input, rejected);
    await expect(open(createMapStore(), [input])).rejects.toThrow(same);
    expect(readFileSync(input, 'utf8')).toBe(lines(1, 3));
  });

  it('does not replace a file that is no list of rejected lines', async () => {
    writeFileSync(path('a.ndjson'), 'bad');
    const rejected = path('rejected.ndjson');
    for (const theirs of ['thesis', lines(1, 3), '{"file": "a"}', '{"line": 3}\n', 'null']) {
      writeFileSync(rejected, theirs);
      await expect(open(createMapStore(), [path('a.ndjson')])).rejects.toThrow(
        'is no list of rejected lines',
      );
      expect(readFileSync(rejected, 'utf8')).toBe(theirs);
    }
    await expect(open(createMapStore(), [path('a.ndjson')], { rejectsFile: dir })).rejects.toThrow(
      'is no list of rejected lines',
    );
  });

  it('never shows the name of a segment or an interest, which may be an address, and is for its owner only', async () => {
    const canary = 'john.doe@example.com';
    const bad = [
      { segments: { [canary]: 5 } },
      { segments: { [canary.repeat(6)]: null } },
      { segments: { [canary]: 'soon' } },
      { interests: { [canary]: 2 } },
      { interests: { [canary]: 'much' } },
    ].map((fields) => JSON.stringify({ id: { cookie: 'c' }, ...fields }));
    writeFileSync(path('a.ndjson'), bad.join('\n'));
    const load = await open(createMapStore(), [path('a.ndjson')]);
    await load.run();
    expect(load.totals.rejected).toBe(bad.length);
    expect(readFileSync(path('rejected.ndjson'), 'utf8')).not.toContain('john');
    expect([...load.totals.rejectedBy.keys()].join()).not.toContain('john');
    expect(statSync(path('rejected.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('replaces the list of an earlier load, and an empty file', async () => {
    writeFileSync(path('a.ndjson'), 'bad\nbad');
    writeFileSync(path('rejected.ndjson'), '');
    for (let run = 0; run < 2; run++) {
      await (await open(createMapStore(), [path('a.ndjson')])).run();
      expect(rejects()).toMatchObject([{ line: 1 }, { line: 2 }]);
    }
  });
});

describe('an interrupted bulk load', () => {
  async function interruptedAfterReject() {
    writeFileSync(path('a.ndjson'), `bad\n${lines(1, 200)}\nbad`);
    const { store, signal } = interruptedAt(60);
    await (await open(store, [path('a.ndjson')], { signal })).run();
    expect(rejects()).toMatchObject([{ line: 1 }]);
    return () => open(createMapStore(), [path('a.ndjson')], { resume: true });
  }

  it('is resumed when its rejects file is gone, or was there and nothing is left of it', async () => {
    for (const spoil of [rmSync, (file: string) => truncateSync(file, 0)]) {
      const resume = await interruptedAfterReject();
      spoil(path('rejected.ndjson'));
      expect(await (await resume()).run()).toEqual({ kind: 'complete' });
      expect(rejects()).toMatchObject([{ line: 202 }]);
    }
  });

  it('does not pad a rejects file that was made shorter', async () => {
    const resume = await interruptedAfterReject();
    const shorter = '{"file":"a","line":1,"reason":""}\n';
    writeFileSync(path('rejected.ndjson'), shorter, { mode: 0o644 });
    chmodSync(path('rejected.ndjson'), 0o644);
    await (await resume()).run();
    expect(rejects()).toMatchObject([{ line: 1 }, { line: 202 }]);
    expect(statSync(path('rejected.ndjson')).mode & 0o777).toBe(0o600);
  });

  it('says what is wrong with a rejects file that cannot be kept', async () => {
    const resume = await interruptedAfterReject();
    rmSync(path('rejected.ndjson'));
    mkdirSync(path('rejected.ndjson'));
    await expect(resume()).rejects.toThrow('rejected.ndjson is no list of rejected lines');
  });

  it('goes on where it stopped: each line is put once and each reject listed once', async () => {
    writeFileSync(path('a.ndjson'), `${lines(1, 300)}\nbad\n`);
    writeFileSync(path('b.ndjson.gz'), gzipSync(`${lines(301, 600)}\nbad\n${lines(601, 900)}\nbad`));
    writeFileSync(path('c.ndjson'), lines(901, 1000));
    const files = [path('a.ndjson'), path('b.ndjson.gz'), path('c.ndjson')];
    const put: string[] = [];
    let taken = 0;
    for (const [run, stopAt] of [120, 400, 333, Infinity].entries()) {
      const { store, signal } = interruptedAt(stopAt);
      const load = await open(store, files, { signal, resume: run > 0 });
      expect(load.totals.taken).toBe(taken);
      expect((await load.run()).kind).toBe(stopAt === Infinity ? 'complete' : 'interrupted');
      put.push(...store.puts.map((key) => (key.kind === 'cookie' ? key.id : '')));
      taken = load.totals.taken;
      expect(taken).toBe(put.length);
    }
    expect(put).toEqual(Array.from({ length: 1000 }, (_, i) => `c-${i + 1}`));
    expect(rejects()).toMatchObject([{ line: 301 }, { line: 301 }, { line: 602 }]);
    expect(existsSync(checkpoint())).toBe(false);
  });

  it('ends at once when standard input says nothing', async () => {
    const controller = new AbortController();
    const standardInput = new Readable({ read: () => undefined });
    const load = await open(createMapStore(), ['-'], { standardInput, signal: controller.signal });
    const end = load.run();
    standardInput.push(`${line('a')}\n`);
    setTimeout(() => controller.abort(), 20);
    expect(await end).toEqual({ kind: 'interrupted' });
    expect(load.totals.taken).toBe(1);
  });

  it('stops at a store that refuses, and resumes when it takes profiles again', async () => {
    writeFileSync(path('a.ndjson'), lines(1, 200));
    const full = await open(createMapStore(undefined, 70), [path('a.ndjson')]);
    expect(await full.run()).toEqual({
      kind: 'stopped',
      why: 'the store refuses profiles: there is no room for more profiles',
    });
    expect(full.totals.taken).toBe(70);
    const store = createMapStore();
    const load = await open(store, [path('a.ndjson')], { resume: true });
    expect(await load.run()).toEqual({ kind: 'complete' });
    expect([load.totals.taken, store.puts.length]).toEqual([200, 130]);
  });

  it('keeps what it had read of a file that breaks off', async () => {
    const whole = gzipSync(lines(1, 5_000));
    writeFileSync(path('a.ndjson.gz'), whole.subarray(0, whole.length - 20));
    const load = await open(createMapStore(), [path('a.ndjson.gz')]);
    const end = await load.run();
    expect(end).toMatchObject({ kind: 'stopped' });
    expect(end.kind === 'stopped' && end.why).toContain('a.ndjson.gz cannot be read to its end: ');
    expect(load.totals.rejected).toBe(0);
    expect(existsSync(checkpoint())).toBe(true);
  });

  it('is not resumed with a file that has changed, without a checkpoint, or from a damaged one', async () => {
    writeFileSync(path('a.ndjson'), lines(1, 200));
    const resume = () => open(createMapStore(), [path('a.ndjson')], { resume: true });
    await expect(resume()).rejects.toThrow('there is no interrupted load to resume');
    const { store, signal } = interruptedAt(60);
    await (await open(store, [path('a.ndjson')], { signal })).run();
    utimesSync(path('a.ndjson'), 1, 1);
    await expect(resume()).rejects.toThrow('has changed since the load was interrupted');
    for (const damaged of ['', '{"version": 1}', '{"version": 2, "inputs": []}', '[]']) {
      writeFileSync(checkpoint(), damaged);
      await expect(resume()).rejects.toThrow('is damaged: load without --resume');
    }
  });

  it('puts nothing when one of the files is not there', async () => {
    writeFileSync(path('a.ndjson'), lines(1, 10));
    const store = createMapStore();
    await expect(open(store, [path('a.ndjson'), path('b.ndjson')])).rejects.toThrow(
      'b.ndjson cannot be read',
    );
    await expect(open(store, [dir])).rejects.toThrow('is a folder');
    expect(store.records.size).toBe(0);
  });
});
