import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PARTS } from './parts/parts.js';
import { readKeptPart, readKeptTables } from './report/kept-parts.js';
import { reportMarkdown } from './report/report.js';
import { QUICK_TIME_MS } from './table.js';

/** Measures everything and writes bench/RESULTS.md. */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    'from-parts': { type: 'boolean', default: false },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Measures everything, in half an hour, and writes bench/RESULTS.md and its plots.

  npm run bench:report
  npm run bench:report -- --quick
  npm run bench:report -- --only soak,overload

  --quick       rougher figures, in some minutes
  --from-parts  measures nothing: puts together what was measured last, part by part
  --only NAMES  only these parts are measured again, with commas between: ${[...PARTS.map(({ name }) => name), 'tables'].join(',')}

Each part runs in a process of its own and is kept in var/bench/ when it is done, so that a run that is broken off loses one part only.

Exit code 0: the report was written. 1: a part could not be measured; the report has what was measured last. 2: an option cannot be used.
`;

/** A part says with it that a target was not reached, which is a figure like others. */
const EXIT_NOT_REACHED = 1;
const REPORT = 'bench/RESULTS.md';

interface Step {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

const steps: readonly Step[] = [
  ...PARTS.map(({ name }) => ({
    name,
    script: 'part.js',
    args: [name, ...(values.quick ? ['--quick'] : [])],
  })),
  { name: 'tables', script: 'run.js', args: values.quick ? ['--time', String(QUICK_TIME_MS)] : [] },
];

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const wanted = values.only?.split(',') ?? steps.map(({ name }) => name);
const unknown = wanted.filter((name) => steps.every((step) => step.name !== name));
if (unknown.length > 0) {
  process.stderr.write(
    `--only names "${unknown.join(', ')}", but there are: ${steps.map(({ name }) => name).join(', ')}\n`,
  );
  process.exit(2);
}

const chosen = values['from-parts'] ? [] : steps.filter(({ name }) => wanted.includes(name));
const startMs = performance.now();
for (const [i, step] of chosen.entries()) {
  const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
  process.stderr.write(`${i + 1} of ${chosen.length}, after ${minutes} min: ${step.name}\n`);
  if (!(await measure(step))) {
    process.stderr.write(`${step.name} could not be measured\n`);
    process.exitCode = 1;
  }
  // After each, so that there is a report whatever becomes of the next.
  writeReport();
}
writeReport();
process.stdout.write(`${REPORT} is written\n`);

function writeReport(): void {
  const shown = PARTS.map(({ name }) => ({ name, kept: readKeptPart(name) }));
  writeFileSync(REPORT, reportMarkdown(shown, readKeptTables()));
}

async function measure({ script, args }: Step): Promise<boolean> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, ['--expose-gc', path, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0 || (code === EXIT_NOT_REACHED && script === 'part.js');
}
