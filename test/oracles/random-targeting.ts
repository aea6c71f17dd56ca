import {
  CONNECTION_TYPES,
  DEVICE_TYPES,
  GENDERS,
  ROLLS,
  type Choice,
  type Place,
  type Range,
  type Targeting,
} from '../../src/domain/campaign.js';
import type { Creative } from '../../src/domain/creative.js';
import { DIMENSIONS, type DimensionName } from '../../src/domain/dimensions.js';
import { STAGES } from '../../src/domain/profile.js';
import type { Visit } from '../../src/domain/visit.js';
import { parseIpRange, type IpRange } from '../../src/lib/ip.js';
import { integerBetween, pick, seededRandom, type Random } from '../../src/lib/prng.js';
import { versionNumber } from '../../src/lib/version.js';
import type { IndexedLineItem } from '../../src/targeting/targeting-index.js';
import { FORMAT_CREATIVES } from '../support/format-samples.js';
import { flexible, lineItemWith, NOW_MS, sized } from '../support/targeting-samples.js';
import { POOLS, randomPoint, several } from './random-pools.js';
import { randomVisit } from './random-visit.js';

const DAY_MS = 86_400_000;

export interface RandomTargeting {
  readonly items: readonly IndexedLineItem[];
  readonly visits: readonly Visit[];
}

/** A seeded catalogue and requests for it, of any shape that the types allow. */
export function randomTargeting(seed: number, visitCount: number): RandomTargeting {
  const random = seededRandom(seed);
  const size = integerBetween(random, 0, pick(random, [3, 40, 200]));
  const eagerness = pick(random, [0.02, 0.1, 0.3]);
  return {
    items: Array.from({ length: size }, () => randomItem(random, eagerness)),
    visits: Array.from({ length: visitCount }, () => randomVisit(random)),
  };
}

/**
 * A catalogue of three blocks of the index and a bit, one after the other: line items that want little, that want much, that
 * are all switched off, and of either kind.
 */
export function randomLargeTargeting(seed: number, visitCount: number): RandomTargeting {
  const random = seededRandom(seed);
  const block = (eagerness: () => number): IndexedLineItem[] =>
    Array.from({ length: 1024 }, () => randomItem(random, eagerness()));
  const off = block(() => 0.02).map(({ campaign, lineItem }) => ({
    campaign: { ...campaign, status: 'paused' as const },
    lineItem,
  }));
  const blocks = [block(() => 0.02), block(() => 0.4), off];
  const rest = block(() => pick(random, [0.02, 0.1, 0.4])).slice(integerBetween(random, 0, 1023));
  return {
    items: [...blocks.sort(() => random() - 0.5).flat(), ...rest],
    visits: Array.from({ length: visitCount }, () => randomVisit(random)),
  };
}

function randomItem(random: Random, eagerness: number): IndexedLineItem {
  const item = lineItemWith(randomTargetingOf(random, eagerness), {
    creatives: several(random, 1, 3, () => randomCreative(random)),
    status: random() < 0.03 ? 'paused' : 'active',
  });
  const startMs = NOW_MS + integerBetween(random, -10, 1) * DAY_MS;
  const endMs = NOW_MS + integerBetween(random, 0, 10) * DAY_MS;
  const status = random() < 0.03 ? 'paused' : 'active';
  return { ...item, campaign: { ...item.campaign, status, flight: { startMs, endMs, timeZone: 'UTC' } } };
}

function randomCreative(random: Random): Creative {
  if (random() < 0.2) return pick(random, FORMAT_CREATIVES);
  if (random() < 0.8) return sized(pick(random, [300, 320, 728]), pick(random, [50, 250]));
  return pick(random, [flexible(16, 9), flexible(32, 18), flexible(4, 3)]);
}

function randomTargetingOf(random: Random, eagerness: number): Targeting {
  const choices: Record<string, unknown> = {};
  for (const name of DIMENSIONS) {
    if (name === 'sizes' || random() >= eagerness) continue;
    choices[name] =
      name === 'hours' ? randomHours(random) : randomChoice(random, () => CONDITIONS[name](random));
  }
  const byDimension = new Map(
    several(
      random,
      0,
      3,
      () => [pick(random, DIMENSIONS), pick(random, ['reject', 'accept'] as const)] as const,
    ),
  );
  return { ...choices, unknown: { lineItem: pick(random, ['reject', 'accept']), byDimension } };
}

