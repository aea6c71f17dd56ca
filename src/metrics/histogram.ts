/**
 * Upper ends of the buckets, seconds: six steps a decade (1, 1.5, 2, 3, 5, 7.5) from 50 microseconds, where a fast
 * stage lives, to a second, beyond every deadline. No bound is more than 1.67 times the one before, which is how far a
 * quantile read off the buckets can be from the truth.
 */
export const LATENCY_BOUNDS_SECONDS: readonly number[] = [
  0.00005, 0.000075, 0.0001, 0.00015, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005,
  0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1,
];

/** Upper ends of the buckets for how many keys go to Redis at once: powers of two up to the most that one command takes. */
const BATCH_BOUNDS: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** Upper ends of the buckets for the time from a bid to its billing, seconds: a second to a day. */
const DELAY_BOUNDS_SECONDS: readonly number[] = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400,
];

/** What a Prometheus histogram says: how many observations were at most each bound, and how many there were in all. */
interface HistogramReading {
  readonly buckets: readonly { readonly bound: number; readonly count: number }[];
  readonly count: number;
  readonly sum: number;
}

/**
 * Counts values by bucket. An observation is a binary search over the bounds and two additions into flat arrays;
 * prom-client's own histogram costs many times that, because it finds its labels by text each time. The running totals
 * that Prometheus wants are added up when somebody reads.
 */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #scale: number;
  readonly #scaledBounds: Float64Array;
  /** One a bound, and one for what is above them all. */
  readonly #counts: Float64Array;
  #sum = 0;

  /**
   * @param bounds rising, in the unit that is exposed
   * @param scale how many of the observed units make one of the exposed
   */
  private constructor(bounds: readonly number[], scale: number) {
    this.#bounds = bounds;
    this.#scale = scale;
    this.#scaledBounds = Float64Array.from(bounds, (bound) => bound * scale);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Observes milliseconds, exposes seconds. */
  static ofLatencies(): Histogram {
    return new Histogram(LATENCY_BOUNDS_SECONDS, 1000);
  }

  /** Observes milliseconds, exposes seconds. */
  static ofDelays(): Histogram {
    return new Histogram(DELAY_BOUNDS_SECONDS, 1000);
  }

  /** Observes and exposes numbers of keys. */
  static ofBatches(): Histogram {
    return new Histogram(BATCH_BOUNDS, 1);
  }

  observe(value: number): void {
    const bounds = this.#scaledBounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (value <= (bounds[middle] as number)) high = middle;
      else low = middle + 1;
    }
    this.#counts[low] = (this.#counts[low] as number) + 1;
    this.#sum += value;
  }

  read(): HistogramReading {
    let count = 0;
    const buckets = this.#bounds.map((bound, i) => {
      count += this.#counts[i] as number;
      return { bound, count };
    });
    return {
      buckets,
      count: count + (this.#counts[buckets.length] as number),
      sum: this.#sum / this.#scale,
    };
  }
}
