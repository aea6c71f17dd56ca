import { setImmediate as nextTick } from 'node:timers/promises';
import type { BidEnvironment } from '../../src/bid/environment.js';
import { decide } from '../../src/bid/path.js';
import { type ProfileLookupResult, type ProfileReader, type ProfileStore } from '../../src/domain/ports.js';
import { systemClock } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/prng.js';
import { CachedReader } from '../../src/profile/cached-reader.js';
import { readDirectly } from '../../src/profile/direct-reader.js';
import { STRANGER } from '../../src/domain/visitor.js';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { createProfileLookup } from '../../src/profile/lookup.js';
import { appRequest } from '../../test/support/sample-requests.js';
import { amountOf, hashOf, medianOf, type BenchTable, type Row } from '../table.js';
import { openRedisStore, putAll, withRedis } from '../with-redis.js';
import { EXCHANGE } from './exchange.js';
import { environment, seededCatalog } from './path.js';
import { visitorIds, visitorProfiles } from './visitors.js';

const LINE_ITEMS = 1_000;
const CONCURRENCY = 32;
/** Long enough that a machine which is busy otherwise makes no lookup late: that would be other work. */
const TMAX_MS = 1_000;
const REQUESTS = 6_400;
const PASSES = 5;
/** Visitors that come again and again; all others come once. */
const REGULARS = 100;
const HIT_RATIOS = [0, 0.5, 0.9, 0.99];

/** From the bytes of a request to those of its answer, 32 requests at a time, by where the profile comes from. */
export const redisPathTable: BenchTable = {
  title: 'Whole path, by hit ratio',
  measure: (timeMs) =>
    withRedis(async (server) => {
      const requests = amountOf(REQUESTS, timeMs);
      const bodies = Array.from({ length: REGULARS + requests }, (_, visitor) => bodyOf(visitor));
      const profiles = visitorProfiles(bodies.length);
      const redis = await openRedisStore(server);
      const embedded = createEmbeddedStore();
      await putAll(redis, profiles);
      await putAll(embedded, profiles);
      const ways: Way[] = [
        { name: 'embedded store', hitRatio: 1, openReader: () => readDirectly(embedded) },
        ...HIT_RATIOS.map((hitRatio) => ({
          name: `Redis, ${100 * hitRatio} % hits`,
          hitRatio,
          openReader: () => cacheBefore(redis),
        })),
      ];
      const measured = await measureWays(ways, bodies, requests);
      await redis.close();
      return { what: 'profiles', ...measured };
    }),
};

interface Way {
  readonly name: string;
  readonly hitRatio: number;
  readonly openReader: () => ProfileReader;
}

/** What one pass over the requests came to. */
interface Pass {
  readonly cpuUs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly bids: number;
}

async function measureWays(ways: readonly Way[], bodies: readonly Buffer[], requests: number) {
  const answering = environment(seededCatalog(LINE_ITEMS), () => Promise.resolve(STRANGER));
  const passes = ways.map((): Pass[] => []);
  const counts = new Map<ProfileLookupResult, number>();
  for (let pass = 0; pass <= PASSES; pass++) {
    for (const [i, { hitRatio, openReader }] of ways.entries()) {
      const env = withProfiles(answering, openReader(), counts);
      await answerAll(env, bodies.slice(0, REGULARS));
      const stream = mixVisitors(bodies, requests, hitRatio, pass);
      const measured = await measurePass(env, stream);
      // The first pass is for warming up.
      if (pass > 0) passes[i]?.push(measured);
    }
  }
  const rows = ways.map(({ name }, i): Row => {
    const median = (figure: (pass: Pass) => number) => medianOf((passes[i] ?? []).map(figure));
    return {
      name,
      figures: {
        'CPU µs a request': median(({ cpuUs }) => cpuUs),
        'median ms': median(({ medianMs }) => medianMs),
        'p99 ms': median(({ p99Ms }) => p99Ms),
      },
    };
  });
  const late = (counts.get('late') ?? 0) + (counts.get('broken') ?? 0);
  const notes = [
    `App requests of ${bodies[0]?.length} bytes, five keys each, ${LINE_ITEMS} line items; medians of ${PASSES} passes of ` +
      `${requests} requests. ${CONCURRENCY} requests are under way at any time; the latency is from when a request is ready, so ` +
      `it includes waiting for the other ${CONCURRENCY - 1}. ${late} lookups were late.`,
  ];
  const bids = passes.flat().map((pass) => pass.bids);
  return { rows, notes, hash: hashOf(bids.join()) };
}

function cacheBefore(store: ProfileStore): ProfileReader {
  return new CachedReader(store, {
    bytesMax: 256 * 1024 * 1024,
    ttlMs: 3_600_000,
    clock: systemClock,
    metrics: { keyLookup: () => undefined, storeAnswered: () => undefined },
  });
}

function withProfiles(
  env: BidEnvironment,
  reader: ProfileReader,
  counts: Map<ProfileLookupResult, number>,
): BidEnvironment {
  const profileLookup = (result: ProfileLookupResult) => {
    counts.set(result, (counts.get(result) ?? 0) + 1);
  };
  return { ...env, findProfile: createProfileLookup(reader, { profileLookup }) };
}

/** Regulars, who are in the cache, in the share of the hit ratio, and visitors that come for the first time. */
function mixVisitors(bodies: readonly Buffer[], requests: number, hitRatio: number, seed: number): Buffer[] {
  const random = seededRandom(seed);
  let newcomers = REGULARS;
  return Array.from({ length: requests }, () => {
    const visitor = random() < hitRatio ? Math.floor(random() * REGULARS) : newcomers++;
    return bodies[visitor] as Buffer;
  });
}

async function measurePass(env: BidEnvironment, stream: readonly Buffer[]): Promise<Pass> {
  const before = process.cpuUsage();
  const { latenciesMs, bids } = await answerAll(env, stream);
  const { user, system } = process.cpuUsage(before);
  const sorted = latenciesMs.toSorted();
  return {
    cpuUs: (user + system) / stream.length,
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? NaN,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? NaN,
    bids,
  };
}

async function answerAll(env: BidEnvironment, stream: readonly Buffer[]) {
  const latenciesMs = new Float64Array(stream.length);
  let [next, bids] = [0, 0];
  const answerOneByOne = async () => {
    for (;;) {
      const at = next++;
      const body = stream[at];
      if (body === undefined) return;
      const readyMs = performance.now();
      // Requests come from sockets: each in a call of its own from the event loop, which looks after Redis in between.
      await nextTick();
      const decision = await decide(env, {
        exchange: EXCHANGE.id,
        body,
        receivedMs: env.clock.monotonicMs(),
      });
      if (decision.kind === 'bid') bids += decision.bids.length;
      latenciesMs[at] = performance.now() - readyMs;
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, answerOneByOne));
  return { latenciesMs, bids };
}

function bodyOf(visitor: number): Buffer {
  const { cookie, user, ifa, ip } = visitorIds(visitor);
  const request = appRequest() as { user: object; device: object };
  return Buffer.from(
    JSON.stringify({
      ...request,
      tmax: TMAX_MS,
      user: { ...request.user, id: user, buyeruid: cookie },
      device: { ...request.device, ip, ifa },
    }),
  );
}
