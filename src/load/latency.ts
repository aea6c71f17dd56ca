import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** In milliseconds; all 0 while nothing was measured. */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly p9999Ms: number;
  readonly maxMs: number;
}

export interface PercentilePoint {
  /** 0 to 100. */
  readonly percentile: number;
  readonly latencyMs: number;
}

const MICROSECONDS_PER_MS = 1_000;
/** Longer times are counted as this. */
const LATENCY_MS_MAX = 600_000;
/** Percentiles are right to a thousandth. */
const FIGURES = 3;
/** Each halving of what is left to 100 % has so many points, as in the plots of HdrHistogram. */
const POINTS_PER_HALVING = 5;

/** Latencies in an HdrHistogram (Node's own): a fixed size, however many are recorded. */
export class LatencyHistogram {
  readonly #histogram: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: LATENCY_MS_MAX * MICROSECONDS_PER_MS,
    figures: FIGURES,
  });

  /** @param latencyMs from 0 up, kept to a microsecond */
  record(latencyMs: number): void {
    const limited = Math.min(latencyMs, LATENCY_MS_MAX);
    this.#histogram.record(Math.max(1, Math.round(limited * MICROSECONDS_PER_MS)));
  }

  reset(): void {
    this.#histogram.reset();
  }

  get count(): number {
    return this.#histogram.count;
  }

  /** @param percentile above 0, up to 100 @returns the latency at the nearest rank; 0 of none */
  percentileMs(percentile: number): number {
    return this.count === 0 ? 0 : this.#histogram.percentile(percentile) / MICROSECONDS_PER_MS;
  }

  figures(): LatencyFigures {
    const { count, mean } = this.#histogram;
    return {
      count,
      meanMs: count === 0 ? 0 : Math.round(mean) / MICROSECONDS_PER_MS,
      p50Ms: this.percentileMs(50),
      p90Ms: this.percentileMs(90),
      p99Ms: this.percentileMs(99),
      p999Ms: this.percentileMs(99.9),
      p9999Ms: this.percentileMs(99.99),
      maxMs: this.percentileMs(100),
    };
  }

  /** Points of the distribution, ever closer to 100 %, as far as there are samples to tell them apart. */
  distribution(): PercentilePoint[] {
    if (this.count === 0) return [];
    const halvings = Math.log2(this.count);
    const points: PercentilePoint[] = [];
    for (let i = 1; i / POINTS_PER_HALVING <= halvings; i += 1) {
      const percentile = 100 * (1 - 2 ** (-i / POINTS_PER_HALVING));
      points.push({ percentile, latencyMs: this.percentileMs(percentile) });
    }
    return [...points, { percentile: 100, latencyMs: this.percentileMs(100) }];
  }
}
