import { parseArgs } from 'node:util';
import { simulate, type SimulationResult } from '../test/simulator/simulate.js';
import { reportText } from './torture/report.js';
import { torture } from './torture/run.js';

/** Proves what README says about money: a simulator for what can be replayed, real processes for what is real. */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Tries to make Narrowcast lose, double or overspend money, and compares the books afterwards.

  npm run torture                      four processes on Redis and one without, for two minutes
  npm run torture -- --minutes 10      for longer
  npm run torture -- --short           for half a minute
  npm run torture -- --seeds 10000     so many simulated worlds instead
  npm run torture -- --seed 4711       one of them, with the last things that happened in it

  --json   the figures as JSON

Exit code 0: everything holds. 1: something does not. 2: an option cannot be used.
`;

const SHORT_SECONDS = 15;
const MINUTES = 2;

function progress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words}`);
}

function print(text: string, json: unknown): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(`${values.json ? JSON.stringify(json) : text}\n`);
}

function worldText(
  { seed, violations, lastEvents, faults, books }: SimulationResult,
  hasTrace: boolean,
): string {
  const counted = [...faults].map(([name, count]) => `${count} x ${name}`).join(', ') || 'no faults';
  return [
    ...(hasTrace ? lastEvents : []),
    `seed ${seed}: ${books.bids} bids, ${books.billings} billings, ${counted}`,
    ...(violations.length === 0 ? ['Everything holds.'] : violations.map((violation) => `  ${violation}`)),
  ].join('\n');
}

async function oneWorld(seed: number): Promise<boolean> {
  const result = await simulate(seed);
  print(worldText(result, true), { ...result, faults: Object.fromEntries(result.faults) });
  return result.violations.length === 0;
}

async function manyWorlds(count: number): Promise<boolean> {
  const failed: number[] = [];
  let [bids, billings, overspendShareMost] = [0, 0, 0];
  for (let seed = 1; seed <= count; seed++) {
    const { violations, books } = await simulate(seed);
    if (violations.length > 0) failed.push(seed);
    bids += books.bids;
    billings += books.billings;
    if (seed % 20 === 0) progress(`${seed} of ${count} worlds, ${failed.length} failed`);
    overspendShareMost = Math.max(
      overspendShareMost,
      ...books.campaigns.map(({ overspendShare }) => overspendShare),
    );
  }
  const lines = [
    `${count} worlds, ${bids} bids, ${billings} billings: ${failed.length === 0 ? 'everything holds' : `${failed.length} failed`}`,
    `the most that one budget was exceeded by, for late billings, cuts and lost accounts: ${(100 * overspendShareMost).toFixed(1)} %`,
    ...failed.slice(0, 20).map((seed) => `  npm run torture -- --seed ${seed}`),
  ];
  print(lines.join('\n'), { worlds: count, bids, billings, overspendShareMost, failed });
  return failed.length === 0;
}

async function processes(seconds: number): Promise<boolean> {
  const seed = Date.now() % 1_000_000;
  const report = await torture({ seconds, seed, progress });
  print(reportText(report), { ...report, faults: Object.fromEntries(report.faults) });
  return report.failures.length === 0;
}

/** @returns NaN for what is no number above 0 */
function positive(text: string): number {
  const number = Number(text);
  return number > 0 ? number : NaN;
}

const { seed, seeds, minutes } = values;
const number = positive(seed ?? seeds ?? minutes ?? String(MINUTES));
if (values.help || Number.isNaN(number)) {
  process.stdout.write(HELP);
  process.exit(values.help ? 0 : 2);
}
const run = (): Promise<boolean> => {
  if (seed !== undefined) return oneWorld(number);
  if (seeds !== undefined) return manyWorlds(number);
  return processes(values.short ? SHORT_SECONDS : number * 60);
};
process.exitCode = (await run()) ? 0 : 1;
