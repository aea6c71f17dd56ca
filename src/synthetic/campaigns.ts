import { logNormal, weighted } from '../lib/distributions.js';
import { integerBetween, pick, type Random } from '../lib/prng.js';
import { creativesOf, type CreativeKind } from './creatives.js';
import type { Country } from './places.js';
import { dealsWanted, targetingOf, type Breadth, type Wish } from './targeting.js';
import type { Topic } from './topics.js';
import { randomOf, type World } from './world.js';

/** A campaign file, as an object. */
export type SyntheticCampaign = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly lineItems: readonly object[];
};

export interface CampaignOptions {
  /** Of all campaigns together; a catalogue takes 10,000 campaigns. */
  readonly lineItems: number;
  readonly breadth?: Breadth;
  /** How many a campaign has; the last one has what is left. */
  readonly perCampaign?: { readonly min: number; readonly max: number };
}

const LINE_ITEMS_PER_CAMPAIGN = { min: 4, max: 24 } as const;
const BID_MEDIAN_USD = 1.6;
const BID_SIGMA = 0.75;
const BID_USD = { min: 0.2, max: 10 } as const;
const CAPPED_SHARE = 0.4;
const DEAL_SHARE = 0.05;
/** Large enough to outlast any benchmark. */
const BUDGET = { total: 50_000_000, daily: 25_000, currency: 'USD' } as const;
/** Long enough for whoever serves from it, whenever that is. */
const FLIGHT = { start: '2025-01-01', end: '2035-12-31' } as const;

/** What an impression of a kind is worth beside a banner's. */
const KINDS: Readonly<Record<CreativeKind, { readonly weight: number; readonly worth: number }>> = {
  banner: { weight: 45, worth: 1 },
  'phone-banner': { weight: 20, worth: 0.8 },
  interstitial: { weight: 6, worth: 1.6 },
  video: { weight: 14, worth: 2.5 },
  audio: { weight: 3, worth: 2 },
  native: { weight: 9, worth: 1.2 },
  screen: { weight: 3, worth: 2.5 },
};
const kindOf = weighted(
  Object.fromEntries(Object.entries(KINDS).map(([kind, { weight }]) => [kind, weight])) as Record<
    CreativeKind,
    number
  >,
);

const NAME_WORDS = 'acme borealis cobalt delta ember fjord granite harbor indigo juniper kestrel lumen'.split(
  ' ',
);

/** Campaigns with `lineItems` line items in all. */
export function* syntheticCampaigns(
  world: World,
  options: CampaignOptions,
): Generator<SyntheticCampaign, void> {
  const { breadth = 'mixed', perCampaign = LINE_ITEMS_PER_CAMPAIGN } = options;
  let left = options.lineItems;
  for (let number = 0; left > 0; number++) {
    const random = randomOf(world, 'campaign', number);
    const count = Math.min(left, integerBetween(random, perCampaign.min, perCampaign.max));
    left -= count;
    yield campaignOf(world, random, number, count, breadth);
  }
}

function campaignOf(
  world: World,
  random: Random,
  number: number,
  lineItems: number,
  breadth: Breadth,
): SyntheticCampaign {
  const topic = world.pickTopic(random);
  const country = world.pickCountry(random);
  // An advertiser has several campaigns.
  const advertiser = `${pick(random, NAME_WORDS)}-${topic.name}-${integerBetween(random, 1, 40)}`;
  const domain = `${advertiser}.example`;
  return {
    $schema: '../schema/campaign.schema.json',
    id: `${topic.name}-${String(number).padStart(5, '0')}`,
    advertiser: { id: advertiser, domain, categories: [topic.category] },
    flight: { ...FLIGHT, timeZone: country.timeZone },
    budget: { ...BUDGET, pacing: random() < 0.7 ? 'asap' : 'even' },
    lineItems: Array.from({ length: lineItems }, (_, i) =>
      lineItemOf({ world, random, breadth, topic, country, domain, id: `l${i + 1}` }),
    ),
  };
}

interface Owner {
  readonly world: World;
  readonly random: Random;
  readonly breadth: Breadth;
  readonly topic: Topic;
  readonly country: Country;
  readonly domain: string;
  readonly id: string;
}

function lineItemOf(owner: Owner): object {
  const { random, topic, domain, id } = owner;
  const kind = kindOf(random);
  const wish: Wish = { ...owner, kind };
  const usd = logNormal(random, BID_MEDIAN_USD * KINDS[kind].worth, BID_SIGMA);
  const amount = Math.round(Math.min(BID_USD.max, Math.max(BID_USD.min, usd)) * 100) / 100;
  const deals = random() < DEAL_SHARE ? dealsWanted(wish) : undefined;
  return {
    id,
    bid: { model: 'cpm', amount },
    ...(deals ? { deals } : {}),
    ...(kind !== 'screen' && random() < CAPPED_SHARE ? { frequency: capsOf(random) } : {}),
    targeting: targetingOf(wish),
    creatives: creativesOf(random, kind, { domain, topic, prefix: id }),
  };
}

function capsOf(random: Random): readonly object[] {
  const perDay = integerBetween(random, 2, 10);
  const daily = { impressions: perDay, per: '1d' };
  return random() < 0.5 ? [daily] : [daily, { impressions: perDay * 3, per: '7d' }];
}
