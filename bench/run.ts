import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machineFacts } from './machine.js';
import { FULL_TIME_MS, type MeasuredTable, type Row } from './table.js';
import { TABLES } from './tables.js';

/** Measures each stage of the bid path and writes the tables to bench/RESULTS.md. */
const { values } = parseArgs({
  options: {
    time: { type: 'string', default: String(FULL_TIME_MS) },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Measures each stage of the bid path. Without --only the tables go to bench/RESULTS.md.

  npm run bench -- [--time MS] [--only TITLE] [--json]
  npm run bench -- --only Match --time 1000

  --time MS     how long each task is repeated (default ${FULL_TIME_MS})
  --only TITLE  one table, not written to the file
  --json        the measurements as JSON instead of tables
`;

interface TitledTable extends MeasuredTable {
  readonly title: string;
}

function markdown({ title, what, rows, notes, hash }: TitledTable): string {
  const columns = Object.keys(rows[0]?.figures ?? {});
  const head = [`| ${[what, ...columns].join(' | ')} |`, `|---|${'---:|'.repeat(columns.length)}`];
  return [
    `## ${title}`,
    '',
    ...(rows.length === 0 ? [] : [...head, ...rows.map((row) => markdownRow(row, columns)), '']),
    ...notes.flatMap((note) => [note, '']),
    `Hash of the results: \`${hash}\`.`,
    '',
  ].join('\n');
}

function markdownRow({ name, figures }: Row, columns: readonly string[]): string {
  return `| ${[name, ...columns.map((column) => figureText(figures[column]))].join(' | ')} |`;
}

function figureText(figure: number | undefined): string {
  if (figure === undefined) return '–';
  if (Number.isInteger(figure)) return String(figure);
  return Math.abs(figure) < 10 ? figure.toFixed(2) : figure.toFixed(1);
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const chosen = TABLES.filter(({ title }) => values.only === undefined || title === values.only);
if (chosen.length === 0) {
  process.stderr.write(
    `no table "${values.only}"; there are: ${TABLES.map(({ title }) => title).join(', ')}\n`,
  );
  process.exit(2);
}

const measured: TitledTable[] = [];
for (const { title, measure } of chosen) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001b[K${measured.length + 1}/${chosen.length} ${title}`);
  measured.push({ title, ...(await measure(Number(values.time))) });
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

const report = [
  '# What each stage costs',
  '',
  'Written by `npm run bench`. One process, one thread; wall time of each call unless a column says CPU, which is that of',
  'this process, kernel included. The spread is half of the 95 % confidence interval of the mean. Catalogues, profiles and',
  'requests are seeded; equal hashes mean equal work. Shared machines are noisy: compare figures of one run with each other.',
  '',
  ...machineFacts().map((fact) => `- ${fact}`),
  '',
  ...measured.map(markdown),
].join('\n');

process.stdout.write(
  values.json ? `${JSON.stringify(measured)}\n` : `${measured.map(markdown).join('\n')}\n`,
);
if (values.only === undefined) writeFileSync('bench/RESULTS.md', report);
