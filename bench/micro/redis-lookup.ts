import { seededRandom, integerBetween } from '../../src/lib/prng.js';
import type { ProfileKey } from '../../src/domain/profile.js';
import { Finder } from '../../src/redis/find.js';
import { RedisFrequencyLogs } from '../../src/redis/frequency-logs.js';
import { KeyRing } from '../../src/redis/keys.js';
import { Persons } from '../../src/redis/persons.js';
import { ReadBatch } from '../../src/redis/read-batch.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import { Mover } from '../../src/redis/rotation.js';
import { SingleServer } from '../../src/redis/servers.js';
import { WriteBatch } from '../../src/redis/write-batch.js';
import { waitFor, type RedisServer } from '../../test/support/redis-server.js';
import { amountOf, hashOf, medianOf, type BenchTable, type Row } from '../table.js';
import {
  costOf,
  KEY_RING,
  openRedisStore,
  putAll,
  SILENT_REDIS,
  SILENT_REPORTS,
  TIMES_TO_LIVE,
  withRedis,
} from '../with-redis.js';
import { visitorKeys, visitorProfiles } from './visitors.js';

const VISITORS = 20_000;
const LOOKUPS = 6_400;
const PASSES = 5;

/** So many lookups at once, over one connection; together in one command, or each in a command of its own. */
const WAYS = [
  { atOnce: 1, batched: true, name: '1 lookup at a time' },
  { atOnce: 8, batched: false, name: '8 lookups at once, a command each' },
  { atOnce: 8, batched: true, name: '8 lookups at once, batched' },
  { atOnce: 64, batched: false, name: '64 lookups at once, a command each' },
  { atOnce: 64, batched: true, name: '64 lookups at once, batched' },
];

/** What a lookup that the cache cannot answer costs this process, and Redis. */
export const redisLookupTable: BenchTable = {
  title: 'Redis, CPU of a lookup',
  measure: (timeMs) =>
    withRedis(async (server) => {
      const store = await openRedisStore(server);
      await putAll(store, visitorProfiles(VISITORS));
      await store.close();
      const lookups = amountOf(LOOKUPS, timeMs);
      const ring = new KeyRing(KEY_RING);
      const { servers, finders } = await connect(server, ring);
      const costs = WAYS.map(() => ({ here: [] as number[], there: [] as number[] }));
      let found = 0;
      for (let pass = 0; pass <= PASSES; pass++) {
        for (const [i, { atOnce, batched }] of WAYS.entries()) {
          const of = batched ? finders.slice(0, 1) : finders.slice(0, atOnce);
          const cost = await costOf(server, lookups, () => findAll(of, atOnce, lookups, pass));
          found += cost.result;
          // The first pass is for warming up.
          if (pass > 0) costs[i]?.here.push(cost.hereUs);
          if (pass > 0) costs[i]?.there.push(cost.thereUs);
        }
      }
      servers.close();
      const namesUs = medianOf(Array.from({ length: PASSES }, () => namingUs(ring, lookups)));
      const rows = WAYS.map(({ name }, i): Row => ({
        name,
        figures: {
          'CPU µs here': medianOf(costs[i]?.here ?? []),
          'of these, names': namesUs,
          'CPU µs in Redis': medianOf(costs[i]?.there ?? []),
        },
      }));
      return {
        what: 'a lookup is five keys, ten names in Redis',
        rows,
        notes: NOTES,
        hash: hashOf(String(found)),
      };
    }),
};

const NOTES = [
  `Median of ${PASSES} passes. Half of the visitors are known by their cookie, and so are their networks; the costs include ` +
    'decoding both. The names are five HMACs. Redis is on the same machine, so the kernel does the work of both ends.',
];

interface Connection {
  readonly servers: SingleServer;
  readonly finders: readonly Finder[];
}

/** Finders with a batch of their own each: what two of them are asked goes out as two commands. */
async function connect({ url }: RedisServer, ring: KeyRing): Promise<Connection> {
  const target = parseRedisUrl(url, { allowInsecure: false });
  const [address] = target.nodes as [(typeof target.nodes)[number]];
  const servers = new SingleServer(address, { ...target, certificateAuthority: undefined }, SILENT_REPORTS);
  await waitFor(() => servers.problem() === undefined, 'Redis is connected');
  const finders = Array.from({ length: Math.max(...WAYS.map(({ atOnce }) => atOnce)) }, () => {
    const reads = new ReadBatch(servers, SILENT_REDIS);
    const writes = new WriteBatch(servers, SILENT_REDIS, SILENT_REPORTS);
    const persons = new Persons(ring, reads, writes, TIMES_TO_LIVE.linkTtlMs);
    const logs = new RedisFrequencyLogs(writes, TIMES_TO_LIVE.frequencyTtlMs, SILENT_REDIS);
    return new Finder(ring, reads, new Mover(reads, writes), persons, logs, TIMES_TO_LIVE, SILENT_REDIS);
  });
  return { servers, finders };
}

async function findAll(
  finders: readonly Finder[],
  atOnce: number,
  lookups: number,
  seed: number,
): Promise<number> {
  const random = seededRandom(seed);
  let count = 0;
  for (let done = 0; done < lookups; done += atOnce) {
    const found = await Promise.all(
      Array.from({ length: atOnce }, (_, i) => (finders[i % finders.length] as Finder).find(anyKeys(random))),
    );
    for (const { stored } of found.flat()) if (stored !== undefined) count++;
  }
  return count;
}

function anyKeys(random: () => number): ProfileKey[] {
  return visitorKeys(integerBetween(random, 0, VISITORS - 1));
}

function namingUs(ring: KeyRing, lookups: number): number {
  const random = seededRandom(1);
  const before = process.cpuUsage();
  for (let i = 0; i < lookups; i++) for (const key of anyKeys(random)) ring.namesOf(key);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / lookups;
}
