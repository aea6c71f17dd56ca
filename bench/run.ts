import { parseArgs } from 'node:util';
import { keepTables, tableWithHash, type TitledTable } from './report/kept-parts.js';
import { FULL_TIME_MS, QUICK_TIME_MS } from './table.js';
import { TABLES } from './tables.js';
import { wholeOption } from './whole-option.js';

/** Measures each stage of the bid path. */
const { values } = parseArgs({
  options: {
    time: { type: 'string', default: String(FULL_TIME_MS) },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Measures each stage of the bid path. Without --only the tables are kept in var/bench/tables.json, from which
npm run bench:report -- --from-parts makes bench/RESULTS.md.

  npm run bench -- [--time MS] [--only TITLE] [--json]
  npm run bench -- --only Match --time 1000

  --time MS     how long each task is repeated (default ${FULL_TIME_MS}); below ${QUICK_TIME_MS} figures mean nothing and are not kept
  --only TITLE  one table, which is not kept
  --json        the measurements as JSON instead of tables

Exit code 0: measured. 2: an option cannot be used.
`;

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

const timeMs = wholeOption('--time', values.time, 1, 60_000);
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
  measured.push({ title, ...(await measure(timeMs)) });
}
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');

process.stdout.write(
  values.json
    ? `${JSON.stringify(measured)}\n`
    : `${measured.map((table) => tableWithHash(table)).join('\n')}\n`,
);
if (values.only === undefined && timeMs >= QUICK_TIME_MS) keepTables(measured, timeMs);
