import type { Exchange } from '../domain/catalog.js';
import type { BidEnvironment } from './environment.js';

interface Bucket {
  tokens: number;
  filledMs: number;
}

/**
 * Lets each exchange have so many requests a second answered as its file allows, after the token bucket: a bucket holds a second's worth
 * and fills steadily, so a burst after a quiet second passes whole, and in the long run no more than the rate does. A file that
 * is saved anew starts with a full bucket. Each process counts for itself: where several share the traffic, each has its part of the rate.
 *
 * @param processes how many share it
 * @returns takes a token for one request; false when there is none
 */
export function createQuota(
  env: Pick<BidEnvironment, 'clock' | 'snapshot'>,
  processes = 1,
): (exchange: string) => boolean {
  const buckets = new WeakMap<Exchange, Bucket>();
  return (name) => {
    const exchange = env.snapshot().catalog.exchanges.get(name);
    if (exchange?.requestsPerSecondMax === undefined) return true;
    const perSecond = exchange.requestsPerSecondMax / processes;
    // A part may be less than one request a second.
    const tokensMax = Math.max(1, perSecond);
    const nowMs = env.clock.monotonicMs();
    let bucket = buckets.get(exchange);
    if (bucket === undefined) {
      bucket = { tokens: tokensMax, filledMs: nowMs };
      buckets.set(exchange, bucket);
    }
    const filled = bucket.tokens + ((nowMs - bucket.filledMs) / 1_000) * perSecond;
    bucket.tokens = Math.min(tokensMax, filled);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
