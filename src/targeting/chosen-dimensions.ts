import type { LineItem } from '../domain/campaign.js';
import { assert } from '../lib/assert.js';
import type { Pace, Steps } from '../lib/steps.js';
import type { CompiledDimension } from './compile-dimension.js';
import type { Dimension } from './dimension.js';
import { IMPRESSION_DIMENSIONS, VISIT_DIMENSIONS } from './dimensions/all.js';
import type { IndexedLineItem } from './live-line-items.js';

/**
 * In which dimensions a line item chooses anything, as bits: bit `i` is the dimension at place `i` of its list. A line item
 * chooses in a handful of three dozen, and asking it about each costs more than all else of an index, so that it is asked once.
 */
export interface ChosenDimensions {
  readonly visit: number;
  readonly impression: number;
}

export function chosenDimensions(lineItem: LineItem): ChosenDimensions {
  return { visit: bitsOf(VISIT_DIMENSIONS, lineItem), impression: bitsOf(IMPRESSION_DIMENSIONS, lineItem) };
}

function bitsOf(dimensions: readonly Dimension<never>[], lineItem: LineItem): number {
  let bits = 0;
  for (let place = 0; place < dimensions.length; place++) {
    if (dimensions[place]?.isChosenIn(lineItem)) bits |= 1 << place;
  }
  return bits;
}

/** Of a number that `|` and `<<` work on. */
const BITS = 32;

/** Compiles the dimensions of a list in which anybody chooses anything. */
export function* compileChosen<Subject>(
  dimensions: readonly Dimension<Subject>[],
  items: readonly IndexedLineItem[],
  chosen: readonly number[],
  pace: Pace,
): Steps<CompiledDimension<Subject>[]> {
  assert(
    dimensions.length <= BITS,
    `at most ${BITS} dimensions have a bit, but there are ${dimensions.length}`,
  );
  const choosers = dimensions.map((): number[] => []);
  for (let number = 0; number < chosen.length; number++) {
    for (let bits = chosen[number] as number; bits !== 0; bits &= bits - 1)
      choosers[BITS - 1 - Math.clz32(bits & -bits)]?.push(number);
    if (pace.isDue()) yield;
  }
  const compiled: CompiledDimension<Subject>[] = [];
  for (const [place, dimension] of dimensions.entries()) {
    const numbers = choosers[place] ?? [];
    if (numbers.length > 0) compiled.push(yield* dimension.compile(items, numbers, pace));
  }
  return compiled;
}
