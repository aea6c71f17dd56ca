import type { RatioState } from './decayed-ratio.js';

/**
 * When a campaign's auctions come: candidates an hour, for each hour of the week.
 *
 * What is seen is summed up hour by hour, and taken over when an hour is past, so that a plan does not move under those
 * who follow it. What an hour of the week saw the week before then counts half. An estimate is made in three steps, each mixed with the one before
 * as if that were an hour of looking: a usual day on the web, raised to the level of this campaign; the same hour of all days; the hour itself. So the
 * first day follows a usual day, the second the first, and after a week Sundays may differ from Mondays.
 *
 * A minute without a single candidate where many were due is an outage rather than a habit: it counts a fifth.
 */
export const HOURS_A_WEEK = 168;

/** A usual day on the web: few at night, most in the evening. Only the proportions matter. */
const USUAL_DAY = [
  0.55, 0.38, 0.27, 0.22, 0.22, 0.3, 0.5, 0.75, 0.95, 1.05, 1.12, 1.18, 1.22, 1.2, 1.16, 1.15, 1.18, 1.25,
  1.35, 1.5, 1.62, 1.55, 1.25, 0.85,
];
const KEPT_A_WEEK = 0.5;
const HOURS_OF_EXPECTATION = 1;
const SILENCE_CANDIDATES_MIN = 20;
const SILENCE_COUNTS = 0.2;

export class TrafficCurve {
  readonly #candidates = new Float64Array(HOURS_A_WEEK);
  readonly #hours = new Float64Array(HOURS_A_WEEK);
  #rates: Float64Array;
  #hour = -1;
  #hourCandidates = 0;
  #hourSeen = 0;

  constructor() {
    this.#rates = this.#estimate();
  }

  /** Candidates an hour by hour of the week, all above 0; only the proportions mean something until `isKnown`. */
  get rates(): Readonly<Float64Array> {
    return this.#rates;
  }

  /** Has at least one hour been seen? */
  get isKnown(): boolean {
    return this.#hours.some((hours) => hours > 0);
  }

  /**
   * @param hourOfWeek 0 to 167
   * @param candidates auctions in which the campaign could have bid
   * @param hours how long somebody looked, above 0, at most a minute or so
   */
  learn(hourOfWeek: number, candidates: number, hours: number): void {
    if (hourOfWeek !== this.#hour) this.#takeOver(hourOfWeek);
    const isSilence =
      candidates === 0 &&
      this.isKnown &&
      (this.#rates[hourOfWeek] as number) * hours >= SILENCE_CANDIDATES_MIN;
    this.#hourCandidates += candidates;
    this.#hourSeen += isSilence ? hours * SILENCE_COUNTS : hours;
  }

  toJson(): readonly RatioState[] {
    return Array.from(this.#candidates, (candidates, hour) => [candidates, this.#hours[hour] as number]);
  }

  /** @param state 168 pairs of candidates and hours */
  restore(state: readonly RatioState[]): void {
    for (const [hour, [candidates, hours]] of state.slice(0, HOURS_A_WEEK).entries()) {
      this.#candidates[hour] = candidates;
      this.#hours[hour] = hours;
    }
    this.#rates = this.#estimate();
  }

  #takeOver(nextHour: number): void {
    const hour = this.#hour;
    if (hour >= 0 && this.#hourSeen > 0) {
      this.#candidates[hour] = (this.#candidates[hour] as number) * KEPT_A_WEEK + this.#hourCandidates;
      this.#hours[hour] = (this.#hours[hour] as number) * KEPT_A_WEEK + this.#hourSeen;
      this.#rates = this.#estimate();
    }
    this.#hour = nextHour;
    this.#hourCandidates = 0;
    this.#hourSeen = 0;
  }

  #estimate(): Float64Array {
    const level = this.#level();
    const rates = new Float64Array(HOURS_A_WEEK);
    for (let hourOfDay = 0; hourOfDay < 24; hourOfDay++) {
      let candidates = 0;
      let hours = 0;
      for (let hour = hourOfDay; hour < HOURS_A_WEEK; hour += 24) {
        candidates += this.#candidates[hour] as number;
        hours += this.#hours[hour] as number;
      }
      const ofDay = mixed(candidates, hours, level * (USUAL_DAY[hourOfDay] as number));
      for (let hour = hourOfDay; hour < HOURS_A_WEEK; hour += 24) {
        rates[hour] = mixed(this.#candidates[hour] as number, this.#hours[hour] as number, ofDay);
      }
    }
    return rates;
  }

  /** By how much the campaign's traffic is larger than the usual day's numbers; 1 as long as nothing was seen. */
  #level(): number {
    let candidates = 0;
    let usual = 0;
    for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
      candidates += this.#candidates[hour] as number;
      usual += (this.#hours[hour] as number) * (USUAL_DAY[hour % 24] as number);
    }
    return candidates > 0 && usual > 0 ? candidates / usual : 1;
  }
}

function mixed(candidates: number, hours: number, expected: number): number {
  return (candidates + expected * HOURS_OF_EXPECTATION) / (hours + HOURS_OF_EXPECTATION);
}
