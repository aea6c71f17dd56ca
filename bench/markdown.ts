import type { Row } from './table.js';

interface ShownTable {
  readonly title: string;
  readonly what: string;
  readonly rows: readonly Row[];
  readonly notes: readonly string[];
}

/** @param level how many `#` stand before the title */
export function tableMarkdown({ title, what, rows, notes }: ShownTable, level = 2): string {
  const columns = columnsOf(rows);
  return [
    `${'#'.repeat(level)} ${title}`,
    '',
    ...(rows.length === 0
      ? []
      : [
          ...rowsMarkdown(
            [what, ...columns],
            rows.map(({ name, figures }) => [name, ...columns.map((column) => figureText(figures[column]))]),
          ),
          '',
        ]),
    ...notes.flatMap((note) => [note, '']),
  ].join('\n');
}

/** A table whose columns but the first are set to the right. */
export function rowsMarkdown(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${heads.join(' | ')} |`,
    `|---|${'---:|'.repeat(heads.length - 1)}`,
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

/** All that any row has, in the order in which they first come. */
function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
}

export function figureText(figure: number | undefined): string {
  if (figure === undefined) return '–';
  if (Number.isInteger(figure)) return String(figure);
  return Math.abs(figure) < 10 ? figure.toFixed(2) : figure.toFixed(1);
}
