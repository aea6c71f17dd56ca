import type { Exchange } from '../domain/catalog.js';

/** What the rest of the path needs at worst once the request is decoded; no more than this left is not worth starting. */
export const ANSWER_RESERVE_MS = 1;

/**
 * How long after its first byte a request must be answered, in milliseconds: the exchange's default or the request's
 * tmax, whichever is less, less what the network takes (OpenRTB 2.6 §3.2.1: tmax includes network time).
 * Zero or negative when there is no time at all.
 */
export function answerBudgetMs(tmaxMs: number | undefined, exchange: Exchange): number {
  const grantedMs = tmaxMs === undefined ? exchange.tmaxDefaultMs : Math.min(tmaxMs, exchange.tmaxDefaultMs);
  return grantedMs - exchange.networkMarginMs;
}
