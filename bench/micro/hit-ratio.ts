import { profileKeyText } from '../../src/domain/profile.js';
import type { StoredProfile } from '../../src/domain/ports.js';
import { systemClock } from '../../src/lib/clock.js';
import { seededRandom, type Random } from '../../src/lib/prng.js';
import { ProfileCache } from '../../src/profile/profile-cache.js';
import { amountOf, hashOf, type BenchTable, type Row } from '../table.js';
import { makeProfile, TYPICAL } from './sample-profiles.js';
import { visitorKeys } from './visitors.js';

const VISITORS = 1_000_000;
const LOOKUPS = 500_000;
const MEBIBYTE = 1024 * 1024;
const CACHE_MEBIBYTES = [16, 64, 256];
/** No divisor of the visitors: the most frequent ones do not live in one network. */
const SCATTER = 611_953;
const PSEUDONYM_CHARACTERS = 22;

/** How many lookups find all they ask for in the cache, when few visitors come often and many once. */
export const hitRatioTable: BenchTable = {
  title: 'Profile cache, hit ratio',
  measure(timeMs) {
    const stream = zipfStream(amountOf(VISITORS, timeMs), amountOf(LOOKUPS, timeMs));
    const seen = new Set(stream).size;
    const rows = CACHE_MEBIBYTES.map((mebibytes) => measureCache(stream, mebibytes));
    const results = JSON.stringify(rows.map(({ figures }) => figures));
    const notes = [
      `${stream.length} lookups of ${amountOf(VISITORS, timeMs)} visitors, Zipf with s = 1, of whom ${seen} come at all; ` +
        'the second half counts, and entries do not grow old. Each visitor has five keys, and every second one a typical ' +
        'profile under the cookie.',
    ];
    return Promise.resolve({ what: 'cache', rows, notes, hash: hashOf(results) });
  },
};

function measureCache(stream: Uint32Array, mebibytes: number): Row {
  const clock = systemClock;
  const cache = new ProfileCache({ bytesMax: mebibytes * MEBIBYTE, ttlMs: 86_400_000, clock });
  const half = stream.length / 2;
  // What is remembered counts as if each visitor had a copy.
  const known = { profile: makeProfile(seededRandom(41), TYPICAL), frequency: undefined, linked: undefined };
  let [hits, keyHits, keys] = [0, 0, 0];
  for (const [at, visitor] of stream.entries()) {
    const texts = visitorKeys(visitor).map(profileKeyText);
    const found = texts.filter((text) => cache.get(text) !== undefined).length;
    for (const [i, text] of texts.entries()) {
      if (found === texts.length || cache.get(text) !== undefined) continue;
      remember(cache, text, i === 0 && visitor % 2 === 0 ? known : undefined);
    }
    if (at < half) continue;
    if (found === texts.length) hits++;
    keyHits += found;
    keys += texts.length;
  }
  const { entries, evictions } = cache.figures();
  return {
    name: `${mebibytes} MiB`,
    figures: {
      'lookups that cost no question, %': (100 * hits) / (stream.length - Math.ceil(half)),
      'keys found, %': (100 * keyHits) / keys,
      entries,
      evictions,
    },
  };
}

function remember(cache: ProfileCache, text: string, stored: StoredProfile | undefined): void {
  cache.remember(
    text,
    { changeNames: [text.padEnd(PSEUDONYM_CHARACTERS)], stored },
    systemClock.monotonicMs(),
  );
}

/** The visitor of rank r comes in proportion to 1/r. */
function zipfStream(visitors: number, lookups: number): Uint32Array {
  const random = seededRandom(51);
  const sums = new Float64Array(visitors);
  let sum = 0;
  for (let rank = 1; rank <= visitors; rank++) sums[rank - 1] = sum += 1 / rank;
  return Uint32Array.from({ length: lookups }, () => {
    const rank = rankAt(sums, random, sum);
    return (rank * SCATTER) % visitors;
  });
}

function rankAt(sums: Float64Array, random: Random, total: number): number {
  const wanted = random() * total;
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
