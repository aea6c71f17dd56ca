import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/lib/prng.js';
import { sparePort } from '../../test/support/redis-server.js';
import { BidderProcess } from './bidder-process.js';
import { compare, type StatementOf } from './compare.js';
import { BILLING_WITHIN_SECONDS, tortureCampaigns, writeConfiguration } from './configuration.js';
import { TortureExchange } from './exchange.js';
import { makeTrouble } from './faults.js';
import { readBillings } from './read-billings.js';
import type { GroupReport, TortureReport } from './report.js';
import { embeddedStatements, redisStatements } from './statements.js';
import { TortureRedis } from './torture-redis.js';
import { whatFails } from './verdict.js';

const PROCESSES_ON_REDIS = 4;
const PER_SECOND = { redis: 80, embedded: 25 } as const;
/** About what is won of what is asked for. */
const WON_SHARE = 0.45;
const SECRET = Buffer.alloc(32, 7).toString('base64');

export interface TortureOptions {
  readonly seconds: number;
  /** What goes wrong, and when, is drawn from it; how the processes take it is up to the machine. */
  readonly seed: number;
  /** Told now and then how it goes. */
  readonly progress: (words: string) => void;
}

/** Real processes, a real Redis, and everything that can happen to them; then the books are compared. */
export async function torture(options: TortureOptions): Promise<TortureReport> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-torture-'));
  const closers: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })];
  try {
    return await tortureIn(folder, options, closers);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

async function tortureIn(
  folder: string,
  { seconds, seed, progress }: TortureOptions,
  closers: (() => void | Promise<void>)[],
): Promise<TortureReport> {
  const random = seededRandom(seed);
  const redis = await TortureRedis.start(PROCESSES_ON_REDIS);
  closers.push(() => redis.close());
  const groups = {
    redis: tortureCampaigns(seconds * PER_SECOND.redis * WON_SHARE),
    embedded: tortureCampaigns(seconds * PER_SECOND.embedded * WON_SHARE),
  };
  for (const [name, campaigns] of Object.entries(groups)) writeConfiguration(join(folder, name), campaigns);
  mkdirSync(join(folder, 'profiles'));
  const onRedis: BidderProcess[] = [];
  for (let i = 0; i < PROCESSES_ON_REDIS; i++)
    onRedis.push(await bidderIn(folder, `bidder-${i + 1}`, 'redis', { REDIS_URL: redis.urlOfLine(i) }));
  const embedded = await bidderIn(folder, 'embedded', 'embedded', {});
  const all = [...onRedis, embedded];
  closers.push(async () => void (await Promise.all(all.map((bidder) => bidder.stop()))));
  progress('starting');
  await Promise.all(all.map((bidder) => bidder.start()));

  const exchanges = [
    new TortureExchange({ name: 'redis', perSecond: PER_SECOND.redis, random, bidders: onRedis, campaigns: groups.redis }),
    new TortureExchange({
      name: 'embedded',
      perSecond: PER_SECOND.embedded,
      random,
      bidders: [embedded],
      campaigns: groups.embedded,
    }),
  ] as const;
  for (const exchange of exchanges) exchange.start();
  const startMs = performance.now();
  const pastMs = () => performance.now() - startMs;
  const note = (words: string) => {
    const bids = exchanges.reduce((sum, { account }) => sum + account.bids, 0);
    progress(`${(pastMs() / 1000).toFixed(0)} of ${seconds} s, ${bids} bids: ${words}`);
  };
  const faults = await makeTrouble({ random, redis, bidders: onRedis, embedded, note }, () => pastMs() > seconds * 1000);
  for (const exchange of exchanges) exchange.stop();
  progress('waiting until everything is told and booked');
  await Promise.all(exchanges.map((exchange) => exchange.quiet(QUIET_MS_MAX)));
  await sleep(BOOKED_MS);
  const kills = all.reduce((sum, bidder) => sum + bidder.kills, 0);
  await Promise.all(all.map((bidder) => bidder.stop()));

  progress('comparing the books');
  const reports: GroupReport[] = [
    await groupReport(exchanges[0], onRedis, groups.redis, redisStatements(redis.url)),
    await groupReport(exchanges[1], [embedded], groups.embedded, embeddedStatements(embedded.dataDir)),
  ];
  const failures = reports.flatMap(({ comparison, account }) => whatFails(comparison, account.forgedTaken));
  return { groups: reports, faults, kills, seconds: pastMs() / 1000, failures };
}
