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
      yield* mergeInto(
        merged,
        { values: sorted, from, end: middle },
        { values: sorted, from: middle, end },
        compare,
        pace,
      );
    }
    sorted = merged;
  }
  return sorted;
}

/** Puts two sorted lists together; of equal ones those of the first come first. */
export function* mergeSteps<Value>(
  first: readonly Value[],
  second: readonly Value[],
  compare: (a: Value, b: Value) => number,
  pace: Pace,
): Steps<Value[]> {
  const merged: Value[] = [];
  const whole = (values: readonly Value[]): Run<Value> => ({ values, from: 0, end: values.length });
  yield* mergeInto(merged, whole(first), whole(second), compare, pace);
  return merged;
}

/** A sorted part of a list. */
interface Run<Value> {
  readonly values: readonly Value[];
  readonly from: number;
  readonly end: number;
}

function* mergeInto<Value>(
  merged: Value[],
  first: Run<Value>,
  second: Run<Value>,
  compare: (a: Value, b: Value) => number,
  pace: Pace,
): Steps<void> {
  let left = first.from;
  let right = second.from;
  while (left < first.end || right < second.end) {
    const takesLeft =
      right === second.end ||
      (left < first.end && compare(first.values[left] as Value, second.values[right] as Value) <= 0);
    merged.push((takesLeft ? first.values[left++] : second.values[right++]) as Value);
    if (pace.isDue()) yield;
  }
}
