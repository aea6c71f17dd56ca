import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { Currency, Rates } from '../domain/money.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import { ANSWER_RESERVE_MS } from './deadline.js';

/**
 * Refuses what needs no look at campaigns: requests that cannot be answered in time, that our seat may not buy, or
 * that have no impression left which we could serve.
 *
 * @param remainingMs what is left until the answer must be out
 */
export function refusal(
  request: BidRequest,
  exchange: Exchange,
  remainingMs: number,
): NoBidReason | undefined {
  if (remainingMs <= ANSWER_RESERVE_MS) return 'too-late';
  if (request.impressions.length === 0) return 'no-match';
  if (!anySeatMayBuy(request, exchange)) return 'seat';
  return undefined;
}

function anySeatMayBuy(request: BidRequest, { seat, seats }: Exchange): boolean {
  if (seatMayBuy(request, seat)) return true;
  for (const ofAdvertiser of seats.values()) if (seatMayBuy(request, ofAdvertiser)) return true;
  return false;
}

/** `wseat` and `bseat` exclude each other in the specification; where both are sent, both are honoured (rule 13). */
export function seatMayBuy(request: BidRequest, seat: string): boolean {
  if (request.seatsBlocked.includes(seat)) return false;
  return request.seatsAllowed.length === 0 || request.seatsAllowed.includes(seat);
}

/**
 * The currency to bid in: the first of the exchange's that the request allows and that there is a rate for.
 *
 * @returns undefined when there is none, in which case any bid would be dropped (rule 18)
 */
export function responseCurrency(
  request: BidRequest,
  exchange: Exchange,
  rates: Rates,
): Currency | undefined {
  return exchange.currencies.find(
    (currency) => request.currencies.includes(currency) && rates.perUsd.has(currency),
  );
}
