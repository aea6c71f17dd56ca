import { parseArgs } from 'node:util';
import { errorText } from '../src/cli/error-text.js';
import { styleFor } from '../src/cli/style.js';
import { tableMarkdown } from './markdown.js';
import { PARTS } from './parts/parts.js';
import type { Effort, Goal, Part, PartResult } from './parts/part.js';
import { keepPart } from './report/kept-parts.js';

/** Measures one chapter of the report. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string' },
    rounds: { type: 'string' },
    'line-items': { type: 'string' },
    quick: { type: 'boolean', default: false },
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const TELL_IN_PIPE_MS = 5_000;
let toldMs = -Infinity;
const EXIT_NOT_REACHED = 1;
const EXIT_CANNOT = 2;

function helpOf({ name, about, full }: Part): string {
  return `${about}

  npm run bench:${name} -- [--seconds N] [--rounds N] [--line-items N] [--quick | --smoke] [--json]
  npm run bench:${name} -- --quick

  --seconds N     how long each thing is measured each time (default ${full.seconds})
  --rounds N      how often, of which the median counts (default ${full.rounds})
  --line-items N  of the catalogue (default ${full.lineItems})
  --quick         a shorter run with rougher figures
  --smoke         as little as shows that it works; figures mean nothing and are not kept
  --json          one JSON document for scripts

The figures are kept in var/bench/${name}.json, from which npm run bench:report -- --from-parts makes the report.

Exit code 0: every target was reached. 1: one was not. 2: it could not be measured, or an option cannot be used.
`;
}

const part = PARTS.find(({ name }) => name === positionals[0]);
if (part === undefined) {
  process.stderr.write(`name a part: ${PARTS.map(({ name }) => name).join(', ')}\n`);
  process.exit(EXIT_CANNOT);
}
if (values.help) {
  process.stdout.write(helpOf(part));
  process.exit(0);
}

try {
  await measure(part, effortOf(part));
} catch (error) {
  process.stderr.write(`${part.name} could not be measured: ${errorText(error)}\n`);
  process.exitCode = EXIT_CANNOT;
}

async function measure({ name, run }: Part, effort: Effort): Promise<void> {
  const result = await run(effort, progress);
  progress('');
  if (!values.smoke) keepPart(name, { result, effort, options: effortOptions() });
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : resultText(result));
  if (result.goals.some(({ isReached }) => isReached === false)) process.exitCode = EXIT_NOT_REACHED;
}

function effortOf({ full, quick, smoke }: Part): Effort {
  const preset = values.smoke ? smoke : values.quick ? quick : full;
  return {
    seconds: numberOf('seconds', values.seconds, preset.seconds),
    rounds: numberOf('rounds', values.rounds, preset.rounds),
    lineItems: numberOf('line-items', values['line-items'], preset.lineItems),
  };
}

/** Those of the options that tell how much was measured, as they were given. */
function effortOptions(): string[] {
  const numbers = (['seconds', 'rounds', 'line-items'] as const).flatMap((name) => {
    const text = values[name];
    return text === undefined ? [] : [`--${name} ${text}`];
  });
  return [...(values.quick ? ['--quick'] : []), ...numbers];
}

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (number > 0 && (name === 'seconds' || Number.isInteger(number))) return number;
  throw new Error(`--${name} is "${text}" but must be a${name === 'seconds' ? '' : ' whole'} number above 0`);
}

/** A line that is written over on a terminal; a line now and then in a pipe. */
function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
  else if (what !== '' && performance.now() - toldMs >= TELL_IN_PIPE_MS) {
    toldMs = performance.now();
    process.stderr.write(`${what}\n`);
  }
}

function resultText({ goals, tables, traffic }: PartResult): string {
  return [
    ...tables.map((table) => tableMarkdown(table)),
    ...goals.map(goalText),
    ...traffic.map((fact) => `Measured on ${fact}.`),
    '',
  ].join('\n');
}

function goalText({ name, target, figure, isReached }: Goal): string {
  const style = styleFor(process.stdout);
  const words =
    isReached === undefined ? 'not measured' : isReached ? style.good('reached') : style.bad('not reached');
  return `${words}: ${name}: ${figure} (${target})`;
}
