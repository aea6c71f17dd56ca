/** Spending is far above the plan when it is twice the plan, and this share of the day's money on top. */
const FACTOR = 2;
const SLACK_SHARE = 0.1;

export interface DaySpending {
  readonly spentMicros: number;
  /** What the plan had for the day so far, and for all of it. */
  readonly untilNowMicros: number;
  readonly wholeDayMicros: number;
}

/**
 * Does a campaign spend so far beyond its plan that something must be wrong: with a price, an exchange, or with us? The budget
 * itself holds in any case; this leaves some of it to be spent when the mistake is found. Held against the whole day so far and
 * not against minutes, so that billings which were late and come all at once are no alarm.
 */
export function isRunaway({ spentMicros, untilNowMicros, wholeDayMicros }: DaySpending): boolean {
  return wholeDayMicros > 0 && spentMicros > FACTOR * untilNowMicros + SLACK_SHARE * wholeDayMicros;
}
