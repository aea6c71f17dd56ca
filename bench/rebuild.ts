import { parseArgs } from 'node:util';
import { progressBar } from '../src/cli/progress-bar.js';
import { machineFacts } from './machine.js';
import { figureText, rowsMarkdown } from './markdown.js';
import { measureRebuild, type Phase, type RebuildFigures, type RebuildOptions } from './rebuild/measure.js';
import { TURN_MS_MAX } from './rebuild/turn-meter.js';
import { medianOf } from './table.js';
import { wholeOption } from './whole-option.js';

/** Edits campaigns of a bidder that is asked every millisecond, and tells how long its event loop was held up. */
const HELP = `Edits campaign files of a running bidder that is asked every millisecond, and tells how long each edit takes to be
live and how long a turn of the event loop lasts meanwhile.

  npm run bench:rebuild -- [--files N] [--line-items N] [--edits N] [--json]
  npm run bench:rebuild -- --files 10000 --line-items 10 --edits 5

  --files N       campaign files, 1 to 10,000 (1,000)
  --line-items N  in each file, 1 to 200: a file has a mebibyte at most (10)
  --edits N       how many edits, one after the other, 2 to 1,000 (10)
  --json          the figures as JSON instead of a table

Exit codes: 0 = measured, 1 = an edit was not live in time, 2 = wrong options.
`;

const QUIET_MS = 8_000;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000' },
    'line-items': { type: 'string', default: '10' },
    edits: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const options: RebuildOptions = {
  files: wholeOption('--files', values.files, 1, 10_000),
  lineItems: wholeOption('--line-items', values['line-items'], 1, 200),
  edits: wholeOption('--edits', values.edits, 2, 1_000),
  quietMs: QUIET_MS,
};
const bar = progressBar(process.stderr, () => performance.now(), 'edit');
const figures = await measureRebuild(options, (edits) => {
  bar.show(edits, options.edits, 'are live');
});
bar.end();
process.stdout.write(
  values.json ? `${JSON.stringify({ ...options, ...figures }, null, 2)}\n` : report(figures),
);

function report({ startMs, lineItems, phases, liveMs, heapMb }: RebuildFigures): string {
  const ms = (figure: number) => figure.toFixed(1);
  return [
    `${options.files} files of ${options.lineItems} line items, ${lineItems} in all`,
    ...machineFacts(),
    '',
    `ready after ${ms(startMs / 1_000)} s; heap ${heapMb.toFixed(0)} MB`,
    `an edit is live after ${ms(medianOf(liveMs))} ms (median), ${ms(Math.max(...liveMs))} ms (longest)`,
    '',
    ...tableOf(phases),
    '',
    'A turn is measured in processor time of the thread, which is to be at most 5 ms; "own" leaves out garbage collection. Pauses of',
    'garbage collection and what requests waited are wall time, in which everything else on the machine counts.',
    '',
  ].join('\n');
}

function tableOf(phases: readonly Phase[]): string[] {
  const columns = [
    'phase',
    'longest turn ms',
    `turns > ${TURN_MS_MAX} ms`,
    'longest own ms',
    `own > ${TURN_MS_MAX} ms`,
    'longest GC ms',
    'requests',
    'p50 ms',
    'p99 ms',
    'longest ms',
  ];
  const rows = phases.map(({ name, turns, waits }) => {
    const { longestMs, overMax, longestOwnMs, ownOverMax, longestGcMs } = turns;
    const ofTurns = [longestMs, overMax, longestOwnMs, ownOverMax, longestGcMs];
    const numbers = [...ofTurns, waits.requests, waits.p50Ms, waits.p99Ms, waits.longestMs];
    return [name, ...numbers.map(figureText)];
  });
  return rowsMarkdown(columns, rows);
}
