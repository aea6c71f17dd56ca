import { unreachable } from '../lib/assert.js';
import { decimalText, type Cell, type Column, type Table } from '../report/table.js';
import type { Style } from './style.js';

const BETWEEN = '  ';
const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const MONEY_DIGITS = 2;
const NONE = '-';

/** A table for people: aligned, money in units with the whole amount, thousands separated, and below a line the totals. */
export function tableText(table: Table, style: Style, totals?: Table): string {
  const heads = table.columns.map(({ heading }) => heading);
  const rows = table.rows.map((row) => row.map((cell, i) => cellText(cell, table.columns[i] as Column)));
  // A single row is its own total.
  const sums = totals && rows.length > 1 ? totals.rows.map((row) => totalTexts(table, totals, row)) : [];
  const all = [heads, ...rows, ...sums];
  const widths = heads.map((_, i) => widestOf(all, i));
  const lineOf = (texts: readonly string[]) =>
    texts
      .map((text, i) =>
        table.columns[i]?.type === 'text'
          ? text.padEnd(widths[i] as number)
          : text.padStart(widths[i] as number),
      )
      .join(BETWEEN)
      .trimEnd();
  const lines = [
    style.strong(lineOf(heads)),
    ...rows.map(lineOf),
    ...(sums.length > 0 ? [style.faint(widths.map((width) => '-'.repeat(width)).join(BETWEEN))] : []),
    ...sums.map((texts) => style.strong(lineOf(texts))),
  ];
  return `${lines.join('\n')}\n`;
}

/** The totals have columns of the same names, without those that tell groups apart. */
function totalTexts(table: Table, totals: Table, row: readonly Cell[]): readonly string[] {
  return table.columns.map((column, i) => {
    const at = totals.columns.findIndex(({ name }) => name === column.name);
    if (at >= 0) return cellText(row[at], column);
    return i === 0 ? 'total' : '';
  });
}

function cellText(cell: Cell, { type }: Column): string {
  if (cell === undefined) return NONE;
  switch (type) {
    case 'text':
      return String(cell);
    case 'count':
      return WHOLE.format(cell as bigint);
    case 'estimate':
      return `~${WHOLE.format(cell as bigint)}`;
    case 'share':
      return `${((cell as number) * 100).toFixed(2)} %`;
    case 'money':
      return amountText(cell as bigint, MONEY_DIGITS);
    case 'amount':
      return amountText(cell as bigint, 0);
    default:
      return unreachable(type);
  }
}

/** The exact amount, with at least so many digits behind the point. */
function amountText(micros: bigint, digitsMin: number): string {
  const [whole = '0', rest = ''] = decimalText(micros < 0n ? -micros : micros).split('.');
  const digits = rest.padEnd(digitsMin, '0');
  return `${micros < 0n ? '-' : ''}${WHOLE.format(BigInt(whole))}${digits === '' ? '' : `.${digits}`}`;
}

function widestOf(rows: readonly (readonly string[])[], column: number): number {
  return rows.reduce((longest, row) => Math.max(longest, (row[column] as string).length), 0);
}
