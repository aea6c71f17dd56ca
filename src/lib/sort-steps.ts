import type { Pace, Steps } from './steps.js';

/** Sorted by the engine in one step. */
const RUN = 64;

/** Sorts a copy, a little at a time: short runs first, which are then merged two by two. Equal ones keep their order. */
export function* sortSteps<Value>(
  values: readonly Value[],
  compare: (a: Value, b: Value) => number,
  pace: Pace,
): Steps<Value[]> {
  let sorted: Value[] = [];
  for (let from = 0; from < values.length; from += RUN) {
    for (const value of values.slice(from, from + RUN).sort(compare)) sorted.push(value);
    yield;
  }
  for (let run = RUN; run < sorted.length; run *= 2) {
    const merged: Value[] = [];
    for (let from = 0; from < sorted.length; from += 2 * run) {
      const middle = Math.min(from + run, sorted.length);
      const end = Math.min(from + 2 * run, sorted.length);
      let left = from;
      let right = middle;
      while (left < middle || right < end) {
        const takesLeft =
          right === end || (left < middle && compare(sorted[left] as Value, sorted[right] as Value) <= 0);
        merged.push(sorted[takesLeft ? left++ : right++] as Value);
        if (pace.isDue()) yield;
      }
    }
    sorted = merged;
  }
  return sorted;
}
