import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findMaxRate, type FindMaxOptions } from './find-max-rate.js';
import { LatencyHistogram } from './latency.js';
import type { LoadResult } from './load-result.js';
import { Measurements } from './measurements.js';
import type { LoadOptions } from './run-load.js';

const DEADLINE_MS = 50;
const CONNECTIONS_MAX = 8;
const EMPTY = Buffer.alloc(0);

/** A run of 100 requests, of which some take so long and some are answered by so many 503. */
function resultOf(ratePerSecond: number, latencyMs: number, serverErrors = 0, lagMs = 0): LoadResult {
  const measured = new Measurements();
  const lag = new LatencyHistogram();
  lag.record(lagMs);
  for (let i = 0; i < 100; i += 1) {
    measured.addDue();
    const status = i < serverErrors ? 503 : 204;
    measured.addAnswer({ status, body: EMPTY, isGzip: false, keepsAlive: true }, latencyMs, 1_000);
  }
  return {
    ratePerSecond,
    elapsedMs: 1_000,
    isInterrupted: false,
    measured: measured.figures(),
    warmUp: new Measurements().figures(),
    series: [],
    generator: {
      lag: lag.figures(),
      busyShare: 0.5,
      cores: 1,
      connectionsOpened: 1,
      connectionsMost: 1,
      connectionsUnopened: 0,
      connectionsClosedIdle: 0,
      queuedMost: 0,
    },
    server: undefined,
  };
}

function search(startRatePerSecond: number, run: (rate: number) => LoadResult) {
  const options: FindMaxOptions = {
    traffic: { url: new URL('http://bidder.example'), parts: [], gzipShare: 0, requestBytesMax: 0 },
    startRatePerSecond,
    deadlineMs: DEADLINE_MS,
    badShareMax: 0,
    pauseMs: 0,
    durationMs: 1,
    warmUpMs: 0,
    connections: 1,
    connectionsMax: CONNECTIONS_MAX,
    patienceMs: 0,
    seed: 1,
    admin: undefined,
  };
  return findMaxRate(options, ({ ratePerSecond }: LoadOptions) => Promise.resolve(run(ratePerSecond)));
}

describe('the search for the highest rate', () => {
  it('comes within 5 % or one request a second of what the bidder can do, from wherever it starts', async () => {
    const rates = fc.integer({ min: 1, max: 200_000 });
    await fc.assert(
      fc.asyncProperty(rates, rates, async (capacity, start) => {
        const found = await search(start, (rate) => resultOf(rate, rate <= capacity ? 1 : 90));
        expect(found.limitedBy).toBe('bidder');
        expect(found.ratePerSecond).toBeLessThanOrEqual(capacity);
        expect(Math.max(found.ratePerSecond * 1.05, found.ratePerSecond + 1)).toBeGreaterThanOrEqual(
          capacity,
        );
      }),
      { numRuns: 20 },
    );
  });

  it('tries a rate again before it gives it up', async () => {
    let tries = 0;
    const found = await search(1_000, (rate) => {
      tries += 1;
      // The first run of all hiccups.
      return resultOf(rate, tries > 1 && rate <= 1_000 ? 1 : 90);
    });
    expect(found.ratePerSecond).toBeGreaterThanOrEqual(1_000);
    expect(found.steps.slice(0, 2).map(({ isHeld }) => isHeld)).toEqual([false, true]);
  });

  it('does not hold a rate at which there are 5xx, and says so', async () => {
    const found = await search(8, (rate) => resultOf(rate, 1, 3));
    expect(found.ratePerSecond).toBe(0);
    expect(found.steps[0]?.because).toBe('0 timeouts, 0 failed, 3 of 5xx');
  });

  it('says when the generator was the limit', async () => {
    const found = await search(1_000, (rate) =>
      rate > 4_000 ? resultOf(rate, 90, 0, 80) : resultOf(rate, 1),
    );
    expect(found.limitedBy).toBe('generator');
  });

  it('says when every connection was busy, since that may be the limit as well', async () => {
    const found = await search(1_000, (rate) => {
      const result = resultOf(rate, rate > 4_000 ? 90 : 1);
      return { ...result, generator: { ...result.generator, connectionsMost: CONNECTIONS_MAX } };
    });
    expect(found.limitedBy).toBe('connections');
  });

  it('does not double for ever', async () => {
    const found = await search(1_000, (rate) => resultOf(rate, 1));
    expect(found.limitedBy).toBe('search');
  });
});
