import { FieldProblem, isAbsent, kindOf } from './fields.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Only such a text is shown in a problem: any other may be anything. */
const NEARLY_DATE = /^\d{4}-\d{2}-\d{2}(T[\d:.]{1,18}(Z|[+-][\d:]{1,5})?)?$/;

/** When a segment ends: the end of a day in UTC, an instant, or never (`null` or `never`), which is Infinity. */
export function readEnd(value: unknown, path: string): number {
  if (value === null || value === 'never') return Infinity;
  const dayMs = typeof value === 'string' ? dayStartMs(value) : undefined;
  return dayMs === undefined ? instantOrProblem(value, path, ', null or "never"') : dayMs + DAY_MS;
}

/** The start of a day in UTC, or an instant; undefined when there is none. */
export function readInstant(value: unknown, path: string): number | undefined {
  if (isAbsent(value)) return undefined;
  const dayMs = typeof value === 'string' ? dayStartMs(value) : undefined;
  return dayMs ?? instantOrProblem(value, path, '');
}

function instantOrProblem(value: unknown, path: string, orElse: string): number {
  const isInstant =
    typeof value === 'string' && INSTANT.test(value) && dayStartMs(value.slice(0, 10)) !== undefined;
  const instantMs = isInstant ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(instantMs)) return instantMs;
  throw new FieldProblem(
    path,
    isNearlyDate(value) ? JSON.stringify(value) : kindOf(value),
    `a day such as 2026-12-31, an instant such as 2026-12-31T18:00:00Z${orElse}`,
  );
}

function isNearlyDate(value: unknown): boolean {
  return typeof value === 'string' && NEARLY_DATE.test(value);
}

/** @returns undefined when `text` is no day of the calendar, such as 2026-02-30 */
function dayStartMs(text: string): number | undefined {
  if (!DAY.test(text)) return undefined;
  const month = Number(text.slice(5, 7)) - 1;
  const day = Number(text.slice(8, 10));
  const date = new Date(0);
  const startMs = date.setUTCFullYear(Number(text.slice(0, 4)), month, day);
  // A day that the month does not have has become one of the next month.
  return date.getUTCMonth() === month && date.getUTCDate() === day ? startMs : undefined;
}
