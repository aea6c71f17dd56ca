import type { Random } from '../../src/lib/prng.js';

/**
 * The auctions of a simulated campaign: when they come, and what the best of the other bidders offers. Offers are
 * spread log-normally, which is how prices of auctions mostly look: many low ones, few very high ones.
 */
export interface Market {
  /** Candidates a second, at the mean of the day. */
  readonly candidatesPerSecond: number;
  /** 24 factors with a mean of about 1; weekends are given `weekendFactor` of it. */
  readonly hours: readonly number[];
  readonly weekendFactor: number;
  readonly auction: 'first-price' | 'second-price';
  /** The middle one of the best offers of others, a CPM. */
  readonly offerMedianMicros: number;
  /** The standard deviation of their logarithms. */
  readonly offerSpread: number;
  readonly disturbances: readonly Disturbance[];
}

/** Traffic is multiplied for a time; `process-down` means that the bidder itself is away. */
export interface Disturbance {
  readonly startMs: number;
  readonly endMs: number;
  readonly effect: { readonly kind: 'traffic'; readonly factor: number } | { readonly kind: 'process-down' };
}

/** A campaign for office people: steep mornings, a peak at noon, a lower one in the evening; unlike the usual day. */
export const OFFICE_HOURS = [
  0.3, 0.2, 0.15, 0.12, 0.14, 0.25, 0.55, 1.1, 1.5, 1.55, 1.5, 1.6, 1.9, 1.7, 1.45, 1.35, 1.3, 1.25, 1.1,
  1.15, 1.25, 1.1, 0.8, 0.5,
];

/** @param hourOfWeek of the flight's zone */
export function trafficPerSecond(market: Market, nowMs: number, hourOfWeek: number): number {
  let perSecond = market.candidatesPerSecond * (market.hours[hourOfWeek % 24] as number);
  if (hourOfWeek >= 5 * 24) perSecond *= market.weekendFactor;
  for (const { startMs, endMs, effect } of market.disturbances) {
    if (effect.kind === 'traffic' && startMs <= nowMs && nowMs < endMs) perSecond *= effect.factor;
  }
  return perSecond;
}

export function isProcessDown(market: Market, nowMs: number): boolean {
  return market.disturbances.some(
    ({ startMs, endMs, effect }) => effect.kind === 'process-down' && startMs <= nowMs && nowMs < endMs,
  );
}

/** How many come when so many are expected; by halves of the exponential distribution, so for up to some hundreds. */
export function poisson(random: Random, expected: number): number {
  const least = Math.exp(-expected);
  let count = -1;
  for (let product = 1; product > least; product *= random()) count += 1;
  return Math.max(0, count);
}

/** The best offer of others in one auction, a CPM in micros. */
export function bestOfferMicros(market: Market, random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return market.offerMedianMicros * Math.exp(market.offerSpread * normal);
}
