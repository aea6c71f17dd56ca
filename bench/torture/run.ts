import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/lib/prng.js';
import { sparePort } from '../../test/support/redis-server.js';
import { BidderProcess } from './bidder-process.js';
import { compare } from './compare.js';
import { tortureCampaigns, writeConfiguration, type TortureCampaign } from './configuration.js';
import { TortureExchange } from './exchange.js';
import { LOSING_RECORDS, makeTrouble, type FaultCounts } from './faults.js';
import { readBillings } from './read-billings.js';
import type { GroupReport, TortureReport } from './report.js';
import { embeddedStatements, redisStatements, type Statements } from './statements.js';
import { TortureRedis } from './torture-redis.js';
import { whatFails } from './verdict.js';

const PROCESSES_ON_REDIS = 4;
const PER_SECOND = { redis: 80, embedded: 25 } as const;
/** About what is won of what is asked for. */
const WON_SHARE = 0.45;
const KEY = `torture:${randomBytes(32).toString('base64')}`;
/** So few that the capped campaign reaches its cap with each of them. */
const VISITORS_SHARE = 0.03;
/** Traffic goes on after the trouble, until what dead processes held is free and spent, too. */
const CALM_SHARE = 0.4;
const CALM_MS_MAX = 35_000;
/** For the notices that are still to be told when nothing goes wrong any more. */
const QUIET_MS_MAX = 60_000;
/** For what the processes have still to tell the ledger. */
const BOOKED_MS_MAX = 30_000;

export interface TortureOptions {
  readonly seconds: number;
  /** What goes wrong, and when, is drawn from it; how the processes take it is up to the machine. */
  readonly seed: number;
  /** Told now and then how it goes. */
  readonly progress: (words: string) => void;
}

type Closer = () => void | Promise<void>;

/** Real processes, a real Redis, and everything that can happen to them; then the books are compared. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-torture-'));
  const closers: Closer[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    return await tortureIn(folder, options, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** Processes that share their money, and the exchange that buys from them. */
interface Group {
  readonly name: string;
  readonly campaigns: readonly TortureCampaign[];
  readonly bidders: readonly BidderProcess[];
  readonly exchange: TortureExchange;
  readonly openStatements: () => Promise<Statements>;
}

async function tortureIn(folder: string, options: TortureOptions, closers: Closer[]): Promise<TortureReport> {
  const { seconds, seed, progress } = options;
  const random = seededRandom(seed);
  const redis = await TortureRedis.start(PROCESSES_ON_REDIS);
  closers.push(() => redis.close());
  mkdirSync(join(folder, 'profiles'));

  const onRedis: BidderProcess[] = [];
  for (let i = 0; i < PROCESSES_ON_REDIS; i++)
    onRedis.push(await bidderIn(folder, `bidder-${i + 1}`, 'redis', { REDIS_URL: redis.urlOfLine(i) }));
  const embedded = await bidderIn(folder, 'embedded', 'embedded', { REDIS_URL: '' });
  const groupOf = (name: 'redis' | 'embedded', bidders: readonly BidderProcess[]) => {
    const perSecond = PER_SECOND[name];
    const campaigns = tortureCampaigns(seconds * (1 + CALM_SHARE) * perSecond * WON_SHARE);
    writeConfiguration(join(folder, name), campaigns);
    const visitors = Math.round(seconds * perSecond * VISITORS_SHARE);
    const exchange = new TortureExchange({ name, perSecond, visitors, random, bidders, campaigns });
    return { name, campaigns, bidders, exchange };
  };
  const groups: readonly Group[] = [
    { ...groupOf('redis', onRedis), openStatements: () => redisStatements(redis.url) },
    { ...groupOf('embedded', [embedded]), openStatements: () => embeddedStatements(embedded.dataDir) },
  ];
  const all = [...onRedis, embedded];
  const stopAll = async () => void (await Promise.all(all.map((bidder) => bidder.stop())));
  closers.push(stopAll);
  progress('starting');
  await Promise.all(all.map((bidder) => bidder.start()));

  for (const { exchange } of groups) exchange.start();
  const startMs = performance.now();
  const pastMs = () => performance.now() - startMs;
  const note = (words: string): void => {
    const bids = groups.reduce((sum, { exchange }) => sum + exchange.account.bids, 0);
    progress(`${(pastMs() / 1000).toFixed(0)} of ${seconds} s, ${bids} bids: ${words}`);
  };
  const trouble = { random, redis, bidders: onRedis, embedded, note };
  const faults = await makeTrouble(trouble, () => pastMs() > seconds * 1000);
  const kills = all.reduce((sum, bidder) => sum + bidder.kills, 0);
  progress('no more trouble: the rest of the budgets is spent');
  await sleep(Math.min(CALM_MS_MAX, seconds * 1000 * CALM_SHARE));
  for (const { exchange } of groups) exchange.stop();
  progress('waiting until everything is told and booked');
  await Promise.all(groups.map(({ exchange }) => exchange.quiet(QUIET_MS_MAX)));
  await Promise.all(all.map((bidder) => bidder.hasBookedAll(BOOKED_MS_MAX)));
  await stopAll();

  progress('comparing the books');
  const reports: GroupReport[] = [];
  for (const group of groups) reports.push(await groupReport(group));
  const failures = reports.flatMap(({ comparison, account }, i) =>
    whatFails(comparison, account.forgedTaken, beyondCapMax(groups[i]?.bidders.length ?? 1, faults)),
  );
  return { groups: reports, faults, kills, seconds: pastMs() / 1000, failures };
}

/**
 * What the other processes bid on a person before they hear of a bid, and as much again for every time that records were lost with
 * a process or with the last moments of Redis.
 */
function beyondCapMax(processes: number, faults: FaultCounts): number {
  let losses = 0;
  for (const [name, count] of faults) if (LOSING_RECORDS.has(name)) losses += count;
  return processes - 1 + losses;
}

async function groupReport({
  name,
  campaigns,
  bidders,
  exchange,
  openStatements,
}: Group): Promise<GroupReport> {
  const { account } = exchange;
  const logged = bidders.flatMap(({ dataDir }) => readBillings(dataDir));
  const statements = await openStatements();
  try {
    return { account, comparison: await compare(name, account, logged, campaigns, statements.of) };
  } finally {
    await statements.close();
  }
}

async function bidderIn(
  folder: string,
  name: string,
  config: string,
  environment: Readonly<Record<string, string>>,
): Promise<BidderProcess> {
  return new BidderProcess({
    name,
    port: await sparePort(),
    adminPort: await sparePort(),
    dataDir: join(folder, name),
    environment: {
      CONFIG_DIR: join(folder, config),
      PROFILES: join(folder, 'profiles'),
      PUBLIC_URL: 'https://bidder.example',
      NOTICE_KEYS: KEY,
      PROFILE_KEYS: KEY,
      EVENT_SAMPLE_REQUESTS: '0',
      // However slow the machine is, and however many ask.
      DELAY_MS_MAX: '10000',
      LOG_LEVEL: 'warn',
      ...environment,
    },
  });
}
