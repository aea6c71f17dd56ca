import { integerBetween, pick, seededRandom, type Random } from '../lib/prng.js';
import type { Topic } from './topics.js';
import { networkAddress, networksOf, placeOfNetwork, visitorOf, type Visitor } from './visitor.js';
import { randomOf, type World } from './world.js';

/** A line of a profile file. */
export type SyntheticProfile = Readonly<Record<string, unknown>>;

/** One line in so many is about a network. */
const NETWORK_EVERY = 12;
/** Of the visitors this share has never been seen. */
const UNKNOWN_SHARE = 0.25;
const ENDS = ['2034-06-30', '2034-12-31', '2035-06-30', '2035-12-31'];
const EDUCATIONS = ['school', 'vocational', 'university'];
const OCCUPATIONS = ['teacher', 'engineer', 'nurse', 'student', 'driver', 'manager', 'clerk'];
const INCOMES = ['low', 'middle', 'middle', 'high'];
const STAGES = ['new', 'active', 'active', 'lapsing', 'lost'];
/** Of the visitors who have bought something. */
const CUSTOMER_SHARE = 0.15;
/** Of a visitor's segments that are about what he cares for. */
const OWN_TOPIC_SHARE = 0.6;
const OWN_STEMS = ['fans', 'readers', 'buyers'];
const BORN_BEFORE = 2026;

/**
 * What is known of the world's visitors, those first who come most often, and of their networks in between. Under the
 * cookie and, of those who use apps, also under the advertising id. Ends when every visitor is told.
 */
export function* syntheticProfiles(world: World): Generator<SyntheticProfile, void> {
  const random = seededRandom(world.seed ^ 0x2545f491);
  let lines = 0;
  let network = 0;
  for (let number = 0; number < world.visitors; number++) {
    const visitor = visitorOf(world, number);
    const facts = factsOf(world, visitor);
    if (facts === undefined) continue;
    for (const id of idsOf(visitor)) {
      yield { id, ...facts };
      if (++lines % NETWORK_EVERY !== 0 || network >= networksOf(world)) continue;
      yield networkProfile(world, random, network++);
    }
  }
}

function idsOf({ cookie, ifa }: Visitor): readonly object[] {
  return [...(cookie === undefined ? [] : [{ cookie }]), ...(ifa === undefined ? [] : [{ ifa }])];
}

/** @returns undefined for a visitor of whom nothing is known */
function factsOf(world: World, visitor: Visitor): object | undefined {
  const random = randomOf(world, 'facts', visitor.number);
  if (random() < UNKNOWN_SHARE) return undefined;
  const { topics, yearOfBirth, gender, country, city } = visitor;
  const segments = segmentsOf(world, random, topics, integerBetween(random, 1, 12));
  if (random() < 0.4) return { segments };
  return {
    segments,
    people: {
      age: BORN_BEFORE - yearOfBirth,
      gender,
      education: pick(random, EDUCATIONS),
      occupation: pick(random, OCCUPATIONS),
      marital: pick(random, ['single', 'married']),
      income: pick(random, INCOMES),
    },
    interests: Object.fromEntries(topics.map(({ name }) => [name, integerBetween(random, 30, 100) / 100])),
    ...(random() < CUSTOMER_SHARE ? customerFacts(random) : {}),
    geo: { country: country.code, region: city.region, city: city.name },
    updated: '2026-11-15',
  };
}

function customerFacts(random: Random): object {
  const monetary = integerBetween(random, 1_000, 100_000) / 100;
  return {
    value: {
      recency: integerBetween(random, 0, 365),
      frequency: integerBetween(random, 1, 20),
      monetary,
      lifetime: Math.round(monetary * (1 + random() * 3)),
    },
    stage: pick(random, STAGES),
  };
}

function segmentsOf(
  world: World,
  random: Random,
  topics: readonly Topic[],
  count: number,
): Record<string, string> {
  const segments: Record<string, string> = {};
  for (let i = 0; i < count; i++) {
    const isOwn = random() < OWN_TOPIC_SHARE && topics.length > 0;
    const segment = isOwn
      ? `${pick(random, topics).name}-${pick(random, OWN_STEMS)}`
      : world.pickSegment(random);
    segments[segment] = pick(random, ENDS);
  }
  return segments;
}

function networkProfile(world: World, random: Random, network: number): SyntheticProfile {
  const { country, city } = placeOfNetwork(world, network);
  return {
    id: { ip: `${networkAddress(network)}/24` },
    segments: segmentsOf(world, random, [], integerBetween(random, 1, 4)),
    geo: { country: country.code, region: city.region, city: city.name },
  };
}
