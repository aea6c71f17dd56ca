import { integerBetween, pick, type Random } from '../lib/prng.js';
import { bundleOf, channelOf, dealsOf } from './channel.js';
import type { CreativeKind } from './creatives.js';
import type { Country } from './places.js';
import type { Topic } from './topics.js';
import type { World } from './world.js';

type Json = Readonly<Record<string, unknown>>;

/** How much line items ask for. */
export const BREADTHS = ['narrow', 'mixed', 'broad'] as const;
export type Breadth = (typeof BREADTHS)[number];

/** How often a condition is made, of the times that it is in a mixed campaign. */
const CONDITIONS_FACTOR: Readonly<Record<Breadth, number>> = { narrow: 1.5, mixed: 1, broad: 0.4 };

export interface Wish {
  readonly world: World;
  readonly random: Random;
  readonly breadth: Breadth;
  /** Of the advertiser. */
  readonly topic: Topic;
  readonly country: Country;
  readonly kind: CreativeKind;
}

/** Of line items whose creatives are not for every device. */
const DEVICE_TYPES: Readonly<Partial<Record<CreativeKind, readonly (readonly string[])[]>>> = {
  banner: [['desktop', 'mobile']],
  'phone-banner': [['phone'], ['mobile']],
  interstitial: [['mobile']],
};
const CHANNELS_LISTED_MAX = 40;
const HOURS = [
  { daily: ['07-23'] },
  { 'mon-fri': ['06-10', '16-23'] },
  { 'mon-fri': ['18-24'], 'sat-sun': ['09-24'] },
  { weekends: ['00-24'] },
  { daily: ['11-14', '17-21'] },
];

/** Conditions of a line item, each made or not, as advertisers do: most ask for a place, few for much more. */
export function targetingOf(wish: Wish): Json {
  const { random, kind, country } = wish;
  const often = CONDITIONS_FACTOR[wish.breadth];
  const may = (share: number): boolean => random() < share * often;
  const isOfPeople = kind !== 'screen';
  return {
    ...(may(0.6) ? { geo: geoOf(wish) } : {}),
    ...(isOfPeople && may(0.35) ? { segments: segmentsOf(wish) } : {}),
    ...(isOfPeople && may(0.1) ? { people: peopleOf(random) } : {}),
    ...(isOfPeople && may(0.06)
      ? { interests: { anyOf: { [wish.topic.name]: integerBetween(random, 2, 8) / 10 } } }
      : {}),
    ...(isOfPeople && may(0.02) ? { stage: ['active', 'lapsing'] } : {}),
    ...devicesOf(wish, may),
    ...inventoryOf(wish, may),
    ...(may(0.15) ? { hours: pick(random, HOURS), hoursIn: 'user' } : {}),
    ...(isOfPeople && may(0.08) ? { languages: [country.languages[0]] } : {}),
    ...(may(0.15) ? { unknown: 'accept' } : {}),
  };
}

/** Deals of a publisher who makes some, for a line item that buys nothing else. */
export function dealsWanted({ world, random }: Wish): readonly unknown[] | undefined {
  const deals = dealsOf(Math.floor(random() * world.publishers));
  if (deals.length === 0) return undefined;
  return deals.map((id, i) =>
    i === 0 ? id : { id, amount: integerBetween(random, 200, 1_500) / 100, priority: 5 },
  );
}

function geoOf({ world, random, country }: Wish): readonly Json[] {
  const draw = random();
  if (draw < 0.5) {
    const others = Array.from({ length: integerBetween(random, 0, 2) }, () => world.pickCountry(random).code);
    return [...new Set([country.code, ...others])].map((code) => ({ country: code }));
  }
  if (draw < 0.75) {
    const regions = new Set(country.cities.map(({ region }) => region));
    return [...regions].slice(0, 2).map((region) => ({ country: country.code, region }));
  }
  const { name, latitude, longitude, zip } = pick(random, country.cities);
  if (draw < 0.85) return [{ country: country.code, city: name }];
  if (draw < 0.95) return [{ near: [latitude, longitude], km: pick(random, [5, 10, 25, 50]) }];
  return Array.from({ length: 3 }, (_, i) => ({ country: country.code, zip: `${zip}${10 + i * 7}` }));
}

