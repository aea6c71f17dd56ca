import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DroppableEvent, MoneyEvent } from '../domain/event.js';
import type { Micros } from '../domain/money.js';
import type { EventLog, EventLogMetrics } from '../domain/ports.js';
import { ManualClock } from '../lib/clock.js';
import { openEventLog, type EventLogOptions } from './event-log.js';
import type { WritableFile } from './rotating-file.js';

const START_MS = Date.UTC(2026, 10, 23, 21, 59);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const notice = {
  timeMs: START_MS,
  exchange: 'generic',
  test: undefined,
  advertiser: 'a1',
  campaign: 'c1',
  lineItem: 'l1',
  creative: 'cr1',
  priceMicros: 3_200_000 as Micros,
  currency: 'USD',
  flightDay: '2026-11-20',
  budgetCurrency: 'USD',
  reservedMicros: 3_200 as Micros,
  bidAtMs: START_MS - 1_000,
  outcome: 'accepted',
  why: undefined,
} as const;
const click = (bidId: string): DroppableEvent => ({
  ...notice,
  kind: 'click',
  bidId,
  lossCode: undefined,
  minToWinMicros: undefined,
});
const bill = (bidId: string): MoneyEvent => ({
  ...notice,
  kind: 'bill',
  bidId,
  spends: true,
  chargeMicros: 3_200 as Micros,
});

let folder: string;
let clock: ManualClock;
let counts: Record<string, number>;
let troubles: string[];
let log: EventLog | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowcast-events-'));
  clock = new ManualClock(START_MS);
  counts = {};
  troubles = [];
});
afterEach(async () => {
  await log?.close();
  log = undefined;
  rmSync(folder, { recursive: true });
});

async function openLog(options: Partial<EventLogOptions> = {}): Promise<EventLog> {
  const count = (name: string, by = 1) => (counts[name] = (counts[name] ?? 0) + by);
  const metrics: EventLogMetrics = {
    eventWritten: (kind) => count(`written ${kind}`),
    eventDropped: (kind) => count(`dropped ${kind}`),
    eventRefused: (kind) => count(`refused ${kind}`),
    eventBytesWritten: (bytes) => count('bytes', bytes),
    eventFileFinished: () => count('files'),
    eventLogFailed: (work) => count(`failed to ${work}`),
  };
  const onTrouble = (message: string) => void troubles.push(message);
  log = await openEventLog({
    folder,
    keepMs: 30 * DAY_MS,
    bytesMax: 1e9,
    clock,
    metrics,
    onTrouble,
    ...options,
  });
  return log;
}

