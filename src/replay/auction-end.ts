import type { SentBid } from '../bid/respond.js';
import type { TrafficOutcome } from '../files/read-traffic.js';
import {
  conversionRate,
  UNITS_MAX,
  USD,
  microsFromUnits,
  wholeMicros,
  type Currency,
  type Micros,
  type Rates,
} from '../domain/money.js';
import { hashString } from '../lib/hash.js';
import { SECOND_PRICE } from '../pricing/price.js';

/** How an exchange's auction ended for one of our bids. CPM in the currency of the bid. */
export type AuctionEnd =
  | { readonly kind: 'won'; readonly paidMicros: Micros }
  /** `leastMicros` would have won; undefined where that is more than can be counted. */
  | { readonly kind: 'lost'; readonly leastMicros: Micros | undefined }
  | { readonly kind: 'unknown' };

/** What is taken for true of auctions that the traffic file tells nothing of. */
export interface AssumedOutcomes {
  /** Share of the bids that win, 0 to 1. */
  readonly winShare: number;
  readonly seed: number;
}

const HASHES = 2 ** 32;
const UNKNOWN: AuctionEnd = { kind: 'unknown' };

/**
 * Holds a bid against what would have won. In a second-price auction the winner pays that, at least the floor; in all
 * others what was bid, which is the most that it can be where an exchange has an auction of its own.
 *
 * Where the file tells no price, the assumed share of the bids wins, the same ones whenever the request is replayed; in a second-price
 * auction they pay the floor.
 */
export function auctionEnd(
  { winner, facts }: SentBid,
  outcome: TrafficOutcome | undefined,
  rates: Rates,
  { winShare, seed }: AssumedOutcomes,
  requestId: string,
): AuctionEnd {
  const { question, price } = winner.offer;
  const isSecondPrice = question.auctionType === SECOND_PRICE;
  if (outcome?.price === undefined) {
    const isWon = hashString(winner.impression.id, hashString(requestId, seed)) < winShare * HASHES;
    if (winShare === 0) return UNKNOWN;
    if (!isWon) return { kind: 'lost', leastMicros: undefined };
    return { kind: 'won', paidMicros: isSecondPrice ? price.floorMicros : price.priceMicros };
  }
  const rate = conversionRate(rates, USD, facts.currency as Currency);
  if (rate === undefined) return UNKNOWN;
  const leastMicros =
    outcome.price > UNITS_MAX ? undefined : wholeMicros(Math.round(microsFromUnits(outcome.price) * rate));
  if (leastMicros === undefined || leastMicros > price.priceMicros) return { kind: 'lost', leastMicros };
  const secondMicros = Math.max(leastMicros, price.floorMicros) as Micros;
  return { kind: 'won', paidMicros: isSecondPrice ? secondMicros : price.priceMicros };
}
