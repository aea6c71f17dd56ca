import type { LeaseRequest, LedgerAuthority, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import { RedisAuthority } from '../../src/redis/ledger.js';
import { openServers } from '../../src/redis/open-servers.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import { waitFor, type RedisServer } from '../../test/support/redis-server.js';
import { amountOf, hashOf, medianOf, sizeOf, type BenchTable, type Row } from '../table.js';
import { costOf, SILENT_REPORTS, withRedis } from '../with-redis.js';

const CALLS = 12_800;
const PASSES = 5;
const FLIGHT_DAY = 20_781;
const BID_AT_MS = FLIGHT_DAY * 86_400_000;
const LINE_ITEMS = 8;
const BILLED = 200_000;
const SETTLED_AT_ONCE = 512;

interface Way {
  readonly name: string;
  readonly holders: number;
  readonly atOnce: number;
  readonly ask: (ledger: LedgerAuthority, holders: number, number: number) => Promise<unknown>;
}

const WAYS: readonly Way[] = [
  { name: 'lease request, 1 at a time', holders: 4, atOnce: 1, ask: askForLease },
  { name: 'lease request, 64 at once', holders: 64, atOnce: 64, ask: askForLease },
  { name: 'lease request, 64 at once, 1,000 holders', holders: 1_000, atOnce: 64, ask: askForLease },
  { name: 'settle, 1 at a time', holders: 4, atOnce: 1, ask: settle },
  { name: 'settle, 64 at once', holders: 64, atOnce: 64, ask: settle },
  { name: 'settle, 64 at once, 1,000 holders', holders: 1_000, atOnce: 64, ask: settle },
  { name: 'settle a duplicate, 64 at once', holders: 64, atOnce: 64, ask: settleAgain },
];

/** What it costs this process and Redis that money is asked for and booked. */
export const ledgerTable: BenchTable = {
  title: 'Ledger in Redis, CPU of a call',
  measure: (timeMs) =>
    withRedis(async (server) => {
      const calls = amountOf(CALLS, timeMs);
      const rows: Row[] = [];
      for (const way of WAYS) rows.push(await measureWay(server, way, calls));
      const { ledger, close } = await connect(server);
      const total = (await ledger.statement(campaignOf(4), FLIGHT_DAY))?.total;
      close();
      return {
        what: 'one campaign, all at it',
        rows,
        notes: notesOf(calls),
        hash: hashOf(`${total?.impressions} ${total?.micros}`),
      };
    }),
};

const notesOf = (calls: number): readonly string[] => [
  `Median of ${PASSES} passes of ${calls.toLocaleString('en')} calls each. What is asked for at once goes out as one pipeline. Redis is on the same machine, so the kernel does the work ` +
    'of both ends. A holder asks once a second or so for each campaign that it bids for.',
];

async function measureWay(server: RedisServer, way: Way, calls: number): Promise<Row> {
  const { ledger, close } = await connect(server);
  const { holders, atOnce, ask } = way;
  await inParts(holders, SETTLED_AT_ONCE, (i) => askForLease(ledger, holders, i));
  const [here, there]: [number[], number[]] = [[], []];
  for (let pass = 0; pass <= PASSES; pass++) {
    const cost = await costOf(server, calls, async () => {
      await inParts(calls, atOnce, (i) => ask(ledger, holders, pass * calls + i));
      return 0;
    });
    // The first pass is for warming up.
    if (pass > 0) here.push(cost.hereUs);
    if (pass > 0) there.push(cost.thereUs);
  }
  close();
  return { name: way.name, figures: { 'CPU µs here': medianOf(here), 'CPU µs in Redis': medianOf(there) } };
}

/** One process that bids for so many campaigns at once, of whose bids this many end as billed. */
const SPREADS = [
  { name: 'one campaign, 1 bid in 10 billed', counts: 10 },
  { name: '20 campaigns, 1 bid in 10 billed', counts: 200 },
  { name: '200 campaigns, 1 bid in 10 billed', counts: 2_000 },
  { name: 'one campaign, 1 bid in 2 billed', counts: 2 },
];

/** How large the sets of billed bids get, of which each stands for nine days. */
export const ledgerMemoryTable: BenchTable = {
  title: 'Ledger in Redis, memory of a billed bid',
  measure: async (timeMs) => {
    // Of few bids, what each campaign takes once would be most of it.
    const bids = sizeOf(BILLED, timeMs);
    const rows: Row[] = [];
    let what = '';
    for (const { name, counts } of SPREADS) {
      const table = await withRedis(async (server) => {
        const { ledger, close } = await connect(server);
        // So that the scripts, which Redis keeps once they have run, do not count.
        await ledger.settle(settlementOf(1, 'process0', 0));
        const beforeBytes = await usedBytes(server);
        await inParts(bids, SETTLED_AT_ONCE, (i) => ledger.settle(settlementOf(1, 'process1', i * counts)));
        const bytes = (await usedBytes(server)) - beforeBytes;
        close();
        return {
          what: 'spread of the bids of one process',
          rows: [{ name, figures: { 'bytes a bid': bytes / bids } }],
          notes: [],
          hash: '',
        };
      });
      rows.push(...table.rows);
      what = table.what;
    }
    const notes = [
      `${bids.toLocaleString('en')} billed bids of one campaign, keys and times to live included.`,
    ];
    return { what, rows, notes, hash: hashOf(`${bids} ${rows.length}`) };
  },
};

async function usedBytes(server: RedisServer): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await server.cli('INFO', 'memory'))?.[1]);
}

