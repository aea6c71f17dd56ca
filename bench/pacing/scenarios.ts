import type { Campaign } from '../../src/domain/campaign.js';
import { microsFromUnits, USD } from '../../src/domain/money.js';
import { nextDay, startOfDayMs } from '../../src/lib/local-day.js';
import type { PacedCampaign } from '../../src/pacing/pacer.js';
import type { PacedLineItem } from '../../src/pacing/open-hours.js';
import { OFFICE_HOURS, type Disturbance, type Market } from './market.js';
import { simulate, type Method, type SimulatedDay, type SimulatedHour } from './simulate.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const ZONE = 'Europe/Paris';

/** One price for all: 3.20 for a thousand. */
function lineItem(): PacedLineItem {
  return {
    status: 'active',
    bid: { model: 'cpm', amountMicros: microsFromUnits(3.2) },
    targeting: { unknown: { lineItem: 'reject', byDimension: new Map() } },
  };
}

interface CampaignChoice {
  /** `YYYY-MM-DD`, both included, in Paris. */
  readonly first: string;
  readonly last: string;
  readonly total: number;
  readonly daily?: number;
  readonly pacing?: Campaign['budget']['pacing'];
}

export function campaign({ first, last, total, daily, pacing }: CampaignChoice): PacedCampaign {
  return {
    flight: {
      startMs: startOfDayMs(first, ZONE),
      endMs: startOfDayMs(nextDay(last), ZONE),
      timeZone: ZONE,
    },
    budget: {
      totalMicros: microsFromUnits(total),
      dailyMicros: daily === undefined ? undefined : microsFromUnits(daily),
      currency: USD,
      pacing: pacing ?? 'even',
    },
    lineItems: [lineItem()],
  };
}

/** Bidding on everything at the full price would spend about 47 USD an hour in the mean. */
export const MARKET: Market = {
  candidatesPerSecond: 6,
  hours: OFFICE_HOURS,
  weekendFactor: 0.6,
  auction: 'first-price',
  offerMedianMicros: 2_400_000,
  offerSpread: 0.6,
  disturbances: [],
};

/** Traffic halved in the morning, doubled in the afternoon, bursts, half an hour without supply, and a restart. */
export function roughDay(dayStartMs: number): readonly Disturbance[] {
  const traffic = (startHour: number, minutes: number, factor: number): Disturbance => ({
    startMs: dayStartMs + startHour * HOUR_MS,
    endMs: dayStartMs + startHour * HOUR_MS + minutes * MINUTE_MS,
    effect: { kind: 'traffic', factor },
  });
  return [
    traffic(6.5, 5, 5),
    traffic(8.25, 120, 0.5),
    traffic(12.5, 4, 6),
    traffic(13.75, 30, 0),
    traffic(16, 180, 2),
    traffic(20.4, 10, 3),
    {
      startMs: dayStartMs + 21.2 * HOUR_MS,
      endMs: dayStartMs + 21.3 * HOUR_MS,
      effect: { kind: 'process-down' },
    },
  ];
}

/** In the order of `roughDay`. */
export const DISTURBANCE_WORDS = ['×5', 'half', '×6', 'none', 'double', '×3', 'restart'];

export const ROUGH_DAY = { day: '2026-11-17', dailyMicros: microsFromUnits(400) };

/** @returns the disturbed day, a Tuesday after a week of learning */
export function runRoughDay(seed: number): SimulatedDay {
  const days = simulate({
    campaign: campaign({ first: '2026-11-10', last: '2026-11-20', total: 8000, daily: 400 }),
    market: { ...MARKET, disturbances: roughDay(startOfDayMs(ROUGH_DAY.day, ZONE)) },
    untilMs: startOfDayMs(nextDay(ROUGH_DAY.day), ZONE),
    method: 'throttle and price',
    seed,
  });
  return days.at(-1) as SimulatedDay;
}

/** Hours of a disturbed day in which there was nothing to bid on for a time. */
export function disturbedHours(day: SimulatedDay): ReadonlySet<SimulatedHour> {
  const silent = roughDay(day.startMs).filter(
    ({ effect }) => effect.kind === 'traffic' && effect.factor === 0,
  );
  return new Set(
    day.hours.filter((hour) =>
      silent.some(({ startMs, endMs }) => startMs < hour.endMs && hour.startMs < endMs),
    ),
  );
}

/** Flights that begin with nothing learnt. */
export const CAMPAIGNS: readonly { name: string; campaign: PacedCampaign; market: Market }[] = [
  {
    name: 'a week, even',
    campaign: campaign({ first: '2026-11-09', last: '2026-11-15', total: 2800 }),
    market: MARKET,
  },
  {
    name: 'a week with a day of 25 hours, even',
    campaign: campaign({ first: '2026-10-20', last: '2026-10-26', total: 2800 }),
    market: MARKET,
  },
  {
    name: 'four days with a day of 23 hours, even',
    campaign: campaign({ first: '2026-03-27', last: '2026-03-30', total: 1600 }),
    market: MARKET,
  },
  {
    name: 'a week, front-loaded',
    campaign: campaign({ first: '2026-11-09', last: '2026-11-15', total: 2800, pacing: 'front-loaded' }),
    market: MARKET,
  },
  {
    name: 'a week, as soon as possible',
    campaign: campaign({ first: '2026-11-09', last: '2026-11-15', total: 2800, pacing: 'asap' }),
    market: MARKET,
  },
  {
    name: 'two days with four auctions a minute, even',
    campaign: campaign({ first: '2026-11-09', last: '2026-11-10', total: 5 }),
    market: { ...MARKET, candidatesPerSecond: 4 / 60 },
  },
  {
    name: 'two days with money for 2.7 times the supply, even',
    campaign: campaign({ first: '2026-11-09', last: '2026-11-10', total: 6000 }),
    market: MARKET,
  },
];

interface ComparedMethods {
  readonly auction: Market['auction'];
  readonly throttleOnly: readonly SimulatedDay[];
  readonly withPrice: readonly SimulatedDay[];
}

/** Four days of the same campaign, in both kinds of auction and by both methods. */
export function compareMethods(seed: number): readonly ComparedMethods[] {
  const flight = campaign({ first: '2026-11-09', last: '2026-11-12', total: 1600, daily: 400 });
  return (['first-price', 'second-price'] as const).map((auction) => {
    const run = (method: Method) =>
      simulate({ campaign: flight, market: { ...MARKET, auction }, method, seed });
    return { auction, throttleOnly: run('throttle only'), withPrice: run('throttle and price') };
  });
}
