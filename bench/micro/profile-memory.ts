import type { FoundProfile } from '../../src/domain/ports.js';
import { profileKeyText, type ProfileKey } from '../../src/domain/profile.js';
import { systemClock } from '../../src/lib/clock.js';
import { seededRandom } from '../../src/lib/prng.js';
import { ProfileCache } from '../../src/profile/profile-cache.js';
import { KeyRing } from '../../src/redis/keys.js';
import { decodeProfile, encodeProfile } from '../../src/redis/profile-codec.js';
import { hasRedisServer, startRedisServer } from '../../test/support/redis-server.js';
import { usedHeapBytes } from '../garbage.js';
import { amountOf, hashOf, type BenchTable, type Row } from '../table.js';
import { KEY_RING, openRedisStore, putAll, WITHOUT_REDIS } from '../with-redis.js';
import { makeProfile, PROFILE_SIZES, type ProfileSize } from './sample-profiles.js';

const ENTRIES = 50_000;
/** A large profile has the room of many. */
const LARGE_ENTRIES = 5_000;
/** So many different profiles, each decoded many times. */
const SAMPLES = 1_000;
const PUT_IN_REDIS = 100;
const IN_REDIS = 'bytes in Redis, key included';

/** What remembering a profile takes: really, by the estimate that bounds the cache, and in Redis. */
export const profileMemoryTable: BenchTable = {
  title: 'Memory of a profile',
  async measure(timeMs) {
    const unknown = cachedBytes(amountOf(ENTRIES, timeMs), () => undefined);
    const rows: Row[] = [{ name: 'nothing stored', figures: { ...unknown, [IN_REDIS]: 0 } }];
    for (const size of PROFILE_SIZES) {
      const entries = amountOf(size.segments > 100 ? LARGE_ENTRIES : ENTRIES, timeMs);
      const samples = makeSamples(size);
      const { name, figures } = cachedProfiles(size, samples, entries);
      rows.push({
        name,
        figures: { ...figures, [IN_REDIS]: await bytesInRedis(samples) },
      });
    }
    const estimates = rows.map(({ figures }) => figures['estimated bytes']).join();
    const notes = hasRedisServer() ? NOTES : [...NOTES, `The bytes in Redis are left out: ${WITHOUT_REDIS}.`];
    return { what: 'one key', rows, notes, hash: hashOf(estimates) };
  },
};

const NOTES = [
  'In the cache a visitor takes one entry a key: with a cookie, an id of the exchange, a device and two addresses these ' +
    'are five, most of them such that nothing is stored. The limit of the cache counts estimated bytes.',
  'In Redis only what is known takes room, by MEMORY USAGE; the server needs some 60 bytes more for its tables and the time to live.',
];

function makeSamples(size: ProfileSize): Buffer[] {
  const random = seededRandom(31);
  return Array.from({ length: SAMPLES }, () => encodeProfile(makeProfile(random, size)));
}

function cachedProfiles({ name, segments }: ProfileSize, samples: readonly Buffer[], entries: number): Row {
  const figures = cachedBytes(entries, (i) => decodeProfile(samples[i % samples.length] as Buffer));
  return { name: `a ${name} profile, ${segments} segments`, figures };
}

function cachedBytes(entries: number, profileOf: (index: number) => ReturnType<typeof decodeProfile>) {
  const ring = new KeyRing(KEY_RING);
  const before = usedHeapBytes();
  const cache = new ProfileCache({ bytesMax: 2 ** 40, ttlMs: 3_600_000, clock: systemClock });
  for (let i = 0; i < entries; i++) {
    const key = freshKey(i);
    const profile = profileOf(i);
    const stored = profile && { profile, frequency: undefined, linked: undefined };
    const found: FoundProfile = { changeNames: ring.namesOf(key).changes, stored };
    cache.remember(profileKeyText(key), found, systemClock.monotonicMs());
  }
  const heapBytes = (usedHeapBytes() - before) / entries;
  const estimatedBytes = cache.figures().bytes / entries;
  return {
    'heap bytes': Math.round(heapBytes),
    'estimated bytes': Math.round(estimatedBytes),
    'estimate above heap, %': 100 * (estimatedBytes / heapBytes - 1),
  };
}

/** As it comes out of a request's JSON. */
function freshKey(number: number): ProfileKey {
  return JSON.parse(
    `{"kind":"cookie","id":"c-81f3a2b7-${number.toString(36).padStart(8, '0')}"}`,
  ) as ProfileKey;
}

/** @returns the mean, undefined where there is no Redis */
async function bytesInRedis(samples: readonly Buffer[]): Promise<number | undefined> {
  if (!hasRedisServer()) return undefined;
  const ring = new KeyRing(KEY_RING);
  const server = await startRedisServer();
  try {
    const store = await openRedisStore(server);
    const profiles = samples.slice(0, PUT_IN_REDIS).flatMap((value, i) => {
      const profile = decodeProfile(value);
      return profile === undefined ? [] : [{ key: freshKey(i), profile }];
    });
    await putAll(store, profiles);
    await store.close();
    const names = profiles.flatMap(({ key }) => ring.namesOf(key).profile);
    const script =
      "local sum = 0 for _, name in ipairs(KEYS) do sum = sum + redis.call('MEMORY', 'USAGE', name) end return sum";
    return Math.round(
      Number(await server.cli('EVAL', script, String(names.length), ...names)) / names.length,
    );
  } finally {
    await server.stop();
  }
}