function segmentsOf({ world, random, topic }: Wish): Json {
  const own = ['fans', 'readers', 'buyers'].map((stem) => `${topic.name}-${stem}`);
  const wanted = new Set(own.slice(0, integerBetween(random, 1, 3)));
  for (let i = integerBetween(random, 0, 3); i > 0; i--) wanted.add(world.pickSegment(random));
  const banned = `${topic.name}-owners`;
  wanted.delete(banned);
  return random() < 0.3 ? { anyOf: [...wanted], noneOf: [banned] } : { anyOf: [...wanted] };
}

function peopleOf(random: Random): Json {
  const from = integerBetween(random, 18, 45);
  const age = [from, from + integerBetween(random, 10, 30)];
  const draw = random();
  if (draw < 0.4) return { age };
  return draw < 0.7
    ? { gender: [pick(random, ['female', 'male'])] }
    : { age, gender: [pick(random, ['female', 'male'])] };
}

function devicesOf({ random, kind }: Wish, may: (share: number) => boolean): Json {
  if (kind === 'screen') return { devices: { types: ['out-of-home'] } };
  const types = DEVICE_TYPES[kind] ?? [['desktop'], ['mobile'], ['phone', 'tablet']];
  const devices = {
    ...(may(0.3) ? { types: pick(random, types) } : {}),
    ...(may(0.2)
      ? { os: pick(random, [['ios'], ['android'], ['ios', 'android'], [{ name: 'ios', min: '16' }]]) }
      : {}),
    ...(may(0.04) ? { makes: [pick(random, ['apple', 'samsung'])] } : {}),
    ...(may(0.06) ? { connections: ['wifi'] } : {}),
  };
  return Object.keys(devices).length === 0 ? {} : { devices };
}

function inventoryOf(wish: Wish, may: (share: number) => boolean): Json {
  const { random, topic, kind } = wish;
  const isBanner = kind === 'banner' || kind === 'phone-banner' || kind === 'interstitial';
  const inventory = {
    ...channelsOf(wish, may),
    ...(may(0.12) ? { categories: [topic.category] } : {}),
    ...(may(0.06) ? { keywords: [topic.name, ...topic.keywords.slice(0, 2)] } : {}),
    ...(isBanner && may(0.05) ? { positions: ['above-the-fold', 'full-screen'] } : {}),
    ...(kind === 'video' && may(0.3) ? { placements: [pick(random, ['instream', 'accompanying'])] } : {}),
  };
  return Object.keys(inventory).length === 0 ? {} : { inventory };
}

/** Lists of sites or of apps, never both: an ad is in one or the other. */
function channelsOf({ world, random, kind }: Wish, may: (share: number) => boolean): Json {
  const inApps = kind === 'interstitial' || kind === 'audio';
  if (!inApps && may(0.08)) return { domains: { anyOf: channels(world, random, 'site') } };
  if (may(0.06)) return { bundles: { anyOf: channels(world, random, 'app') } };
  if (!inApps && may(0.2)) return { domains: { noneOf: channels(world, random, 'site') } };
  return {};
}

function channels(world: World, random: Random, kind: 'site' | 'app'): readonly string[] {
  const names = new Set<string>();
  for (let i = integerBetween(random, 3, CHANNELS_LISTED_MAX); i > 0; i--) {
    const number = kind === 'site' ? world.pickSite(random) : world.pickApp(random);
    const channel = channelOf(world, kind, number);
    if (kind === 'site') names.add(channel.domain);
    else for (const os of ['iOS', 'Android']) names.add(bundleOf(channel, os));
  }
  return [...names];
}
