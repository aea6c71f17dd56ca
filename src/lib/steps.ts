/** Work that can be left off at each `yield` and taken up again: other work gets its turn in between. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does all the steps at once. */
export function doAll<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Small things that are done in one step, such as a value that is looked up: together a fraction of a millisecond. */
export const STEP_WORK = 256;

/** Says when a step has grown long enough: `if (pace.isDue()) yield;` after each small thing. */
export class Pace {
  #left = STEP_WORK;

  isDue(): boolean {
    if (--this.#left > 0) return false;
    this.#left = STEP_WORK;
    return true;
  }
}
