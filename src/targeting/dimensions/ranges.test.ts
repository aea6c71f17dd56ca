import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RangeTerms, type KeyedRange } from './ranges.js';

function termsFor(ranges: readonly KeyedRange[], firstTerm = 0): RangeTerms {
  const terms = new RangeTerms();
  for (const range of ranges) terms.learn(range);
  terms.finish(firstTerm);
  return terms;
}

function termsInto(collect: (sink: { add(term: number): void }) => void): number[] {
  const terms: number[] = [];
  collect({ add: (term) => terms.push(term) });
  return terms;
}

const number = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constant(0.5));
const range = fc.record({
  key: fc.constantFrom('a', 'b'),
  range: fc.record({
    min: fc.oneof(number, fc.constant(-Infinity)),
    max: fc.oneof(number, fc.constant(Infinity)),
  }),
});

describe('RangeTerms', () => {
  it('finds a term of exactly those ranges that hold the number', () => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 12 }),
        number,
        fc.nat({ max: 9 }),
        (ranges, value, firstTerm) => {
          const terms = termsFor(ranges, firstTerm);
          const found = new Set(termsInto((sink) => terms.find('a', value, sink)));
          const holding = ranges.filter((keyed) =>
            termsInto((sink) => terms.termsOf(keyed, sink)).some((term) => found.has(term)),
          );
          expect(holding).toEqual(
            ranges.filter(({ key, range }) => key === 'a' && range.min <= value && value <= range.max),
          );
          for (const term of found) expect(term >= firstTerm && term < firstTerm + terms.count).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('breaks a range of ten thousand into few terms', () => {
    const ranges = Array.from({ length: 10_000 }, (_, i): KeyedRange => {
      return { key: 'a', range: { min: i, max: 20_000 - i } };
    });
    const terms = termsFor(ranges);
    for (const keyed of ranges) {
      expect(termsInto((sink) => terms.termsOf(keyed, sink)).length).toBeLessThanOrEqual(2 * 16);
    }
    expect(termsInto((sink) => terms.find('a', 10_000, sink)).length).toBeLessThanOrEqual(17);
  });
});
