import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { readMoney, type MoneyRead } from '../../src/events/read-money.js';
import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { reconcile, reconcileSurely } from '../../src/ledger/reconcile.js';
import { ManualClock } from '../../src/lib/clock.js';
import type { Settlement } from '../../src/domain/ledger.js';
import { settlementOf } from './ledger-samples.js';

/** A noon; the log begins eleven days before. */
const NOW_MS = Date.UTC(2026, 9, 20, 12);
const TODAY = Math.floor(NOW_MS / 86_400_000);
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function logOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'events-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

function bill(bidId: string, change: Readonly<Record<string, unknown>> = {}): string {
  const line = {
    v: 1,
    kind: 'bill',
    timeMs: NOW_MS,
    bidId,
    campaign: 'shoes',
    lineItem: 'main',
    flightDay: '2026-10-20',
    reservedMicros: 1_000,
    bidAtMs: NOW_MS - 60_000,
    outcome: 'accepted',
    spends: true,
    chargeMicros: 900,
    ...change,
  };
  return `${JSON.stringify(line)}\n`;
}

async function readAll(folder: string): Promise<{ all: Settlement[]; read: MoneyRead }> {
  const { settlements, read } = readMoney(folder, NOW_MS);
  const all: Settlement[] = [];
  for await (const settlement of settlements) all.push(settlement);
  return { all, read };
}

const RUNNING = 'events-20261020T110000000Z-7.ndjson';
const OTHER = 'events-20261020T110000000Z-8.ndjson';
const FINISHED = 'events-20261020T100000000Z-7.ndjson.gz';
const ANCIENT = 'events-20261009T100000000Z-7.ndjson.gz';

describe('reading money out of the event log', () => {
  it('finds what is owed in plain and compressed files of all processes, the newest first', async () => {
    const folder = await logOf({
      [RUNNING]: bill('a-3') + bill('a-4'),
      [OTHER]: bill('b-1', { kind: 'win' }),
      [FINISHED]: gzipSync(bill('a-1') + bill('a-2')),
      'notes.txt': 'not ours',
    });
    const { all, read } = await readAll(folder);
    expect(all.map(({ bidId }) => bidId)).toEqual(['b-1', 'a-3', 'a-4', 'a-1', 'a-2']);
    expect(all[0]).toEqual({
      campaign: 'shoes',
      lineItem: 'main',
      bidId: 'b-1',
      bidAtMs: NOW_MS - 60_000,
      flightDay: TODAY,
      reservedMicros: 1_000,
      chargeMicros: 900,
    });
    expect(read).toMatchObject({ files: 3, moneyLines: 5, damagedLines: 0, halfLines: 0 });
    expect(read.coveredSinceMs).toBe(NOW_MS - 2 * 3_600_000);
  });

  it('takes nothing that is not owed', async () => {
    const lines = [
      bill('a-1', { spends: false }),
      bill('a-2', { test: true }),
      bill('a-3', { outcome: 'set-aside' }),
      bill('a-4', { kind: 'impression' }),
      bill('a-5', { chargeMicros: undefined }),
      bill('a-6', { bidAtMs: NOW_MS - 9 * 86_400_000 }),
    ];
    const { all, read } = await readAll(await logOf({ [RUNNING]: lines.join('') }));
    expect(all).toEqual([]);
    expect(read.damagedLines).toBe(0);
  });

  it('counts damaged lines, and the one that is being written apart', async () => {
    const lines = [
      bill('a-1'),
      '{"v":1,"kind":"bill",\n',
      bill('a-2', { chargeMicros: -5 }),
      bill('a-3', { flightDay: '2026-13-45' }),
      `${'x'.repeat(200_000)}\n`,
      bill('a-4'),
      bill('a-5').slice(0, -20),
    ];
    const { all, read } = await readAll(await logOf({ [RUNNING]: lines.join('') }));
    expect(all.map(({ bidId }) => bidId)).toEqual(['a-1', 'a-4']);
    expect(read).toMatchObject({ damagedLines: 4, halfLines: 1 });
  });

  it('takes what a damaged compressed file still has, and says so', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => bill(`a-${i.toString(36)}`)).join('');
    const whole = gzipSync(lines);
    const { all, read } = await readAll(await logOf({ [FINISHED]: whole.subarray(0, whole.length - 200) }));
    expect(all.length).toBeLessThan(2_000);
    expect(read.damagedLines).toBe(1);
  });

  it('reads a file once that is there plain and compressed, and none that is too old', async () => {
    const plain = FINISHED.slice(0, -3);
    const folder = await logOf({
      [plain]: bill('a-1'),
      [FINISHED]: gzipSync(bill('a-1')),
      [ANCIENT]: 'no gzip at all',
    });
    const { all, read } = await readAll(folder);
    expect(all).toHaveLength(1);
    expect(read).toMatchObject({ files: 1, damagedLines: 0 });
    expect(read.coveredSinceMs).toBe(Date.UTC(2026, 9, 9, 10));
  });

  it('finds nothing where there is no folder', async () => {
    expect((await readAll('/nowhere/at/all')).all).toEqual([]);
  });
});

