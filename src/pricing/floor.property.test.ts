import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Micros } from '../domain/money.js';
import { floorOf, leastFloorOf, type FloorSource } from './floor.js';

const micros = fc.integer({ min: 0, max: 9 }).map((units) => units as Micros);
const range = fc.record({
  secondsMin: fc.constantFrom(0, 6, 15, 16),
  secondsMax: fc.constantFrom(6, 15, 30, Infinity),
  floorMicros: micros,
});
const source: fc.Arbitrary<FloorSource> = fc.record({
  floorMicros: micros,
  durationFloors: fc.array(range, { maxLength: 3 }),
  floorMicrosPerSecond: fc.option(
    fc.constantFrom(0, 0.25, 0.5, 1).map((units) => units as Micros),
    { nil: undefined },
  ),
});
const seconds = fc.constantFrom(0, 5, 6, 10, 15, 16, 30, 31, 60);

/** Rules 20 and 21, sentence by sentence. */
function floorInWords(
  { floorMicros, durationFloors, floorMicrosPerSecond }: FloorSource,
  runs: number,
): number {
  // A banner and a native creative have no duration.
  if (runs === 0) return floorMicros;
  const asked: number[] = [];
  // The floors for durations come first, each for the creatives in its range, ends included.
  for (const { secondsMin, secondsMax, floorMicros: ofRange } of durationFloors)
    if (secondsMin <= runs && runs <= secondsMax) asked.push(ofRange);
  // Outside of every range it is the plain floor, as it is where no duration has a price.
  if (asked.length === 0 && (durationFloors.length > 0 || floorMicrosPerSecond === undefined))
    asked.push(floorMicros);
  // At least the price of its seconds, rounded up.
  if (floorMicrosPerSecond !== undefined) asked.push(Math.ceil(floorMicrosPerSecond * runs));
  return Math.max(...asked);
}

describe('the floor for a creative that runs so long', () => {
  it('is what the rules say', () => {
    fc.assert(
      fc.property(source, seconds, (floors, runs) => {
        expect(floorOf(floors, runs)).toBe(floorInWords(floors, runs));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is never less than the least that any creative is asked', () => {
    fc.assert(
      fc.property(source, seconds, (floors, runs) => {
        expect(floorOf(floors, runs)).toBeGreaterThanOrEqual(leastFloorOf(floors));
      }),
      { numRuns: 3_000 },
    );
  });
});