async function connect({ url }: RedisServer) {
  const target = parseRedisUrl(url, { allowInsecure: false });
  const servers = openServers(target, { ...target, certificateAuthority: undefined }, SILENT_REPORTS);
  const ledger = new RedisAuthority(servers);
  await waitFor(() => servers.problem() === undefined, 'Redis is connected');
  return { ledger, close: () => servers.close() };
}

async function inParts(
  calls: number,
  atOnce: number,
  ask: (number: number) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < calls; start += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, calls - start) }, (_, i) => ask(start + i)));
  }
}

function campaignOf(holders: number): string {
  return `campaign-of-${holders}`;
}

function askForLease(ledger: LedgerAuthority, holders: number, number: number): Promise<unknown> {
  const request: LeaseRequest = {
    campaign: campaignOf(holders),
    holder: `holder-${number % holders}`,
    flightDay: FLIGHT_DAY,
    totalMicros: 20_000_000_000 as Micros,
    dailyMicros: 800_000_000 as Micros,
    openMicros: (30_000 + (number % 100)) as Micros,
    keepMicros: 50_000 as Micros,
    wantMicros: 100_000 as Micros,
    leastMicros: 3_200 as Micros,
    reservedMicros: number as Micros,
    // More than there will be: whatever came in meanwhile is taken note of.
    heardCount: 1_000_000_000,
    leaseMs: 10_000,
    holdMs: 600_000,
  };
  return ledger.lease(request);
}

function settle(ledger: LedgerAuthority, holders: number, number: number): Promise<unknown> {
  return ledger.settle(settlementOf(holders, `holder-${number % holders}`, number));
}

function settleAgain(ledger: LedgerAuthority, holders: number, number: number): Promise<unknown> {
  return settle(ledger, holders, number % holders);
}

function settlementOf(holders: number, holder: string, count: number): Settlement {
  return {
    campaign: campaignOf(holders),
    lineItem: `line-item-${count % LINE_ITEMS}`,
    bidId: `${holder}-${count.toString(36)}`,
    bidAtMs: BID_AT_MS,
    flightDay: FLIGHT_DAY,
    reservedMicros: 3_200 as Micros,
    chargeMicros: 2_100 as Micros,
  };
}
