import type { BidRequest } from '../../src/domain/bid-request.js';
import type { ProfileCacheMetrics, ProfileReader } from '../../src/domain/ports.js';
import { systemClock } from '../../src/lib/clock.js';
import { CachedReader } from '../../src/profile/cached-reader.js';
import { readDirectly } from '../../src/profile/direct-reader.js';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { createProfileLookup } from '../../src/profile/lookup.js';
import { visitorOf } from '../../test/support/visitor.js';
import type { BenchTask } from '../task.js';
import { EXCHANGE } from './exchange.js';
import { visitorIds, visitorKeys, visitorProfiles } from './visitors.js';

const VISITORS = 20_000;
const KNOWN = 4_000;
/** His network is one that nothing is known of. */
const STRANGER = 1_000_001;
const SILENT: ProfileCacheMetrics = { keyLookup: () => undefined, storeAnswered: () => undefined };
const LATER_MS = 60_000;

/** A visitor of an app, who is looked up by five keys, in a cache that knows all of them, next to the embedded store. */
export function profileCacheTasks(): BenchTask[] {
  const store = createEmbeddedStore();
  for (const { key, profile } of visitorProfiles(VISITORS)) void store.put(key, profile);
  const cached = new CachedReader(store, {
    bytesMax: 64 * 1024 * 1024,
    ttlMs: 3_600_000,
    clock: systemClock,
    metrics: SILENT,
  });
  const deadlineMs = systemClock.monotonicMs() + LATER_MS;
  const visitors = { 'known visitor': KNOWN, stranger: STRANGER };
  const readers = { 'embedded store': readDirectly(store), 'cache, every key known': cached };
  return Object.entries(visitors).flatMap(([visitor, number]) =>
    Object.entries(readers).flatMap(([name, reader]) => {
      const keys = visitorKeys(number);
      const request = requestOf(number);
      const lookup = createProfileLookup(reader, { profileLookup: () => undefined });
      return [
        { name: `find the keys of a ${visitor}, ${name}`, run: () => countFound(reader, keys, deadlineMs) },
        {
          name: `look up a ${visitor}, ${name}`,
          run: async () => (await lookup(request, EXCHANGE, deadlineMs)).profile?.segments.size ?? 0,
        },
      ];
    }),
  );
}

async function countFound(
  reader: ProfileReader,
  keys: Parameters<ProfileReader['find']>[0],
  deadlineMs: number,
): Promise<number> {
  const answer = await reader.find(keys, deadlineMs);
  if (answer.kind !== 'answered') return -1;
  return answer.found.filter(({ stored }) => stored !== undefined).length;
}

function requestOf(number: number): BidRequest {
  const { cookie, user, ifa, ip } = visitorIds(number);
  return visitorOf({ buyerId: cookie, id: user, ifa, ip });
}
