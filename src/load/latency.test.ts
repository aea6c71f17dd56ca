import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from './latency.js';

const PERCENTILES = [1, 25, 50, 75, 90, 99, 99.9, 100];
const PRECISION = 0.001;

/** The value at the nearest rank. */
function exactPercentile(sorted: readonly number[], percentile: number): number {
  return sorted[Math.max(0, Math.floor((percentile / 100) * sorted.length + 0.5) - 1)] as number;
}

describe('a histogram of latencies', () => {
  it('tells percentiles as sorting does, to a thousandth', () => {
    const micros = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 60_000_000 }));
    fc.assert(
      fc.property(fc.array(micros, { minLength: 1, maxLength: 400 }), (values) => {
        const histogram = new LatencyHistogram();
        for (const value of values) histogram.record(value / 1_000);
        const sorted = values.sort((one, other) => one - other);
        for (const percentile of PERCENTILES) {
          const exactMs = exactPercentile(sorted, percentile) / 1_000;
          const toldMs = histogram.percentileMs(percentile);
          expect(Math.abs(toldMs - exactMs)).toBeLessThanOrEqual(exactMs * PRECISION);
        }
        const { count, maxMs, p50Ms } = histogram.figures();
        expect([count, maxMs, p50Ms]).toEqual([
          values.length,
          histogram.percentileMs(100),
          histogram.percentileMs(50),
        ]);
      }),
    );
  });

  it('has a distribution that rises to the highest, with points as far as there are samples', () => {
    const histogram = new LatencyHistogram();
    for (let ms = 1; ms <= 1_000; ms += 1) histogram.record(ms);
    const points = histogram.distribution();
    expect(points.at(-1)).toEqual({ percentile: 100, latencyMs: histogram.percentileMs(100) });
    expect(points.at(-2)?.percentile).toBeGreaterThan(99.8);
    const latencies = points.map(({ latencyMs }) => latencyMs);
    expect(latencies).toEqual([...latencies].sort((one, other) => one - other));
  });

  it('is all zeros while it is empty, and again after a reset', () => {
    const histogram = new LatencyHistogram();
    const empty = { count: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, p999Ms: 0, p9999Ms: 0, maxMs: 0 };
    expect(histogram.figures()).toEqual(empty);
    histogram.record(5);
    histogram.reset();
    expect(histogram.figures()).toEqual(empty);
    expect(histogram.distribution()).toEqual([]);
  });

  it('counts what is beyond its range as the longest', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1e9);
    expect(histogram.count).toBe(1);
    expect(histogram.percentileMs(100)).toBeGreaterThanOrEqual(599_000);
  });
});
