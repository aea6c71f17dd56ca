import { describe, expect, it } from 'vitest';
import { logNormal, poissonGap, weighted, zipf } from './distributions.js';
import { seededRandom } from './prng.js';

const DRAWS = 20_000;
const draw = <T>(next: () => T): T[] => Array.from({ length: DRAWS }, next);
const shareOf = <T>(drawn: T[], value: T): number =>
  drawn.filter((each) => each === value).length / drawn.length;

describe('distributions', () => {
  it('zipf: each rank comes in proportion to its power', () => {
    const random = seededRandom(1);
    const rank = zipf(4, 1);
    const drawn = draw(() => rank(random));
    const sum = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    for (const each of [0, 1, 2, 3]) expect(shareOf(drawn, each)).toBeCloseTo(1 / (each + 1) / sum, 1);
    expect(zipf(1, 2)(() => 0.999_999)).toBe(0);
    expect(rank(() => 0)).toBe(0);
    expect(rank(() => 1 - 2 ** -32)).toBe(3);
  });

  it('weighted: as often as its weight, and never with none', () => {
    const random = seededRandom(1);
    const next = weighted({ a: 3, b: 0, c: 1 });
    const drawn = draw(() => next(random));
    expect(shareOf(drawn, 'a')).toBeCloseTo(0.75, 1);
    expect(drawn).not.toContain('b');
  });

  it('log-normal and Poisson: the median and the mean that were asked for', () => {
    const random = seededRandom(1);
    const prices = draw(() => logNormal(random, 2, 0.6)).sort((a, b) => a - b);
    expect(prices[DRAWS / 2]).toBeCloseTo(2, 1);
    expect(prices[0]).toBeGreaterThan(0);
    const gaps = draw(() => poissonGap(random, 4));
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / DRAWS).toBeCloseTo(0.25, 1);
  });
});
