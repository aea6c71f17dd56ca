import type { Flight } from '../domain/campaign.js';
import type { OpenHours } from './open-hours.js';
import { HOURS_A_WEEK } from './traffic-curve.js';
import type { LocalDay, ZoneDays } from './zone-days.js';

const HOUR_MS = 3_600_000;
/** Where no traffic is expected at all, a little is: somebody came, or nobody would ask. */
const LEAST_SHARE = 0.01;

/** What part of the expected traffic lies before, in and behind a stretch of today; all in expected candidates. */
export interface Stretch {
  readonly dayBefore: number;
  readonly flightBefore: number;
  readonly within: number;
  /** From the end of the stretch to the end of what is bid on today. */
  readonly dayAfter: number;
  readonly flightAfter: number;
}

/**
 * How much traffic is expected in parts of a flight. Today is walked hour by hour, as its clocks show them; the days
 * before and behind it are taken as whole weeks and the hours that are left over, which clock changes may put an
 * hour off.
 */
export class FlightTraffic {
  readonly #flight: Flight;
  readonly #days: ZoneDays;
  readonly #openHours: OpenHours;
  #day: LocalDay;
  #open: Float64Array;
  #weights = new Float64Array(HOURS_A_WEEK);
  #rates: Readonly<Float64Array> | undefined;
  #weekWeight = 0;
  #pastWeight = 0;
  #comingWeight = 0;

  constructor(flight: Flight, days: ZoneDays, openHours: OpenHours) {
    this.#flight = flight;
    this.#days = days;
    this.#openHours = openHours;
    this.#day = days.dayAt(flight.startMs);
    this.#open = this.#openWeek();
  }

  /** Sets today and what is expected; cheap when both are as they were. @param rates candidates by hour of the week */
  at(nowMs: number, rates: Readonly<Float64Array>): LocalDay {
    const day = this.#days.dayAt(nowMs);
    if (day === this.#day && rates === this.#rates) return day;
    if (day !== this.#day) {
      this.#day = day;
      this.#open = this.#openWeek();
    }
    this.#rates = rates;
    this.#weigh(rates);
    return day;
  }

  /** The part of today in which the campaign bids: it begins and ends with the flight, if that does so today. */
  get windowMs(): { readonly startMs: number; readonly endMs: number } {
    const { startMs, endMs } = this.#flight;
    return { startMs: Math.max(startMs, this.#day.startMs), endMs: Math.min(endMs, this.#day.endMs) };
  }

  /** @param fromMs within today @param untilMs after it, within today */
  stretch(fromMs: number, untilMs: number): Stretch {
    const { startMs, endMs } = this.windowMs;
    const dayBefore = this.#between(startMs, fromMs);
    const within = this.#between(fromMs, Math.min(untilMs, endMs));
    const dayAfter = this.#between(untilMs, endMs);
    return {
      dayBefore,
      flightBefore: this.#pastWeight + dayBefore,
      within,
      dayAfter,
      flightAfter: dayAfter + this.#comingWeight,
    };
  }

  #between(fromMs: number, untilMs: number): number {
    let weight = 0;
    for (const { startMs, endMs, hourOfWeek } of this.#day.hours) {
      const sharedMs = Math.min(endMs, untilMs) - Math.max(startMs, fromMs);
      if (sharedMs > 0) weight += (sharedMs / HOUR_MS) * (this.#weights[hourOfWeek] as number);
    }
    return weight;
  }

  #openWeek(): Float64Array {
    return this.#openHours.week(this.#day.startMs, this.#hourAtStart());
  }

  #hourAtStart(): number {
    return this.#day.hours[0]?.hourOfWeek ?? 0;
  }

  #weigh(rates: Readonly<Float64Array>): void {
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / HOURS_A_WEEK;
    this.#weights = rates.map((rate, hour) =>
      Math.max(rate * (this.#open[hour] as number), mean * LEAST_SHARE),
    );
    this.#weekWeight = this.#weights.reduce((sum, weight) => sum + weight, 0);
    const { startMs, endMs } = this.#flight;
    const last = this.#day.hours.at(-1)?.hourOfWeek ?? 0;
    this.#comingWeight = this.#hoursFrom(last + 1, (endMs - this.#day.endMs) / HOUR_MS, 1);
    this.#pastWeight = this.#hoursFrom(this.#hourAtStart() - 1, (this.#day.startMs - startMs) / HOUR_MS, -1);
  }

  /** The weight of so many hours from an hour of the week on, forwards or backwards. */
  #hoursFrom(hourOfWeek: number, hours: number, step: 1 | -1): number {
    if (hours <= 0) return 0;
    const weeks = Math.floor(hours / HOURS_A_WEEK);
    let weight = weeks * this.#weekWeight;
    let left = hours - weeks * HOURS_A_WEEK;
    for (let hour = hourOfWeek + HOURS_A_WEEK; left > 0; hour += step, left--) {
      weight += (this.#weights[hour % HOURS_A_WEEK] as number) * Math.min(1, left);
    }
    return weight;
  }
}
