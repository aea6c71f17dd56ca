import { parseArgs } from 'node:util';
import { wholeText } from '../src/cli/output.js';
import { syntheticTraffic, trafficOf } from './http/traffic.js';
import { machineFacts } from './machine.js';
import { measureOverload, type OverloadFigures } from './overload/measure.js';
import { wholeOption } from './whole-option.js';

/** Shows what becomes of requests when more are offered than one process can serve. */
const { values } = parseArgs({
  options: {
    traffic: { type: 'string' },
    'line-items': { type: 'string', default: '10000' },
    factor: { type: 'string', default: '2' },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `Looks for the highest rate at which a bidder sheds next to nothing, offers it a multiple of that, and tells what came of it.

  npm run bench:overload                                 made-up traffic, 10,000 line items, twice the maximum for 10 s
  npm run bench:overload -- --traffic traffic.ndjson     recorded traffic on the same line items
  npm run bench:overload -- --factor 4 --seconds 30
  npm run bench:overload -- --line-items 1000 --seed 7

  --json   the figures as JSON

The bidder is a process of its own; load and notices come from this one. Takes a minute or two.
Exit code 0: 99.9 % were answered in time, without a 5xx. 1: they were not. 2: an option cannot be used, or it cannot be measured.
`;

const IN_TIME_SHARE_MIN = 0.999;
const percent = (share: number, digits = 2) => `${(share * 100).toFixed(digits)} %`;
const ms = (value: number) => `${value.toFixed(1)} ms`;
const mebibytes = (value: number | undefined) =>
  value === undefined ? 'unknown' : `${value.toFixed(0)} MiB`;

function figuresText(f: OverloadFigures): string {
  const { notices } = f;
  return [
    `traffic            ${f.traffic}, ${wholeText(f.lineItems)} line items`,
    `maximum            ${wholeText(f.maxPerSecond)}/s served with p99 within 100 ms and at most 1 % shed or late (limit: ${f.limitedBy})`,
    `offered            ${wholeText(f.offeredPerSecond)}/s, ${wholeText(f.requests)} requests`,
    `answered in time   ${percent(f.answeredInTimeShare, 3)}, ${f.serverErrors} of 5xx`,
    `latency            p50 ${ms(f.p50Ms)}, p99 ${ms(f.p99Ms)}, p99.9 ${ms(f.p999Ms)}, longest ${ms(f.longestMs)}`,
    `shed               ${percent(f.shedShare)}`,
    `goodput            ${wholeText(f.goodputPerSecond)}/s, ${percent(f.goodputOfMax, 1)} of the maximum`,
    `resident memory    ${mebibytes(f.residentMiBBefore)} before, ${mebibytes(f.residentMiBAfter)} after`,
    `notices meanwhile  ${notices.calls}, ${notices.failed} failed; p50 ${ms(notices.p50Ms)}, p99 ${ms(notices.p99Ms)}, longest ${ms(notices.longestMs)}`,
    `afterwards         ${percent(f.shedShareAfterwards)} shed at half of the maximum, from one second after`,
    `bidder             ${f.starvedShare === undefined ? 'unknown' : percent(f.starvedShare, 0)} of the time kept waiting for a processor by others`,
    `generator          p99 ${ms(f.generatorLagP99Ms)} late itself, ${percent(f.generatorBusyShare, 0)} busy`,
  ].join('\n');
}

if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const lineItems = wholeOption('--line-items', values['line-items'], 1, 100_000);
const factor = wholeOption('--factor', values.factor, 1, 10);
const seconds = wholeOption('--seconds', values.seconds, 1, 600);
const seed = wholeOption('--seed', values.seed, 0, 4_294_967_295);

const { isTTY } = process.stderr;
const onProgress = (words: string) => process.stderr.write(isTTY ? `\r\u001b[K${words}` : `${words}\n`);
try {
  const traffic = values.traffic === undefined ? syntheticTraffic(seed) : await trafficOf(values.traffic);
  const figures = await measureOverload({ traffic, lineItems, factor, seconds, seed }, onProgress);
  if (isTTY) process.stderr.write('\r\u001b[K');
  process.stdout.write(
    values.json
      ? `${JSON.stringify({ machine: machineFacts(), ...figures })}\n`
      : `${[...machineFacts(), '', figuresText(figures)].join('\n')}\n`,
  );
  const isHeld = figures.answeredInTimeShare >= IN_TIME_SHARE_MIN && figures.serverErrors === 0;
  process.exitCode = isHeld ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
