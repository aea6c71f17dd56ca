import { unitsText, type Currency, type Micros } from '../domain/money.js';

/** Less than this share of the plan is under-delivery. */
const DELIVERED_SHARE = 0.98;

/** What became of the impressions that a campaign's targeting matched, in a stretch of time; each counts once. */
export interface DeliveryFigures {
  readonly plannedMicros: number;
  readonly spentMicros: number;
  readonly currency: Currency;
  /** What one impression costs at the full price. */
  readonly fullCostMicros: number;
  /** All impressions that the targeting matched. */
  readonly matched: number;
  /** Turned away by the publisher's lists. */
  readonly blocked: number;
  readonly belowFloor: number;
  /** The person has seen the advertisement often enough. */
  readonly capped: number;
  /** Another line item of this bidder offered more. */
  readonly outbidByOwn: number;
  /** There was money in the budget, but not at hand: other line items or processes held it. */
  readonly withoutMoney: number;
  readonly paced: number;
  readonly bids: number;
  /** Impressions that were bought. */
  readonly impressions: number;
}

type UnderDeliveryCause =
  'too-few-requests' | 'outbid' | 'outbid-by-own' | 'floors' | 'blocked' | 'caps' | 'budget-split' | 'pacing';

interface CauseFigures {
  readonly cause: UnderDeliveryCause;
  /** How many impressions it cost; for too few requests, how many more would be needed. */
  readonly impressions: number;
  /** What they would have spent, by the prices and the wins of the bids that were made. */
  readonly micros: number;
  readonly words: string;
}

export interface UnderDelivery {
  readonly missingMicros: number;
  /** Of the plan: above 0, at most 1. */
  readonly missingShare: number;
  /** The main cause first; causes without an impression are left out. */
  readonly causes: readonly CauseFigures[];
}

/**
 * Names why a campaign has spent less than planned. What every cause has cost is estimated by what the bids that were made
 * have brought. Too few requests come first whenever even all that matched, bought at the full price, would not have
 * spent the plan; else the cause that cost most is the main one.
 *
 * @param figures counters of at least an hour or so; not negative
 * @returns undefined when at least 98 % of the plan were spent
 */
export function underDelivery(figures: DeliveryFigures): UnderDelivery | undefined {
  const { plannedMicros, spentMicros, currency, fullCostMicros, matched, bids, impressions } = figures;
  if (!(plannedMicros > 0) || spentMicros >= plannedMicros * DELIVERED_SHARE) return undefined;
  const missingMicros = plannedMicros - spentMicros;
  const microsPerBid = bids > 0 && impressions > 0 ? spentMicros / bids : fullCostMicros;
  const tell = (
    cause: UnderDeliveryCause,
    count: number,
    microsEach: number,
    words: string,
  ): CauseFigures => {
    const micros = Math.round(count * microsEach);
    return { cause, impressions: count, micros, words: `${words} (worth ${money(micros)} ${currency})` };
  };
  const needed = fullCostMicros > 0 ? Math.ceil(plannedMicros / fullCostMicros) : 0;
  const tooFew = Math.max(0, needed - matched);
  const turnedAway = [
    tell(
      'outbid',
      Math.max(0, bids - impressions),
      fullCostMicros,
      `others bid more: ${impressions} of ${bids} bids became impressions`,
    ),
    tell(
      'outbid-by-own',
      figures.outbidByOwn,
      microsPerBid,
      `other line items of this bidder bid more on ${figures.outbidByOwn} of ${matched} impressions`,
    ),
    tell(
      'floors',
      figures.belowFloor,
      microsPerBid,
      `the floor was above the bid on ${figures.belowFloor} of ${matched} impressions`,
    ),
    tell(
      'blocked',
      figures.blocked,
      microsPerBid,
      `publishers refused ${figures.blocked} of ${matched} impressions`,
    ),
    tell(
      'caps',
      figures.capped,
      microsPerBid,
      `the frequency cap was reached on ${figures.capped} of ${matched} impressions`,
    ),
    tell(
      'budget-split',
      figures.withoutMoney,
      microsPerBid,
      `the money was held elsewhere on ${figures.withoutMoney} of ${matched} impressions`,
    ),
    tell(
      'pacing',
      figures.paced,
      microsPerBid,
      `pacing held back on ${figures.paced} of ${matched} impressions`,
    ),
  ].sort((a, b) => b.micros - a.micros);
  const first = tell(
    'too-few-requests',
    tooFew,
    fullCostMicros,
    `only ${matched} impressions matched, and at least ${needed} are needed to spend ${money(plannedMicros)} ${currency}`,
  );
  const causes = [first, ...turnedAway].filter((cause) => cause.impressions > 0);
  return { missingMicros, missingShare: Math.min(1, missingMicros / plannedMicros), causes };
}

function money(micros: number): string {
  return unitsText((Math.round(micros / 10_000) * 10_000) as Micros);
}