function randomChoice(random: Random, make: () => unknown): Choice<unknown> {
  const anyOf = several(random, 0, 3, make);
  return { anyOf, noneOf: several(random, anyOf.length === 0 ? 1 : 0, 2, make) };
}

type Chosen = Exclude<DimensionName, 'sizes' | 'hours'>;
type ConditionOf<Name extends Chosen> =
  Exclude<Targeting[Name], undefined> extends Choice<infer Condition> ? Condition : never;

const CONDITIONS: { [Name in Chosen]: (random: Random) => ConditionOf<Name> } = {
  deals: (random) => pick(random, POOLS.deals),
  exchanges: (random) => pick(random, POOLS.exchanges),
  interstitial: (random) => random() < 0.5,
  positions: (random) => integerBetween(random, 1, 7),
  placements: (random) => integerBetween(random, 1, 4),
  roll: (random) => pick(random, ROLLS),
  rewarded: (random) => random() < 0.5,
  domains: (random) => pick(random, POOLS.domains),
  bundles: (random) => pick(random, POOLS.bundles),
  publishers: (random) => pick(random, POOLS.publishers),
  lists: (random) => pick(random, POOLS.lists),
  categories: (random) => pick(random, POOLS.categories),
  keywords: (random) => pick(random, POOLS.keywords),
  deviceTypes: (random) => pick(random, DEVICE_TYPES),
  os: (random) => ({ name: pick(random, POOLS.systems), version: randomVersions(random) }),
  makes: (random) => pick(random, POOLS.makes),
  models: (random) => pick(random, POOLS.models),
  carriers: (random) => pick(random, POOLS.carriers),
  connections: (random) => pick(random, CONNECTION_TYPES),
  languages: (random) => pick(random, POOLS.languages),
  geo: randomPlace,
  age: (random) => randomRange(random, 60),
  gender: (random) => pick(random, GENDERS),
  education: (random) => pick(random, POOLS.education),
  occupation: (random) => pick(random, POOLS.occupation),
  marital: (random) => pick(random, POOLS.marital),
  income: (random) => pick(random, POOLS.income),
  segments: (random) => pick(random, POOLS.segments),
  interests: (random) => ({
    name: pick(random, POOLS.interests),
    weightMin: integerBetween(random, 1, 4) / 4,
  }),
  recency: (random) => randomRange(random, 60),
  frequency: (random) => randomRange(random, 60),
  monetary: (random) => randomRange(random, 60),
  lifetime: (random) => randomRange(random, 60),
  stage: (random) => pick(random, STAGES),
};

function randomRange(random: Random, max: number): Range {
  const ends = [integerBetween(random, 0, max), integerBetween(random, 0, max)].sort((a, b) => a - b);
  return {
    min: random() < 0.2 ? -Infinity : (ends[0] as number),
    max: random() < 0.2 ? Infinity : (ends[1] as number),
  };
}

function randomVersions(random: Random): Range {
  const { min, max } = randomRange(random, 12);
  return {
    min: min === -Infinity ? min : (versionNumber(String(min)) as number),
    max: max === Infinity ? max : (versionNumber(String(max), 999) as number),
  };
}

function randomPlace(random: Random): Place {
  const kind = pick(random, ['area', 'circle', 'network'] as const);
  if (kind === 'network') return { kind, range: parseIpRange(pick(random, POOLS.networks)) as IpRange };
  if (kind === 'circle') {
    const [latitude, longitude] = randomPoint(random);
    return { kind, latitude, longitude, radiusKm: pick(random, [0, 1, 30, 700, 9000, 30_000]) };
  }
  const some = <Value>(value: Value): Value | undefined => (random() < 0.5 ? value : undefined);
  return {
    kind,
    country: pick(random, ['USA', 'CHN']),
    region: some(pick(random, ['ca', 'us-ca', '31', 'rhin', 'bas-rhin'])),
    city: some(pick(random, ['springfield', 'shanghai'])),
    zip: some(pick(random, ['94105', '850'])),
  };
}

function randomHours(random: Random): Targeting['hours'] {
  const density = random();
  const ofWeek = Array.from({ length: 168 }, () => random() < density);
  return { ofWeek, timeZone: pick(random, POOLS.zones) };
}
