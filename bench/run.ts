import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { machineFacts } from './machine.js';
import { measure, type MeasuredTable } from './measure.js';
import { TABLES } from './tables.js';

/** Measures each stage of the bid path and writes the tables to bench/RESULTS.md. */
const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '500' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Measures each stage of the bid path. Without --only the tables go to bench/RESULTS.md.

  npm run bench -- [--time MS] [--only TITLE] [--json]
  npm run bench -- --only Match --time 1000

  --time MS     how long each task is repeated (default 500)
  --only TITLE  one table, not written to the file
  --json        the measurements as JSON instead of tables
`;

interface NotedTable extends MeasuredTable {
  readonly notes: readonly string[];
}

function markdown(table: NotedTable): string {
  const rows = table.measurements.map(
    ({ name, medianUs, p99Us, spreadPercent, samples }) =>
      `| ${name} | ${microseconds(medianUs)} | ${microseconds(p99Us)} | ±${spreadPercent.toFixed(1)} % | ${samples} |`,
  );
  return [
    `## ${table.title}`,
    '',
    '| task | median µs | p99 µs | spread of the mean | samples |',
    '|---|---:|---:|---:|---:|',
    ...rows,
    '',
    ...table.notes.flatMap((note) => [note, '']),
    `Hash of the results: \`${table.hash}\`.`,
    '',
  ].join('\n');
}

function microseconds(us: number): string {
  return us < 10 ? us.toFixed(2) : us.toFixed(1);
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

const measured: NotedTable[] = [];
for (const { title, tasks, notes } of chosen) {
  if (process.stderr.isTTY)
    process.stderr.write(`\r\u001b[K${measured.length + 1}/${chosen.length} ${title}`);
  const table = await measure(title, tasks(), Number(values.time));
  measured.push({ ...table, notes: notes?.() ?? [] });
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

const report = [
  '# What each stage costs',
  '',
  'Written by `npm run bench`. One process, one thread, wall time of each call; the spread is half of the 95 % confidence',
  'interval of the mean. Catalogues, profiles and requests are seeded; equal hashes mean equal work. Shared machines are',
  'noisy: compare figures of one run with each other.',
  '',
  ...machineFacts().map((fact) => `- ${fact}`),
  '',
  ...measured.map(markdown),
].join('\n');

process.stdout.write(
  values.json ? `${JSON.stringify(measured)}\n` : `${measured.map(markdown).join('\n')}\n`,
);
if (values.only === undefined) writeFileSync('bench/RESULTS.md', report);
