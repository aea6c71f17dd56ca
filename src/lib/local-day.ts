const HOUR_MS = 3_600_000;
const DAYS_PER_WEEK = 7;
/** No zone is further than this from UTC, with room to spare. */
const OFFSET_MAX_MS = 26 * HOUR_MS;

/** A zone's clock: tells the date, weekday and hour that people there read. */
export interface ZoneClock {
  /** `YYYY-MM-DD`. */
  day(instantMs: number): string;
  /** 0 to 167, Monday 00-01 first. */
  hourOfWeek(instantMs: number): number;
}

/** There are some six hundred zones. */
const ZONES_KEPT_MAX = 1_000;
/** Making one takes as long as checking a line item, and campaigns share a few zones. */
const clocks = new Map<string, ZoneClock>();

/** @param timeZone an IANA zone that `isTimeZone` accepts */
export function zoneClock(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone);
  if (known) return known;
  const clock = newZoneClock(timeZone);
  if (clocks.size < ZONES_KEPT_MAX) clocks.set(timeZone, clock);
  return clock;
}

function newZoneClock(timeZone: string): ZoneClock {
  // The Swedish form of a date is the ISO one.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  return {
    day: (instantMs) => format.format(instantMs).slice(0, 10),
    hourOfWeek: (instantMs) => {
      const told = format.format(instantMs);
      const sundayFirst = new Date(`${told.slice(0, 10)}T00:00:00Z`).getUTCDay();
      return ((sundayFirst + DAYS_PER_WEEK - 1) % DAYS_PER_WEEK) * 24 + Number(told.slice(11, 13));
    },
  };
}

/**
 * The first instant at which calendars in `timeZone` show `day`, found by halving the time around it. So it is right
 * where clocks change at midnight and the day begins at 01:00, and where a zone has left a day out.
 *
 * @param day `YYYY-MM-DD`, a day of the calendar
 */
export function startOfDayMs(day: string, timeZone: string): number {
  const clock = zoneClock(timeZone);
  const utcMidnightMs = Date.parse(`${day}T00:00:00Z`);
  let beforeMs = utcMidnightMs - OFFSET_MAX_MS;
  let reachedMs = utcMidnightMs + OFFSET_MAX_MS;
  while (reachedMs - beforeMs > 1) {
    const middleMs = Math.floor((beforeMs + reachedMs) / 2);
    if (clock.day(middleMs) >= day) reachedMs = middleMs;
    else beforeMs = middleMs;
  }
  return reachedMs;
}

/** @param day `YYYY-MM-DD`. @returns days since 1970-01-01 */
export function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / (24 * HOUR_MS);
}

/** The opposite of `dayNumber`. Mostly asked for the same day as before. */
export function dayText(number: number): string {
  if (number !== lastDay) {
    lastDayText = new Date(number * 24 * HOUR_MS).toISOString().slice(0, 10);
    lastDay = number;
  }
  return lastDayText;
}

let lastDay = NaN;
let lastDayText = '';

/** @returns the day after, `YYYY-MM-DD` */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** Is `text` a day of the calendar as `YYYY-MM-DD`, in this or a neighbouring century? */
export function isDay(text: string): boolean {
  if (!/^(19|20|21)\d\d-\d\d-\d\d$/.test(text)) return false;
  const instantMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(instantMs) && new Date(instantMs).toISOString().startsWith(text);
}

/** Is `text` a zone of the IANA data base, such as `Europe/Paris` or `UTC`? Offsets such as `+02:00` are not. */
export function isTimeZone(text: string): boolean {
  if (!/^(UTC|[A-Za-z]+(\/[A-Za-z0-9_+-]+)+)$/.test(text)) return false;
  if (clocks.has(text)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