describe('reconciling', () => {
  async function reconciled(authority: MemoryAuthority, folder: string, isWholeLog = true) {
    const { settlements, read } = readMoney(folder, NOW_MS);
    const coveredSinceMs = () => read.coveredSinceMs;
    return reconcile({ settlements, authority, nowMs: NOW_MS, coveredSinceMs, isWholeLog });
  }

  it('rebuilds a ledger that lost everything, and books nothing the second time', async () => {
    const authority = new MemoryAuthority(new ManualClock(NOW_MS));
    const lines = Array.from({ length: 1_200 }, (_, i) => bill(`a-${i.toString(36)}`));
    const folder = await logOf({ [RUNNING]: lines.join('') + bill('a-0'), [ANCIENT]: gzipSync('') });
    expect(await reconciled(authority, folder)).toEqual({
      settlements: 1_201,
      booked: 1_200,
      daysCompared: 1,
      differences: [],
    });
    expect((await authority.statement('shoes', TODAY))?.total).toEqual({
      impressions: 1_200,
      micros: 1_080_000,
    });
    expect(await reconciled(authority, folder)).toMatchObject({ booked: 0, differences: [] });
  });

  it('tells in words where the ledger has more than a log that should have all of it', async () => {
    const authority = new MemoryAuthority(new ManualClock(NOW_MS));
    await authority.settle(settlementOf('a-z', { flightDay: TODAY, bidAtMs: NOW_MS }));
    const folder = await logOf({ [RUNNING]: bill('a-1'), [ANCIENT]: gzipSync('') });
    const { differences } = await reconciled(authority, folder);
    expect(differences.map(({ words }) => words)).toEqual([
      'campaign shoes, 2026-10-20: the event log has 1 impressions for 900 micros, the ledger 2 for 1900',
    ]);
    expect((await reconciled(authority, folder, false)).differences).toEqual([]);
  });

  it('says nothing of days that the log does not cover', async () => {
    const authority = new MemoryAuthority(new ManualClock(NOW_MS));
    await authority.settle(settlementOf('a-z', { flightDay: TODAY, bidAtMs: NOW_MS }));
    const folder = await logOf({ [RUNNING]: bill('a-1') });
    expect((await reconciled(authority, folder)).differences).toEqual([]);
  });

  it('tells where the ledger has other figures for the same bid', async () => {
    const authority = new MemoryAuthority(new ManualClock(NOW_MS));
    await authority.settle(settlementOf('a-1', { flightDay: TODAY, chargeMicros: 800 as never }));
    const folder = await logOf({ [RUNNING]: bill('a-1') });
    expect((await reconciled(authority, folder, false)).differences).toMatchObject([
      { logMicros: 900, ledgerMicros: 800 },
    ]);
  });
});

describe('a ledger that is emptied while it is told of the log', () => {
  it('is told once more', async () => {
    let authority = new MemoryAuthority(new ManualClock(NOW_MS));
    let told = 0;
    const lines = [1, 2, 3].map((i) => settlementOf(`holder-${i}`));
    const begin = () => ({
      settlements: (async function* () {
        for (const line of lines) yield await Promise.resolve(line);
      })(),
      authority: {
        settle: (settlement: Settlement) => {
          if (++told === 3) authority = new MemoryAuthority(new ManualClock(NOW_MS));
          return authority.settle(settlement);
        },
        statement: (campaign: string, flightDay: number) => authority.statement(campaign, flightDay),
      },
      nowMs: NOW_MS,
      coveredSinceMs: () => 0,
      isWholeLog: false,
    });
    const { settlements, differences } = await reconcileSurely(begin);
    expect(settlements).toBe(3);
    expect(differences).toEqual([]);
    expect((await authority.statement('shoes', lines[0]?.flightDay ?? 0))?.total.impressions).toBe(3);
  });
});

describe('a ledger that cannot be reached', () => {
  it('while the log is still being read ends no process: the failure waits for its batch', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    try {
      const slowly = async function* (): AsyncGenerator<Settlement> {
        for (let i = 0; i < 3; i++) {
          await new Promise((resolve) => setImmediate(resolve));
          yield settlementOf(`holder-${i}`);
        }
      };
      const told = reconcile({
        settlements: slowly(),
        authority: {
          settle: () => Promise.reject(new Error('not connected')),
          statement: () => Promise.resolve(undefined),
        },
        nowMs: NOW_MS,
        coveredSinceMs: () => 0,
        isWholeLog: false,
      });
      await expect(told).rejects.toThrow('not connected');
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', onUnhandled);
    }
  });
});
