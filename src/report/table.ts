/** What stands in a column, which says how it is shown and written. Micros are millionths, exact. */
type ColumnType =
  | 'text'
  | 'count' // a whole number
  | 'estimate' // a whole number that is scaled up from a sample
  | 'share' // 0 to 1
  | 'money' // micros of the row's currency
  | 'amount'; // micros of something that is counted

export interface Column {
  /** As in files and JSON. */
  readonly name: string;
  /** As on a terminal. */
  readonly heading: string;
  readonly type: ColumnType;
}

/** Undefined: there is none, such as the cost of a conversion where none was. */
export type Cell = string | bigint | number | undefined;

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const MICROS_PER_UNIT = 1_000_000n;

/** The exact decimal text of an amount, without needless zeros. */
export function decimalText(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const rest = (size % MICROS_PER_UNIT).toString().padStart(6, '0').replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${size / MICROS_PER_UNIT}${rest === '' ? '' : `.${rest}`}`;
}

/** @returns the quotient rounded to the nearest, halves up; undefined when there is nothing to divide by */
export function divided(dividend: bigint, divisor: bigint): bigint | undefined {
  if (divisor === 0n) return undefined;
  const doubled = 2n * dividend + divisor;
  const quotient = doubled / (2n * divisor);
  return doubled < 0n && doubled % (2n * divisor) !== 0n ? quotient - 1n : quotient;
}

/** A share for reading; the counts beside it are exact. */
export function shareOf(part: bigint, whole: bigint): number | undefined {
  return whole === 0n ? undefined : Number(part) / Number(whole);
}
