import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Decision } from '../../src/bid/path.js';
import { createBidRecorder } from '../../src/bid/record-events.js';
import type { DroppableEvent, MoneyEvent } from '../../src/domain/event.js';
import { SILENT_EVENTS, type EventLog } from '../../src/domain/ports.js';
import { encodeEvent } from '../../src/events/encode-event.js';
import { openEventLog } from '../../src/events/event-log.js';
import { systemClock } from '../../src/lib/clock.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import type { BenchTask } from '../task.js';
import { EXCHANGE } from './exchange.js';
import { decideOnAppRequest } from './path.js';

/** What one call takes is too little to be measured alone. */
const CALLS = 100;
const WIN: MoneyEvent = {
  kind: 'win',
  timeMs: Date.UTC(2026, 10, 20, 12),
  exchange: EXCHANGE.id,
  test: undefined,
  bidId: '3f9c2a61-1',
  advertiser: 'acme',
  campaign: 'trail-shoes-autumn',
  lineItem: 'runners-coast',
  creative: 'cr1',
  priceMicros: 3_200_000 as MoneyEvent['priceMicros'],
  currency: 'USD',
  flightDay: '2026-11-20',
  budgetCurrency: 'USD',
  reservedMicros: 3_200 as MoneyEvent['reservedMicros'],
  spends: false,
  chargeMicros: undefined,
  bidAtMs: Date.UTC(2026, 10, 20, 11),
  outcome: 'accepted',
  why: undefined,
};

/** What the event log takes from the bid path: for most requests a hash, for each bid a line. */
export function eventTasks(): BenchTask[] {
  const events: DroppableEvent[] = [];
  const keeping = { ...SILENT_EVENTS, record: (event: DroppableEvent) => void events.push(event) };
  const decided = decideOnAppRequest();
  const log = openLogWithoutDisk();
  const tell = async (to: EventLog, sampleShare: number, decision: Decision): Promise<EventLog> => {
    const recorder = createBidRecorder(to, sampleShare, systemClock);
    for (let i = 0; i < CALLS; i++) recorder.decided(CALL, decision);
    return to;
  };
  return [
    {
      name: `${CALLS} requests without a bid and outside the sample`,
      run: async () => {
        const decision = await decided;
        if (decision.kind !== 'bid') throw new Error(`no bid but ${decision.kind}`);
        await tell(keeping, 0, { kind: 'no-bid', reason: 'no-match', request: decision.request });
        return events.length;
      },
    },
    {
      name: `${CALLS} bids, what their answers wait for`,
      run: async () => {
        await tell(keeping, 0, await decided);
        return events.splice(0).length;
      },
    },
    {
      name: `${CALLS} bids, their lines made afterwards`,
      run: async () => {
        await tell(keeping, 0, await decided);
        let kinds = 0;
        for (const event of events.splice(0)) kinds += encodeEvent(event).startsWith('{"v":1') ? 1 : 0;
        return kinds;
      },
    },
    {
      name: `${CALLS} bids and a win, written and synced without a disk`,
      run: async () => {
        const open = await tell(await log, 0, await decided);
        await open.recordMoney(WIN);
        return CALLS + 1;
      },
    },
  ];
}

const CALL = { exchange: EXCHANGE.id, body: new Uint8Array(), receivedMs: 0 };

/** All of the log but the disk: the files take everything at once and keep nothing. */
function openLogWithoutDisk(): Promise<EventLog> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  return openEventLog({
    folder,
    keepMs: Infinity,
    bytesMax: Infinity,
    fileBytesMax: Infinity,
    clock: systemClock,
    metrics: createMetrics(),
    onTrouble: (message) => {
      throw new Error(message);
    },
    openFile: () =>
      Promise.resolve({
        write: (<Bytes>(buffer: Bytes, _offset: number, bytesWritten: number) =>
          Promise.resolve({ buffer, bytesWritten })) as never,
        datasync: () => Promise.resolve(),
        truncate: () => Promise.resolve(),
        close: () => Promise.resolve(),
      }),
  });
}
