import { dayNumber, nextDay, startOfDayMs, zoneClock } from './local-day.js';

interface KnownDay {
  readonly startMs: number;
  readonly endMs: number;
  readonly number: number;
}

/** Tells quickly which day it is in a zone: asking the zone data base takes long, so the last day of each zone is kept. */
export class DayNumbers {
  readonly #known = new Map<string, KnownDay>();

  /** @param timeZone an IANA zone. @returns days since 1970-01-01 on the clocks of the zone */
  at(timeZone: string, instantMs: number): number {
    const known = this.#known.get(timeZone);
    if (known && known.startMs <= instantMs && instantMs < known.endMs) return known.number;
    const day = zoneClock(timeZone).day(instantMs);
    const found = {
      startMs: startOfDayMs(day, timeZone),
      endMs: startOfDayMs(nextDay(day), timeZone),
      number: dayNumber(day),
    };
    this.#known.set(timeZone, found);
    return found.number;
  }
}
