/**
 * The money of a simulated campaign, as a ledger would have it: reserved at the bid, billed or released some time later, and counted for the
 * day and hour of the bid. What is due is kept by the second in which it is due.
 */
const SECOND_MS = 1000;

interface Outcome {
  readonly bidMs: number;
  readonly reservedMicros: number;
  /** 0 for a bid that lost. */
  readonly spentMicros: number;
}

export class SimulatedMoney {
  readonly #due = new Map<number, Outcome[]>();
  readonly #spentByMinute = new Map<number, number>();
  #dayStartMs = 0;
  spentTodayMicros = 0;
  spentTotalMicros = 0;
  openMicros = 0;
  reservedMicros = 0;
  impressions = 0;

  startDay(dayStartMs: number): void {
    this.#dayStartMs = dayStartMs;
    this.spentTodayMicros = 0;
  }

  bid(outcome: Outcome, knownMs: number): void {
    this.openMicros += outcome.reservedMicros;
    this.reservedMicros += outcome.reservedMicros;
    const second = Math.floor(knownMs / SECOND_MS);
    const due = this.#due.get(second);
    if (due) due.push(outcome);
    else this.#due.set(second, [outcome]);
  }

  /** Books what became known in the second that begins at `nowMs`. */
  settle(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS);
    for (const outcome of this.#due.get(second) ?? []) this.#book(outcome);
    this.#due.delete(second);
  }

  settleEverything(): void {
    for (const outcomes of this.#due.values()) for (const outcome of outcomes) this.#book(outcome);
    this.#due.clear();
  }

  /** What the bids of a stretch have cost; both ends on full minutes. */
  spentBetweenMicros(startMs: number, endMs: number): number {
    let micros = 0;
    for (const [minuteMs, spent] of this.#spentByMinute)
      if (startMs <= minuteMs && minuteMs < endMs) micros += spent;
    return micros;
  }

  #book({ bidMs, reservedMicros, spentMicros }: Outcome): void {
    this.openMicros -= reservedMicros;
    if (spentMicros === 0) return;
    this.impressions += 1;
    this.spentTotalMicros += spentMicros;
    if (bidMs >= this.#dayStartMs) this.spentTodayMicros += spentMicros;
    const minuteMs = bidMs - (bidMs % 60_000);
    this.#spentByMinute.set(minuteMs, (this.#spentByMinute.get(minuteMs) ?? 0) + spentMicros);
  }
}
