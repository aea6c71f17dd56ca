/**
 * How much of something came per unit of something else, lately: both are summed up, and both sums fade with time. So a
 * stretch in which nobody looked makes the answer less certain, and does not change it.
 */
export class DecayedRatio {
  readonly #fadeMs: number;
  amount = 0;
  per = 0;

  /** @param fadeMs after this time what was seen counts 1/e */
  constructor(fadeMs: number) {
    this.#fadeMs = fadeMs;
  }

  /** @param elapsedMs since the last call, 0 or more */
  add(amount: number, per: number, elapsedMs: number): void {
    const kept = Math.exp(-elapsedMs / this.#fadeMs);
    this.amount = this.amount * kept + amount;
    this.per = this.per * kept + per;
  }

  /**
   * The ratio, mixed with what is expected: the less was seen, the more the expectation counts.
   *
   * @param expectedPer how much unseen `per` the expectation is worth, above 0
   */
  estimate(expected: number, expectedPer: number): number {
    return (this.amount + expected * expectedPer) / (this.per + expectedPer);
  }

  toJson(): RatioState {
    return [this.amount, this.per];
  }

  restore([amount, per]: RatioState): void {
    this.amount = amount;
    this.per = per;
  }
}

export type RatioState = readonly [amount: number, per: number];
