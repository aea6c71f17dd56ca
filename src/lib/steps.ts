/** Work that can be left off at each `yield` and taken up again: other work gets its turn in between. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all the steps at once. */
export function doAll<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
