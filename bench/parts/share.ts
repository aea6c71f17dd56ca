import type { ServingProcess } from '../../test/support/program.js';
import { closedLoop, prepareRequests, type ClosedLoopResult } from '../http/closed-loop.js';
import type { Catalogue } from '../http/market.js';
import {
  countedBy,
  countUnread,
  cpuSeconds,
  readCounters,
  SERVES_ALL,
  startBareServer,
  type BareServer,
  type MeasuredServer,
} from '../http/processes.js';
import { mainTraffic, trafficFact, type BenchTraffic } from '../http/traffic.js';
import { withRareVisitors } from '../http/rare-visitors.js';
import { withScene } from '../http/scene.js';
import { hasRedisServer } from '../../test/support/redis-server.js';
import { medianOf, type Row } from '../table.js';
import { WITHOUT_REDIS } from '../with-redis.js';
import type { PreparedRequest } from '../../src/load/prepared-request.js';
import type { Effort, Goal, Part, Progress } from './part.js';

interface Setting {
  readonly catalogue: Catalogue;
  readonly store: 'embedded' | 'Redis';
  readonly targetShare: number;
  readonly reachShare: number;
}

const EMBEDDED = { store: 'embedded', targetShare: 0.5, reachShare: 0.65 } as const;
const REDIS = { store: 'Redis', targetShare: 0.4, reachShare: 0.55 } as const;
const SETTINGS: readonly Setting[] = [
  { catalogue: 'realistic', ...EMBEDDED },
  { catalogue: 'narrow', ...EMBEDDED },
  { catalogue: 'realistic', ...REDIS },
];
/** So much of the cache as holds those who come often, and not those who come rarely. */
const CACHE_BYTES = 4_194_304;
/** Of the requests, so that the others find what they ask for in memory. */
const RARE_SHARE = 0.1;
const IN_MEMORY_SHARE = 1 - RARE_SHARE;
/** By so much more or less is it another case that is measured. */
const IN_MEMORY_BESIDE_MAX = 0.05;
/** So many that the cache has forgotten each before it comes again. */
const RARE_PER_LINE_ITEM = 2;
/** Of the requests turned away unread, or of the profiles not there in time: with more, what is measured is how cheaply less is done. */
const LEFT_OUT_SHARE_MAX = 0.01;
/** Longer than each measured stretch: the compiler of the engine needs a few ten thousand requests. */
const WARM_UP_FACTOR = 3;

export const sharePart: Part = {
  name: 'share',
  about:
    'The whole path over HTTP: processor time of a request beside that of a bare uWebSockets.js handler with answers of the same size.',
  full: { seconds: 4, rounds: 7, lineItems: 10_000 },
  quick: { seconds: 2, rounds: 3, lineItems: 10_000 },
  smoke: { seconds: 0.1, rounds: 1, lineItems: 20 },
  async run(effort, progress) {
    const { traffic, notes } = await mainTraffic();
    const bare = await startBareServer();
    const goals: Goal[] = [];
    const rows: Row[] = [];
    const settingNotes: string[] = [];
    try {
      for (const setting of SETTINGS) {
        const name = `${setting.catalogue}, ${setting.store}`;
        if (setting.store === 'Redis' && !hasRedisServer()) {
          goals.push({ ...shareGoal(setting, 0, undefined), figure: WITHOUT_REDIS, isReached: undefined });
          continue;
        }
        const measured = await measureSetting(setting, traffic, bare, effort, (what) =>
          progress(`${name}: ${what}`),
        );
        rows.push({ name, figures: measured.figures });
        settingNotes.push(`${name}: ${measured.outcomes}.`);
        goals.push(shareGoal(setting, measured.ratio, measured.doubt));
      }
    } finally {
      await bare.stop();
    }
    const table = {
      title: 'Whole path over HTTP',
      what: 'catalogue, profiles',
      rows,
      notes: [...NOTES, ...settingNotes, ...notes],
    };
    return { goals, tables: [table], traffic: [trafficFact(traffic)], plots: {} };
  },
};

const NOTES = [
  'Processor time, user and system, of the one process that answers, over the answers; both sides in turns over keep-alive connections that ' +
    'ask again as soon as they are answered. Medians over the rounds. The share is the bare time over ours, so the requests for each second of processor time ' +
    'beside those of the bare handler; from least to most over the rounds. The bidder is set to turn nothing away (DELAY_MS_MAX), however many wait. The fixed answer has the mean size of ours, the mixed ones are the same share of 204s and of answers of the size of a bid. ' +
    'A server that is not busy all the time takes more for a request, since it is woken more often, so how busy each was stands beside it.',
];

/** @param doubt why the share says nothing, or undefined */
export function shareGoal(
  { catalogue, store, targetShare, reachShare }: Setting,
  share: number,
  doubt: string | undefined,
): Goal {
  const where = store === 'Redis' ? 'Redis, 90 % of profiles in memory' : 'embedded profiles';
  const reach = share >= reachShare ? ', and what was reached for' : '';
  return {
    name: `Whole path over HTTP, ${where}, ${catalogue} catalogue`,
    target: `at least ${percent(targetShare, 1)} of a bare handler, reach for ${percent(reachShare, 1)}`,
    figure: doubt ?? `${percent(share, 1)}${reach}`,
    isReached: doubt === undefined ? share >= targetShare : undefined,
  };
}

/**
 * @param unreadShare of the answers
 * @param sources how many keys of visitors were found where
 * @returns why what was measured is not the whole path, or undefined
 */
