import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MODELS, shareOut, weighBids, type Model, type TouchFacts } from './attribution.js';

const DAY_MS = 86_400_000;
const AT_MS = Date.UTC(2026, 10, 25);
const windows = { clickMs: 30 * DAY_MS, viewMs: DAY_MS };

const view = (bidId: string, daysBefore: number): TouchFacts => ({
  bidId,
  isClick: false,
  atMs: AT_MS - daysBefore * DAY_MS,
});
const click = (bidId: string, daysBefore: number): TouchFacts => ({
  ...view(bidId, daysBefore),
  isClick: true,
});

/** `{ a: 1, b: 0 }`: the share of each bid */
function shares(model: Model, ...touches: TouchFacts[]): Record<string, number> {
  const bids = weighBids(AT_MS, touches, windows);
  const total = bids.reduce((sum, { weights }) => sum + weights[model], 0);
  return Object.fromEntries(bids.map(({ bidId, weights }) => [bidId, weights[model] / total]));
}

describe('weighBids', () => {
  it('gives a conversion to the last, the first, all alike, or the later ones more', () => {
    const touches = [click('a', 14), click('b', 7), view('c', 0)];
    expect(shares('last', ...touches)).toEqual({ a: 0, b: 0, c: 1 });
    expect(shares('first', ...touches)).toEqual({ a: 1, b: 0, c: 0 });
    expect(shares('linear', ...touches)).toEqual({ a: 1 / 3, b: 1 / 3, c: 1 / 3 });
    expect(shares('decay', ...touches)).toEqual({ a: 1 / 7, b: 2 / 7, c: 4 / 7 });
  });

  it('counts clicks and views up to the end of their windows, and nothing after the conversion', () => {
    const inside = [click('a', 30), view('b', 1)];
    const outside = [click('c', 30.001), view('d', 1.001), click('e', -0.001), view('f', -1)];
    expect(weighBids(AT_MS, [...inside, ...outside], windows).map(({ bidId }) => bidId)).toEqual(['a', 'b']);
    expect(weighBids(AT_MS, outside, windows)).toEqual([]);
  });

  it('lets a click go before a view of the same moment', () => {
    for (const touches of [
      [view('seen', 0.5), click('clicked', 0.5)],
      [click('clicked', 0.5), view('seen', 0.5)],
    ]) {
      expect(shares('last', ...touches)).toEqual({ seen: 0, clicked: 1 });
      expect(shares('first', ...touches)).toEqual({ seen: 0, clicked: 1 });
    }
  });

  it('takes a bid that was seen and clicked, twice, as one', () => {
    const touches = [view('a', 0.9), view('b', 0.5), click('a', 0.3), click('a', 0.3)];
    expect(shares('linear', ...touches)).toEqual({ a: 0.5, b: 0.5 });
    expect(shares('first', ...touches)).toEqual({ a: 1, b: 0 });
    expect(shares('last', ...touches)).toEqual({ a: 1, b: 0 });
  });

  it('has weight to share out by each model whenever any touch counts', () => {
    const touch = fc.record({
      bidId: fc.constantFrom('a', 'b', 'c'),
      isClick: fc.boolean(),
      atMs: fc.integer({ min: AT_MS - 400 * DAY_MS, max: AT_MS + DAY_MS }),
    });
    const wide = { clickMs: 365 * DAY_MS, viewMs: 365 * DAY_MS };
    fc.assert(
      fc.property(fc.array(touch), (touches) => {
        const bids = weighBids(AT_MS, touches, wide);
        for (const model of bids.length > 0 ? MODELS : []) {
          const given = shareOut(
            1_000_000,
            bids.map(({ weights }) => weights[model]),
          );
          expect(given.reduce((sum, share) => sum + share, 0)).toBe(1_000_000);
        }
      }),
    );
  });
});

describe('shareOut', () => {
  it('gives away exactly the amount, nobody more than one off', () => {
    const weight = fc.double({ min: 0, max: 1e6, noNaN: true });
    const amount = fc.integer({ min: 0, max: 2 ** 40 });
    fc.assert(
      fc.property(amount, fc.array(weight, { minLength: 1, maxLength: 20 }), (amount, weights) => {
        const total = weights.reduce((sum, each) => sum + each, 0);
        fc.pre(total > 1e-300);
        const shares = shareOut(amount, weights);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(amount);
        for (const [i, share] of shares.entries()) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(Math.abs(share - amount * ((weights[i] as number) / total))).toBeLessThanOrEqual(1.01);
        }
      }),
    );
  });

  it('is exact for the largest amount', () => {
    const shares = shareOut(Number.MAX_SAFE_INTEGER, [1, 1, 1]);
    expect(shares.reduce((sum, share) => sum + BigInt(share), 0n)).toBe(BigInt(Number.MAX_SAFE_INTEGER));
  });
});
