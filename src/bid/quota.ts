import type { Exchange } from '../domain/catalog.js';
import type { BidEnvironment } from './environment.js';

interface Bucket {
  tokens: number;
  filledMs: number;
}

/**
 * Lets each exchange have so many requests a second answered as its file allows, after the token bucket: a bucket holds a second's worth
 * and fills steadily, so a burst after a quiet second passes whole, and in the long run no more than the rate does. A file that
 * is saved anew starts with a full bucket. Each process counts for itself.
 *
 * @returns takes a token for one request; false when there is none
 */
export function createQuota(env: Pick<BidEnvironment, 'clock' | 'snapshot'>): (exchange: string) => boolean {
  const buckets = new WeakMap<Exchange, Bucket>();
  return (name) => {
    const exchange = env.snapshot().catalog.exchanges.get(name);
    const perSecond = exchange?.requestsPerSecondMax;
    if (exchange === undefined || perSecond === undefined) return true;
    const nowMs = env.clock.monotonicMs();
    let bucket = buckets.get(exchange);
    if (bucket === undefined) {
      bucket = { tokens: perSecond, filledMs: nowMs };
      buckets.set(exchange, bucket);
    }
    const filled = bucket.tokens + ((nowMs - bucket.filledMs) / 1_000) * perSecond;
    bucket.tokens = Math.min(perSecond, filled);
    bucket.filledMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  };
}
