import type { BidRequest } from '../../src/domain/bid-request.js';
import { VISITOR_ID_KINDS, type Exchange } from '../../src/domain/catalog.js';
import type { ExchangeId } from '../../src/domain/ids.js';
import type { Profile, ProfileKey } from '../../src/domain/profile.js';
import { pick, seededRandom } from '../../src/lib/prng.js';
import { readDirectly } from '../../src/profile/direct-reader.js';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { profileKeys } from '../../src/profile/identity.js';
import { createProfileLookup } from '../../src/profile/lookup.js';
import { mergeProfiles } from '../../src/profile/merge.js';
import { parseProfileLine } from '../../src/profile/profile-line.js';
import { visitorOf } from '../../test/support/visitor.js';
import type { BenchTask } from '../task.js';

const PEOPLE = 20_000;
const NETWORKS = 256;
const SEGMENTS = ['runner', 'outdoor', 'traveller', 'gamer', 'parent', 'grocery', 'music-fan', 'campus'];

const EXCHANGE = {
  id: 'generic' as ExchangeId,
  idOrder: VISITOR_ID_KINDS,
  extendedIdSources: undefined,
} as Partial<Exchange> as Exchange;
const OTHER_IDS = { id: 'gx-1001', ifa: '6D92078A-8246-4BA4-AE5B-76104861E7DC' };

/** From the request's ids to the merged profile, in a store of 20,000 people and 256 networks. */
export function profileTasks(): BenchTask[] {
  const random = seededRandom(7);
  const store = createEmbeddedStore();
  const ids = Array.from({ length: PEOPLE }, (_, i): object => ({ cookie: `c-${i}` }));
  const networks = Array.from({ length: NETWORKS }, (_, i): object => ({ ip: `198.51.${i}.0/24` }));
  for (const id of [...ids, ...networks]) {
    const { key, profile } = read(profileLine(id, random));
    void store.put(key, profile);
  }
  const lookup = createProfileLookup(readDirectly(store), { profileLookup: () => undefined });
  const known = visitorOf({ buyerId: 'c-81', ...OTHER_IDS, ip: '198.51.100.7' });
  const stranger = visitorOf({ buyerId: 'c-unknown', ...OTHER_IDS, ip: '203.0.113.7' });
  const line = profileLine({ cookie: 'c-1' }, random);
  const person = read(line).profile;
  const address = read(profileLine({ ip: '198.51.100.0/24' }, random)).profile;
  return [
    { name: 'make the keys of a visitor', run: () => countKeys(known) },
    { name: 'merge two profiles', run: () => mergeProfiles(person, address)?.segments.size ?? 0 },
    {
      name: 'look up a visitor known by cookie and network',
      run: async () => sizeOf((await lookup(known, EXCHANGE, 0)).profile),
    },
    { name: 'look up a stranger', run: async () => sizeOf((await lookup(stranger, EXCHANGE, 0)).profile) },
    { name: 'read a line of a profile file', run: () => read(line).profile.segments.size },
  ];
}

function countKeys(request: BidRequest): number {
  const { person, address } = profileKeys(request, EXCHANGE);
  return person.length + address.length;
}

function sizeOf(profile: Profile | undefined): number {
  return profile?.segments.size ?? 0;
}

function read(line: string): { key: ProfileKey; profile: Profile } {
  const parsed = parseProfileLine(line, 0);
  if (parsed.kind === 'problem') throw parsed.problem;
  return parsed;
}

function profileLine(id: object, random: () => number): string {
  const segments = Object.fromEntries(
    Array.from({ length: 4 }, () => [pick(random, SEGMENTS), '2027-12-31']),
  );
  const age = 18 + Math.floor(random() * 60);
  return JSON.stringify({
    id,
    segments,
    people: { age, gender: 'F' },
    interests: { running: 0.5 },
    updated: '2026-11-15',
  });
}
