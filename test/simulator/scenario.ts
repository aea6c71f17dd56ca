import type { Budget, Campaign } from '../../src/domain/campaign.js';
import { USD, type Micros } from '../../src/domain/money.js';
import { integerBetween, pick, type Random } from '../../src/lib/prng.js';
import type { NetworkFaults } from './authority.js';
import type { ExchangeHabits } from './exchange.js';

/** What one seed is about. */
export interface Scenario {
  readonly bidders: number;
  readonly campaigns: readonly Campaign[];
  readonly requestsPerSecond: number;
  /** For how long bids are held: one of these each. */
  readonly holdMs: readonly number[];
  readonly habits: ExchangeHabits;
  readonly network: NetworkFaults;
  /** Nothing goes wrong, and there is more supply than money: then the money must be spent. */
  readonly isCalm: boolean;
  readonly faultsPerMinute: number;
}

/** One seed in so many is calm. */
const CALM_EVERY = 5;

export function scenarioOf(seed: number, random: Random): Scenario {
  return seed % CALM_EVERY === 0 ? calmScenario(random) : roughScenario(random);
}

function calmScenario(random: Random): Scenario {
  const requestsPerSecond = 8;
  return {
    bidders: integerBetween(random, 1, 4),
    campaigns: campaignsOf(random, integerBetween(random, 1, 2), {
      requestsPerSecond,
      budgetShare: 0.4,
      dailyShare: 1,
    }),
    requestsPerSecond,
    holdMs: [4_000],
    habits: {
      wins: 0.7,
      losses: 0.2,
      lateBillings: 0,
      duplicates: pick(random, [0, 0.5]),
      forgeries: 0.05,
      contradictions: 0,
    },
    network: SOUND_NETWORK,
    isCalm: true,
    faultsPerMinute: 0,
  };
}

function roughScenario(random: Random): Scenario {
  const requestsPerSecond = integerBetween(random, 2, 5);
  return {
    bidders: integerBetween(random, 1, 4),
    campaigns: campaignsOf(random, integerBetween(random, 1, 3), {
      requestsPerSecond,
      budgetShare: 0.1 + 0.4 * random(),
      dailyShare: 0.8,
    }),
    requestsPerSecond,
    holdMs: pick(random, [[4_000], [10_000], [30_000], [4_000, 30_000]]),
    habits: {
      wins: 0.4 + 0.4 * random(),
      losses: 0.2 * random(),
      lateBillings: pick(random, [0, 0.02, 0.2]),
      duplicates: pick(random, [0, 0.1, 0.5]),
      forgeries: pick(random, [0, 0.05]),
      contradictions: pick(random, [0, 0.05]),
    },
    network: pick(random, NETWORKS),
    isCalm: false,
    faultsPerMinute: pick(random, [1, 4, 12]),
  };
}

export const SOUND_NETWORK: NetworkFaults = { broken: 0, slow: 0 };
const NETWORKS: readonly NetworkFaults[] = [
  SOUND_NETWORK,
  { broken: 0.0005, slow: 0.0005 },
  { broken: 0.003, slow: 0.003 },
];

/** What one impression costs. */
const COST_MICROS = { min: 700, max: 9_999 };
/** How long requests come for on the shortest day: until midnight. */
const SHORTEST_DAY_SECONDS = 120;

interface Means {
  readonly requestsPerSecond: number;
  /** For which share of the requests of the shortest day there is money on each day. */
  readonly budgetShare: number;
  /** How many of the campaigns have a daily budget. */
  readonly dailyShare: number;
}

function campaignsOf(random: Random, count: number, means: Means): readonly Campaign[] {
  return Array.from({ length: count }, (_, i) => {
    const costMicros = integerBetween(random, COST_MICROS.min, COST_MICROS.max);
    const requests = (SHORTEST_DAY_SECONDS * means.requestsPerSecond) / count;
    const dailyMicros = (Math.ceil(requests * means.budgetShare) * costMicros) as Micros;
    const hasDaily = random() < means.dailyShare;
    const budget: Budget = {
      totalMicros: Math.round(dailyMicros * (1 + 3 * random())) as Micros,
      dailyMicros: hasDaily ? dailyMicros : undefined,
      currency: USD,
      pacing: 'asap',
    };
    const lineItem = { id: 'main', bid: { model: 'cpm', amountMicros: costMicros * 1_000 } };
    // Nothing but these fields of a campaign has to do with money.
    return { id: `c${i}`, budget, lineItems: [lineItem] } as unknown as Campaign;
  });
}

/** What a bid on the campaign reserves. */
export function costOf({ lineItems }: Campaign): Micros {
  return Math.round((lineItems[0]?.bid.amountMicros ?? 0) / 1_000) as Micros;
}
