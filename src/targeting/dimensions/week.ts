const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const QUARTER_MS = 900_000;
const HOURS_A_WEEK = 168;
/** The epoch began on a Thursday, three days after Monday. */
const EPOCH_HOUR_OF_WEEK = 3 * 24;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** @returns the hour of the week at a moment: 0 (Monday 00-01) to 167 */
export type ZoneClock = (nowMs: number) => number;

/** The hour of the week, 0 (Monday 00-01) to 167, where the local time is `offsetMinutes` ahead of UTC. */
export function hourOfWeek(nowMs: number, offsetMinutes: number): number {
  const hours = Math.floor((nowMs + offsetMinutes * MINUTE_MS) / HOUR_MS) + EPOCH_HOUR_OF_WEEK;
  return ((hours % HOURS_A_WEEK) + HOURS_A_WEEK) % HOURS_A_WEEK;
}

/**
 * A clock for an IANA time zone. Asking the zone database takes microseconds, so the answer is kept for a quarter of
 * an hour of UTC, within which no zone in use starts a new hour or changes its offset.
 *
 * @throws RangeError when there is no such zone
 */
export function zoneClock(timeZone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    hourCycle: 'h23',
  });
  let quarter = NaN;
  let hour = 0;
  return (nowMs) => {
    const quarterNow = Math.floor(nowMs / QUARTER_MS);
    if (quarterNow !== quarter) {
      hour = formattedHourOfWeek(format, nowMs);
      quarter = quarterNow;
    }
    return hour;
  };
}

function formattedHourOfWeek(format: Intl.DateTimeFormat, nowMs: number): number {
  let day = 0;
  let hour = 0;
  for (const { type, value } of format.formatToParts(nowMs)) {
    if (type === 'weekday') day = DAYS.indexOf(value.toLowerCase());
    if (type === 'hour') hour = Number(value);
  }
  return day * 24 + hour;
}

/** `fri 17-18` */
export function clockWords(hour: number): string {
  return `${DAYS[Math.floor(hour / 24)]} ${span(hour % 24, (hour % 24) + 1)}`;
}

/** As a campaign file writes them: `mon-fri 07-09, 18-23; sun 10-12`. */
export function hoursWords(ofWeek: readonly boolean[]): string {
  const runs: { first: number; last: number; hours: string }[] = [];
  for (const day of DAYS.keys()) {
    const hours = dayHours(ofWeek.slice(day * 24, day * 24 + 24));
    const run = runs.at(-1);
    if (run?.hours === hours) run.last = day;
    else runs.push({ first: day, last: day, hours });
  }
  const words = runs
    .filter(({ hours }) => hours !== '')
    .map(({ first, last, hours }) => `${DAYS[first]}${last > first ? `-${DAYS[last]}` : ''} ${hours}`);
  return words.join('; ') || 'never';
}

function dayHours(ofDay: readonly boolean[]): string {
  const spans: string[] = [];
  for (let start = ofDay.indexOf(true); start >= 0;) {
    const end = ofDay.indexOf(false, start);
    spans.push(span(start, end < 0 ? 24 : end));
    start = end < 0 ? -1 : ofDay.indexOf(true, end);
  }
  return spans.join(', ');
}

function span(start: number, end: number): string {
  return `${String(start).padStart(2, '0')}-${String(end).padStart(2, '0')}`;
}
