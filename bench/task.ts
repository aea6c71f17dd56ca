/** One thing to measure. */
export interface BenchTask {
  /** What is done, with its size: `match, 10,000 line items`. */
  readonly name: string;
  /**
   * Does it once. The number depends on the result, so that the work cannot be optimised away, and is the same for
   * the same call on every machine.
   */
  readonly run: () => number | Promise<number>;
}
