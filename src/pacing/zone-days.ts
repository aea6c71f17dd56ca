import { nextDay, startOfDayMs, zoneClock, type ZoneClock } from '../lib/local-day.js';

const QUARTER_MS = 900_000;
const DAYS_KEPT_MAX = 4;

/** A stretch of a day in which the clocks of the zone show the same hour; an hour long, but where clocks change. */
export interface LocalHour {
  readonly startMs: number;
  readonly endMs: number;
  /** 0 to 167, Monday 00-01 first. */
  readonly hourOfWeek: number;
}

/** A day of the calendar: 24 hours, or 23 or 25 where clocks change. */
export interface LocalDay {
  readonly startMs: number;
  /** First instant of the next day. */
  readonly endMs: number;
  readonly hours: readonly LocalHour[];
}

/**
 * The days of one time zone. Asking the zone data base is slow, so the days last asked for are kept; campaigns of one
 * zone should share one of these.
 */
export class ZoneDays {
  readonly #timeZone: string;
  readonly #clock: ZoneClock;
  readonly #kept: LocalDay[] = [];

  /** @param timeZone an IANA zone */
  constructor(timeZone: string) {
    this.#timeZone = timeZone;
    this.#clock = zoneClock(timeZone);
  }

  /** @returns the day that an instant belongs to */
  dayAt(instantMs: number): LocalDay {
    const known = this.#kept.find((day) => day.startMs <= instantMs && instantMs < day.endMs);
    if (known) return known;
    const day = this.#findDay(instantMs);
    this.#kept.unshift(day);
    if (this.#kept.length > DAYS_KEPT_MAX) this.#kept.pop();
    return day;
  }

  #findDay(instantMs: number): LocalDay {
    const name = this.#clock.day(instantMs);
    const startMs = startOfDayMs(name, this.#timeZone);
    const endMs = startOfDayMs(nextDay(name), this.#timeZone);
    return { startMs, endMs, hours: this.#hoursBetween(startMs, endMs) };
  }

  /** No zone in use starts an hour anywhere but on a quarter of an hour of UTC, so a look at each quarter finds all. */
  #hoursBetween(startMs: number, endMs: number): LocalHour[] {
    const hours: { startMs: number; endMs: number; hourOfWeek: number }[] = [];
    for (let quarterMs = startMs; quarterMs < endMs; quarterMs += QUARTER_MS) {
      const hourOfWeek = this.#clock.hourOfWeek(quarterMs);
      const last = hours.at(-1);
      const quarterEndMs = Math.min(endMs, quarterMs + QUARTER_MS);
      // Where clocks are put back, an hour comes twice; the second one is an hour of its own.
      if (last?.hourOfWeek === hourOfWeek && last.endMs - last.startMs < 4 * QUARTER_MS) {
        last.endMs = quarterEndMs;
      } else {
        hours.push({ startMs: quarterMs, endMs: quarterEndMs, hourOfWeek });
      }
    }
    return hours;
  }
}
