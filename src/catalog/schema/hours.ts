import { z } from 'zod';
import { list, parsed, text } from './fields.js';
import { daysMeant } from './guesses.js';

/** Monday first. */
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const WHOLE_DAYS = new Map<string, readonly number[]>([
  ['daily', [0, 1, 2, 3, 4, 5, 6]],
  ['weekdays', [0, 1, 2, 3, 4]],
  ['weekends', [5, 6]],
]);
const HOURS_PER_DAY = 24;
const HOURS_PER_WEEK = 168;

const DAY = `(${DAYS.join('|')})`;
const DAY_NAMES = new RegExp(`^(daily|weekdays|weekends|${DAY}(-${DAY})?(,${DAY}(-${DAY})?)*)$`);
const DAYS_EXPECTED =
  'days such as "mon", "mon-fri", "tue,thu", "daily", "weekdays" or "weekends" (mon, tue, wed, thu, fri, sat, sun)';
const HOURS_EXPECTED =
  'whole hours from 00 to 24 such as "07-09" (from 7:00 to 9:00) or "22-02" (into the next day)';

/** The hours of a day, both from 0 to 24; `to` may be at or before `from` when they reach into the next day. */
interface Hours {
  readonly from: number;
  readonly to: number;
}

/** `{"mon-fri": ["07-09", "18-23"], "sat": ["10-24"]}` to 168 flags, Monday 00-01 first. */
export const hours = z
  .record(
    z.string().regex(DAY_NAMES, { error: DAYS_EXPECTED }).superRefine(guessDays),
    list(
      parsed(text(HOURS_EXPECTED), HOURS_EXPECTED, parseHours),
      'a list of hours such as ["07-09", "18-23"]',
      HOURS_PER_DAY,
    ),
    { error: 'days with their hours, such as {"mon-fri": ["07-09", "18-23"], "sat": ["10-24"]}' },
  )
  .refine((days) => Object.keys(days).length > 0, {
    error: 'days with their hours, such as {"daily": ["08-20"]}; leave it out when it should not matter',
  })
  .transform(hoursOfWeek);

/** Adds to the refusal of a name what was probably meant. */
function guessDays(name: string, context: z.RefinementCtx): void {
  const hint = daysMeant(name);
  if (DAY_NAMES.test(name) || !DAY_NAMES.test(hint)) return;
  context.addIssue({ code: 'custom', message: DAYS_EXPECTED, params: { hint } });
}

function hoursOfWeek(days: Readonly<Record<string, readonly Hours[]>>): boolean[] {
  const ofWeek = Array<boolean>(HOURS_PER_WEEK).fill(false);
  for (const [names, spans] of Object.entries(days)) {
    for (const day of parseDays(names)) {
      for (const { from, to } of spans) {
        const end = to > from ? to : to + HOURS_PER_DAY;
        for (let hour = from; hour < end; hour++)
          ofWeek[(day * HOURS_PER_DAY + hour) % HOURS_PER_WEEK] = true;
      }
    }
  }
  return ofWeek;
}

/** @param names what DAY_NAMES accepts; a span such as `fri-mon` goes over the end of the week */
function parseDays(names: string): readonly number[] {
  const whole = WHOLE_DAYS.get(names);
  if (whole) return whole;
  return names.split(',').flatMap((span) => {
    const [first = '', last = first] = span.split('-');
    const from = dayNumber(first);
    const count = ((dayNumber(last) - from + DAYS.length) % DAYS.length) + 1;
    return Array.from({ length: count }, (_, i) => (from + i) % DAYS.length);
  });
}

function dayNumber(name: string): number {
  return DAYS.findIndex((day) => day === name);
}

function parseHours(span: string): Hours | undefined {
  const parts = /^([01]?\d|2[0-4])(?::00)?\s*-\s*([01]?\d|2[0-4])(?::00)?$/.exec(span.trim());
  if (!parts) return undefined;
  const from = Number(parts[1]);
  const to = Number(parts[2]);
  return from === to || from === HOURS_PER_DAY ? undefined : { from, to };
}