const names = () => readdirSync(folder).sort();
function textOf(name: string): string {
  const bytes = readFileSync(join(folder, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}
/** The bid of every line; a plain file that has just been compressed is one with the compressed. */
function bidsWritten(): string[] {
  const found = names();
  const files = found.filter((name) => !found.includes(`${name}.gz`));
  const lines = files.flatMap((name) => textOf(name).split('\n').slice(0, -1));
  return lines.map((line) => (JSON.parse(line) as { bidId: string }).bidId);
}
const areCompressed = (count: number) => () => {
  expect(names().filter((name) => name.endsWith('.gz'))).toHaveLength(count);
  expect(names().filter((name) => name.endsWith('.tmp') || names().includes(`${name}.gz`))).toEqual([]);
};

describe('the event log', () => {
  it('writes an event a line, with what the schema knows and nothing else', async () => {
    await openLog();
    log?.record(Object.assign(click('b "1"'), { test: true, ip: '203.0.113.7' }));
    await log?.close();
    expect(names()).toEqual([`events-20261123T215900000Z-${process.pid}.ndjson`]);
    expect(textOf(names()[0] as string)).toBe(
      `{"v":1,"kind":"click","timeMs":${START_MS},"exchange":"generic","bidId":"b \\"1\\"","advertiser":"a1",` +
        `"campaign":"c1","lineItem":"l1","creative":"cr1","priceMicros":3200000,"currency":"USD",` +
        `"flightDay":"2026-11-20","budgetCurrency":"USD","reservedMicros":3200,"outcome":"accepted",` +
        `"bidAtMs":${START_MS - 1_000},"test":true}\n`,
    );
    expect(counts).toMatchObject({ 'written click': 1, bytes: textOf(names()[0] as string).length });
  });

  it('says that money is written when it is, many notices to a sync', async () => {
    const opened = await openLog();
    const bids = Array.from({ length: 1_500 }, (_, i) => `b${i}`);
    await Promise.all(bids.map((bid) => opened.recordMoney(bill(bid))));
    expect(bidsWritten()).toEqual(bids);
  });

  it('writes what is waiting when it is closed, and then nothing more', async () => {
    await openLog();
    for (let i = 0; i < 2_000; i++) log?.record(click(`b${i}`));
    const billed = log?.recordMoney(bill('money'));
    await log?.close();
    await billed;
    expect(bidsWritten()).toHaveLength(2_001);
    log?.record(click('late'));
    await expect(log?.recordMoney(bill('late'))).rejects.toThrow('closed');
    expect(counts).toMatchObject({ 'dropped click': 1, 'refused bill': 1 });
  });
});

describe('files', () => {
  it('are finished when they are full and when the hour is over, and compressed', async () => {
    await openLog({ fileBytesMax: 1_000 });
    const bids = Array.from({ length: 10 }, (_, i) => `b${i}`);
    for (const bid of bids) {
      clock.advance(1);
      await log?.recordMoney(bill(bid));
    }
    const full = counts['files'] ?? 0;
    expect(full).toBeGreaterThan(1);
    clock.advance(60_000);
    await log?.recordMoney(bill('next hour'));
    await expect.poll(areCompressed(full + 1)).toBeUndefined();
    expect(names()).toHaveLength(full + 2);
    expect(bidsWritten()).toEqual([...bids, 'next hour']);
    expect(troubles).toEqual([]);
  });

  it('are never written over, also when the clock stands still or goes back', async () => {
    await openLog({ fileBytesMax: 1 });
    const bids = Array.from({ length: 5 }, (_, i) => `b${i}`);
    for (const [i, bid] of bids.entries()) {
      await log?.recordMoney(bill(bid));
      await expect.poll(areCompressed(i)).toBeUndefined();
    }
    expect(bidsWritten().sort()).toEqual(bids);
  });

  it('are finished when their hour is over although nothing happens', async () => {
    await openLog({ upkeepMs: 10 });
    await log?.recordMoney(bill('b1'));
    clock.advance(HOUR_MS);
    await expect.poll(areCompressed(1)).toBeUndefined();
    expect(names()).toHaveLength(1);
  });

  it('of an earlier process are cut to whole lines and compressed, those of a living one are left alone', async () => {
    const old = '{"bidId":"old"}\n';
    const killed = `events-20261122T100000000Z-${process.pid}.ndjson`;
    const empty = `events-20261122T110000000Z-${process.pid}.ndjson`;
    const alive = `events-20261122T120000000Z-${process.ppid}.ndjson`;
    writeFileSync(join(folder, killed), `${old.repeat(20_000)}{"bidId":"to`);
    writeFileSync(join(folder, empty), '{"bidId"');
    writeFileSync(join(folder, alive), old);
    writeFileSync(join(folder, `${killed}.gz.${process.pid}.tmp`), 'half');
    writeFileSync(join(folder, 'notes.txt'), 'not ours');
    await openLog();
    await expect.poll(names).toEqual([`${killed}.gz`, alive, 'notes.txt']);
    expect(textOf(`${killed}.gz`)).toBe(old.repeat(20_000));
    expect(textOf(alive)).toBe(old);
  });

  it('go after their days', async () => {
    const name = (day: string) => `events-202611${day}T000000000Z-1.ndjson.gz`;
    for (const day of ['13', '14', '22']) writeFileSync(join(folder, name(day)), gzipSync(''));
    await openLog({ keepMs: 10 * DAY_MS });
    await expect.poll(names).toEqual([name('14'), name('22')]);
  });

  it('go from the oldest when they are too long, but never the one that is written', async () => {
    const name = (day: string) => `events-202611${day}T000000000Z-1.ndjson.gz`;
    for (const day of ['20', '21', '22']) writeFileSync(join(folder, name(day)), Buffer.alloc(400));
    await openLog({ bytesMax: 1_000, upkeepMs: 10 });
    await expect.poll(names).toEqual([name('21'), name('22')]);
    for (let i = 0; i < 10; i++) await log?.recordMoney(bill(`b${i}`));
    await expect.poll(names).toEqual([`events-20261123T215900000Z-${process.pid}.ndjson`]);
    expect(bidsWritten()).toHaveLength(10);
  });
});

describe('a disk', () => {
  it('that is full: money is refused, the rest dropped and counted; when there is room, all goes on', async () => {
    let isFull = true;
    await openLog({ openFile: (path) => (isFull ? open('/dev/full', 'r+') : open(path, 'wx')) });
    log?.record(click('b1'));
    await expect(log?.recordMoney(bill('b2'))).rejects.toThrow('ENOSPC');
    expect(counts).toMatchObject({ 'dropped click': 1, 'refused bill': 1, 'failed to write': 1 });
    isFull = false;
    await expect(log?.recordMoney(bill('b3'))).rejects.toThrow('just now');
    clock.advance(1_000);
    await log?.recordMoney(bill('b4'));
    expect(bidsWritten()).toEqual(['b4']);
    expect(troubles).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('that fills in the middle of a line, or fails to sync, leaves whole lines of what was told as written', async () => {
    let failing: 'write' | 'sync' | undefined;
    const openFile = async (path: string): Promise<WritableFile> => {
      const file = await open(path, 'wx');
      const write = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
        if (failing !== 'write') return file.write(bytes, offset, length, position);
        failing = undefined;
        await file.write(bytes, offset, length - 9, position);
        throw new Error('no space');
      };
      return {
        write: write as WritableFile['write'],
        datasync: async () => {
          if (failing !== 'sync') return file.datasync();
          failing = undefined;
          throw new Error('no sync');
        },
        truncate: (length) => file.truncate(length),
        close: () => file.close(),
      };
    };
    await openLog({ openFile });
    await log?.recordMoney(bill('b1'));
    for (const trouble of ['write', 'sync'] as const) {
      failing = trouble;
      await expect(log?.recordMoney(bill(`lost to ${trouble}`))).rejects.toThrow('no s');
      clock.advance(1_000);
      await log?.recordMoney(bill(`after ${trouble}`));
    }
    await log?.close();
    expect(bidsWritten()).toEqual(['b1', 'after write', 'after sync']);
  });

  it('that does not answer costs room for some thousand events and no more, and nobody waits to close', async () => {
    const never = new Promise<never>(() => {});
    await openLog({ openFile: () => never });
    const first = log?.recordMoney(bill('first'));
    first?.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (let i = 0; i < 20_000; i++) log?.record(click('b'));
    const waiting = Promise.allSettled(
      Array.from({ length: 5_000 }, () => log?.recordMoney(bill('b')) ?? never),
    );
    expect(counts).toEqual({ 'dropped click': 20_000 - 16_384, 'refused bill': 5_000 - 4_096 });
    await log?.close();
    const refused = (await waiting).filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(5_000);
    expect(counts).toEqual({ 'dropped click': 20_000, 'refused bill': 5_000 });
  });
});
