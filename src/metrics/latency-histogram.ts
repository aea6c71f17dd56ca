/**
 * Upper ends of the buckets, seconds: six steps a decade (1, 1.5, 2, 3, 5, 7.5) from 50 microseconds, where a fast
 * stage lives, to a second, beyond every deadline. No bound is more than 1.67 times the one before, which is how far a
 * quantile read off the buckets can be from the truth.
 */
export const LATENCY_BOUNDS_SECONDS: readonly number[] = [
  0.00005, 0.000075, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005,
  0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1,
];

/** What a Prometheus histogram says: how many observations were at most each bound, and how many there were in all. */
interface HistogramReading {
  readonly buckets: readonly { readonly boundSeconds: number; readonly count: number }[];
  readonly count: number;
  readonly sumSeconds: number;
}

/**
 * Counts durations by bucket. An observation is a binary search over 27 bounds and two additions into flat arrays;
 * prom-client's own histogram costs many times that, because it finds its labels by text each time. The running totals
 * that Prometheus wants are added up when somebody reads.
 */
export class LatencyHistogram {
  readonly #boundsMs = Float64Array.from(LATENCY_BOUNDS_SECONDS, (seconds) => seconds * 1000);
  /** One a bound, and one for what is above them all. */
  readonly #counts = new Float64Array(LATENCY_BOUNDS_SECONDS.length + 1);
  #sumMs = 0;

  observe(durationMs: number): void {
    const bounds = this.#boundsMs;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (durationMs <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] as number) + 1;
    this.#sumMs += durationMs;
  }

  read(): HistogramReading {
    let count = 0;
    const buckets = LATENCY_BOUNDS_SECONDS.map((boundSeconds, i) => {
      count += this.#counts[i] as number;
      return { boundSeconds, count };
    });
    return {
      buckets,
      count: count + (this.#counts[buckets.length] as number),
      sumSeconds: this.#sumMs / 1000,
    };
  }
}