export function doubtOf(unreadShare: number, sources: ReadonlyMap<string, number>): string | undefined {
  if (unreadShare > LEFT_OUT_SHARE_MAX)
    return `${percent(unreadShare, 1)} of the requests were turned away unread`;
  const keys = [...sources.values()].reduce((sum, count) => sum + count, 0);
  const missed = (sources.get('late') ?? 0) + (sources.get('broken') ?? 0);
  if (missed > keys * LEFT_OUT_SHARE_MAX)
    return `${percent(missed, keys)} of the profiles were not there in time`;
  const inMemory = ((sources.get('lru') ?? 0) + (sources.get('negative') ?? 0)) / keys;
  return Math.abs(inMemory - IN_MEMORY_SHARE) > IN_MEMORY_BESIDE_MAX
    ? `${percent(inMemory, 1)} of the profiles were in memory, not ${percent(IN_MEMORY_SHARE, 1)}`
    : undefined;
}

function measureSetting(
  { catalogue, store }: Setting,
  traffic: BenchTraffic,
  bare: BareServer,
  effort: Effort,
  progress: Progress,
) {
  const shown =
    store === 'Redis'
      ? withRareVisitors(traffic, RARE_SHARE, effort.lineItems * RARE_PER_LINE_ITEM)
      : traffic;
  const { lineItems } = effort;
  const options = { lineItems, catalogue, traffic: shown };
  const withStore = store === 'Redis' ? { ...options, profileCacheBytes: CACHE_BYTES } : options;
  return withScene(withStore, progress, ({ withBidder }) =>
    withBidder(
      (bidder) => alternate({ bidder, bare, requests: prepareRequests(shown.bodies) }, effort, progress),
      SERVES_ALL,
    ),
  );
}

interface Sides {
  readonly bidder: ServingProcess;
  readonly bare: BareServer;
  readonly requests: readonly PreparedRequest[];
}

interface Cost {
  readonly us: number;
  readonly busyShare: number;
  readonly result: ClosedLoopResult;
}

async function alternate({ bidder, bare, requests }: Sides, effort: Effort, progress: Progress) {
  const { seconds, rounds } = effort;
  progress('warming up');
  await costOf(bidder, requests, seconds * WARM_UP_FACTOR);
  const { answers, bids, bodyBytes } = (await costOf(bidder, requests, seconds)).result;
  const mixed = { bytes: Math.round(bodyBytes / Math.max(1, bids)), emptyShare: 1 - bids / answers };
  const fixed = { bytes: Math.round(bodyBytes / answers), emptyShare: 0 };
  await bare.answerWith(mixed);
  await costOf(bare, requests, seconds);
  const before = await readCounters(bidder);
  const ours: Cost[] = [];
  const bareFixed: Cost[] = [];
  const bareMixed: Cost[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`round ${round} of ${rounds}`);
    await bare.answerWith(fixed);
    bareFixed.push(await costOf(bare, requests, seconds));
    ours.push(await costOf(bidder, requests, seconds));
    await bare.answerWith(mixed);
    bareMixed.push(await costOf(bare, requests, seconds));
  }
  const after = await readCounters(bidder);
  const answered = ours.reduce((sum, { result }) => sum + result.answers, 0);
  const ratios = ours.map(({ us }, i) => (bareFixed[i]?.us ?? NaN) / us);
  const median = (costs: readonly Cost[], figure: 'us' | 'busyShare') =>
    medianOf(costs.map((cost) => cost[figure]));
  const sources = countedBy('source', 'narrowcast_profile_key_lookups_total', before, after);
  const ratio = medianOf(ratios);
  return {
    ratio,
    doubt: doubtOf(countUnread(before, after) / answered, sources),
    outcomes: `${percent(bids, answers)} of the requests got a bid, of ${mixed.bytes} bytes on average${hitsText(sources)}${noBidsText(countedBy('reason', 'narrowcast_no_bids_total', before, after))}`,
    figures: {
      'ours µs': median(ours, 'us'),
      'bare, fixed µs': median(bareFixed, 'us'),
      'bare, mixed µs': median(bareMixed, 'us'),
      'share, fixed, %': 100 * ratio,
      'least, %': 100 * Math.min(...ratios),
      'most, %': 100 * Math.max(...ratios),
      'share, mixed, %': (100 * median(bareMixed, 'us')) / median(ours, 'us'),
      'ours busy, %': 100 * median(ours, 'busyShare'),
      'bare busy, %': 100 * median(bareFixed, 'busyShare'),
    },
  };
}

async function costOf(
  server: Pick<MeasuredServer, 'pid' | 'port'>,
  requests: readonly PreparedRequest[],
  seconds: number,
): Promise<Cost> {
  const before = cpuSeconds(server);
  const result = await closedLoop({ port: server.port, requests, seconds });
  const spent = cpuSeconds(server) - before;
  return { us: (spent * 1e6) / result.answers, busyShare: (spent * 1e3) / result.elapsedMs, result };
}

function hitsText(sources: ReadonlyMap<string, number>): string {
  const all = [...sources.values()].reduce((sum, count) => sum + count, 0);
  if (all === 0) return '';
  const parts = [...sources].filter(([, count]) => count > 0);
  return `; keys of visitors came from ${parts.map(([source, count]) => `${source} ${percent(count, all)}`).join(', ')}`;
}

function noBidsText(reasons: ReadonlyMap<string, number>): string {
  const counted = [...reasons].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  if (counted.length === 0) return '';
  return `; no bids: ${counted.map(([reason, count]) => `${reason} ${count}`).join(', ')}`;
}

function percent(part: number, all: number): string {
  return `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
}
