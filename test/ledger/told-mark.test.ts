import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import { SILENT_EVENTS } from '../../src/domain/ports.js';
import { plainName } from '../../src/events/file-name.js';
import { systemClock } from '../../src/lib/clock.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { openLedger, type Ledger } from '../../src/open-ledger.js';
import { readSettings } from '../../src/settings.js';

const HOUR_MS = 3_600_000;
const PAST_MS = 72 * HOUR_MS;
let folder: string;
let logged: { readonly msg: string; readonly settlements?: number; readonly booked?: number }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'narrowcast-told-'));
  mkdirSync(join(folder, 'events'));
  logged = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Ledger> {
  const metrics = createMetrics();
  const write = (line: string): void => {
    logged.push(JSON.parse(line) as (typeof logged)[number]);
  };
  return openLedger(readSettings({ DATA_DIR: folder }), {
    clock: systemClock,
    logger: pino({}, { write }),
    metrics,
    events: SILENT_EVENTS,
    stateFolder: folder,
    eventsFolder: join(folder, 'events'),
    holder: 'holder-1',
  });
}

/** How many billings were told, reading by reading. */
function told(): readonly (number | undefined)[] {
  return logged.filter(({ msg }) => msg.startsWith('event log and')).map(({ settlements }) => settlements);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(5);
}

function bill(bidId: string, atMs: number): Settlement {
  return {
    campaign: 'shoes',
    lineItem: 'main',
    bidId,
    bidAtMs: atMs,
    flightDay: Math.floor(atMs / (24 * HOUR_MS)),
    reservedMicros: 900 as Micros,
    chargeMicros: 900 as Micros,
  };
}

function writeLog(atMs: number, bidIds: readonly string[]): void {
  const lines = bidIds.map((bidId) => {
    const { flightDay, ...facts } = bill(bidId, atMs);
    const day = new Date(flightDay * 24 * HOUR_MS).toISOString().slice(0, 10);
    const line = { kind: 'bill', outcome: 'accepted', spends: true, timeMs: atMs, flightDay: day, ...facts };
    return `${JSON.stringify(line)}\n`;
  });
  writeFileSync(join(folder, 'events', plainName(atMs, 1)), lines.join(''));
}

describe('a start', () => {
  it('tells the whole log when nobody knows how far the ledger has heard, and leaves a mark', async () => {
    writeLog(Date.now() - PAST_MS, ['h-1', 'h-2']);
    writeLog(Date.now() - 60_000, ['h-3']);
    const ledger = await open();
    expect(told()).toEqual([3]);
    await ledger.close();
    expect(existsSync(join(folder, 'ledger-told.json'))).toBe(true);
  });

  it('with a mark tells what came after it before the first bid, and the rest while bids are made', async () => {
    writeLog(Date.now() - PAST_MS, ['h-1', 'h-2']);
    await (await open()).close();
    writeLog(Date.now() - 1_000, ['h-3']);
    logged = [];
    const ledger = await open();
    expect(told()[0]).toBe(1);
    ledger.holder.tick();
    expect(ledger.holder.problem()).toBeUndefined();
    await until(() => told().length === 2);
    expect(told()).toEqual([1, 3]);
    expect(await ledger.authority.statement('shoes', Math.floor(Date.now() / (24 * HOUR_MS)))).toMatchObject({
      total: { impressions: 3 },
    });
    await ledger.close();
  });

  it('believes no mark that is damaged', async () => {
    writeLog(Date.now() - PAST_MS, ['h-1', 'h-2']);
    await (await open()).close();
    writeFileSync(join(folder, 'ledger-told.json'), '{"version":1,"toldUntilMs":');
    logged = [];
    const ledger = await open();
    expect(told()).toEqual([2]);
    expect(logged.some(({ msg }) => msg.includes('it is told everything'))).toBe(true);
    await ledger.close();
  });
});
