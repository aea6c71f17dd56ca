import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillPod, POD_CANDIDATES_MAX, type PodCandidate, type PodRoom } from './fill.js';

/** Few prices, lengths and keys, so that they meet. */
const candidates = fc.array(
  fc.record({
    price: fc.integer({ min: 1, max: 9 }),
    seconds: fc.constantFrom(0, 6, 15, 30),
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 2 }),
  }),
  { maxLength: 10 },
);
const room = fc.record({
  secondsMax: fc.constantFrom(0, 15, 30, 60, Infinity),
  bidsMax: fc.integer({ min: 1, max: 5 }),
});

function isAllowed(chosen: readonly PodCandidate[], { secondsMax, bidsMax }: PodRoom): boolean {
  const keys = chosen.flatMap((candidate) => candidate.keys);
  return (
    chosen.length <= bidsMax &&
    chosen.reduce((sum, { seconds }) => sum + seconds, 0) <= secondsMax &&
    new Set(keys).size === keys.length
  );
}

function priceOf(chosen: readonly PodCandidate[]): number {
  return chosen.reduce((sum, { price }) => sum + price, 0);
}

/** Every subset, held against the rules one by one. */
function dearestPrice(all: readonly PodCandidate[], within: PodRoom): number {
  let dearest = 0;
  for (let bits = 0; bits < 2 ** all.length; bits++) {
    const chosen = all.filter((_, place) => (bits >> place) & 1);
    if (isAllowed(chosen, within)) dearest = Math.max(dearest, priceOf(chosen));
  }
  return dearest;
}

describe('a break', () => {
  it('is filled with what earns most of all that is allowed', () => {
    fc.assert(
      fc.property(candidates, room, (all, within) => {
        const { chosen, cutShort } = fillPod(all, within);
        expect(isAllowed(chosen, within)).toBe(true);
        expect(priceOf(chosen)).toBe(dearestPrice(all, within));
        expect(cutShort).toBe(false);
        expect(chosen).toEqual(all.filter((candidate) => chosen.includes(candidate)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('rather takes two shorter ones than a dearer long one', () => {
    const all = [
      { price: 9, seconds: 60, keys: [] },
      { price: 5, seconds: 30, keys: [] },
      { price: 6, seconds: 30, keys: [] },
    ];
    expect(fillPod(all, { secondsMax: 60, bidsMax: 3 }).chosen).toEqual([all[1], all[2]]);
    expect(fillPod(all, { secondsMax: 60, bidsMax: 1 }).chosen).toEqual([all[0]]);
  });

  it('ends in any case, with something allowed, and says so', () => {
    // Prices hardly differ and everything is in the way of something else: bounds cut nothing off.
    const all = Array.from({ length: 200 }, (_, i) => ({
      price: 1_000 + (i % 7) / 10,
      seconds: 7 + (i % 5),
      keys: [`k${i % 23}`],
    }));
    const within = { secondsMax: 61.5, bidsMax: 20 };
    const { chosen, cutShort } = fillPod(all, within);
    expect(isAllowed(chosen, within)).toBe(true);
    expect(chosen.length).toBeGreaterThan(0);
    expect(chosen.length).toBeLessThanOrEqual(POD_CANDIDATES_MAX);
    expect(cutShort).toBe(true);
  });
});
