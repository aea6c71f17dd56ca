/** Money of the whole campaign, as the ledger has it; in micros of the budget's currency. */
export interface MoneyFigures {
  /** Spent for bids of today, in the flight's time zone. */
  readonly spentTodayMicros: number;
  readonly spentTotalMicros: number;
  /** Reserved for bids whose outcome is not known yet. */
  readonly openMicros: number;
  /** All that was ever reserved, ended or not; starts again from 0 when the process does. */
  readonly reservedMicros: number;
}

/** Figures that are no number, or below zero, count as 0. */
export function cleaned(figures: MoneyFigures): MoneyFigures {
  return {
    spentTodayMicros: amount(figures.spentTodayMicros),
    spentTotalMicros: amount(figures.spentTotalMicros),
    openMicros: amount(figures.openMicros),
    reservedMicros: amount(figures.reservedMicros),
  };
}

function amount(value: number): number {
  return value > 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
}

/** A counter that is smaller than before has started anew. */
export function grown(before: number, now: number): number {
  return now >= before ? now - before : now;
}
