import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { mainTraffic, trafficFact } from '../http/traffic.js';
import type { Goal, Part, PartResult } from './part.js';

const SCRIPT = 'bench:overload';
const IN_TIME_MIN = 0.999;
const GOODPUT_MIN = 0.9;
/** Collections come at their own time. */
const GROWTH_MIB_MAX = 64;
/** It could not be measured. */
const EXIT_CANNOT = 2;

/** What `npm run bench:overload -- --json` prints, as far as it is shown here. */
interface OverloadFigures {
  readonly maxPerSecond: number;
  readonly offeredPerSecond: number;
  readonly answeredInTimeShare: number;
  readonly serverErrors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly shedShare: number;
  readonly goodputPerSecond: number;
  readonly goodputOfMax: number;
  readonly residentMiBBefore?: number;
  readonly residentMiBAfter?: number;
}

export const overloadPart: Part = {
  name: 'overload',
  about: 'What becomes of requests when twice the highest rate is offered.',
  full: { seconds: 30, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 5, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 1, rounds: 1, lineItems: 20 },
  async run({ seconds, lineItems }, progress) {
    const { traffic, notes } = await mainTraffic();
    if (!hasScript()) return leftOut();
    progress('twice the maximum');
    const recorded = traffic.path === undefined ? [] : ['--traffic', traffic.path];
    const figures = await measure(['--seconds', `${seconds}`, '--line-items', `${lineItems}`, ...recorded]);
    return {
      goals: goalsOf(figures),
      tables: [{ title: 'Overload', what: 'offered', rows: [rowOf(figures)], notes }],
      traffic: [trafficFact(traffic)],
      plots: {},
    };
  },
};

function hasScript(): boolean {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  return scripts[SCRIPT] !== undefined;
}

function leftOut(): PartResult {
  const why = `package.json has no script ${SCRIPT}`;
  return {
    goals: [
      { name: 'Twice the maximum rate', target: 'answered in time', figure: why, isReached: undefined },
    ],
    tables: [],
    traffic: [],
    plots: {},
  };
}

/** @throws when it says that it could not be measured */
async function measure(options: readonly string[]): Promise<OverloadFigures> {
  const args = ['run', '--silent', SCRIPT, '--', '--json', ...options];
  const child = spawn('npm', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code === EXIT_CANNOT) throw new Error(`npm run ${SCRIPT} could not measure`);
  return JSON.parse(printed) as OverloadFigures;
}

function rowOf(figures: OverloadFigures) {
  return {
    name: `${Math.round(figures.offeredPerSecond)}/s`,
    figures: {
      'maximum/s': figures.maxPerSecond,
      'in time, %': 100 * figures.answeredInTimeShare,
      'of 5xx': figures.serverErrors,
      'p50 ms': figures.p50Ms,
      'p99 ms': figures.p99Ms,
      'p99.9 ms': figures.p999Ms,
      'shed, %': 100 * figures.shedShare,
      'goodput/s': figures.goodputPerSecond,
      'MiB before': figures.residentMiBBefore,
      'MiB after': figures.residentMiBAfter,
    },
  };
}

function goalsOf(figures: OverloadFigures): Goal[] {
  const { answeredInTimeShare, serverErrors, goodputOfMax } = figures;
  const { residentMiBBefore: before, residentMiBAfter: after } = figures;
  const growth = before === undefined || after === undefined ? undefined : after - before;
  return [
    {
      name: 'Twice the maximum rate: answered within tmax, no 5xx',
      target: `at least ${100 * IN_TIME_MIN} %, none of 5xx`,
      figure: `${(100 * answeredInTimeShare).toFixed(3)} %, ${serverErrors} of 5xx`,
      isReached: answeredInTimeShare >= IN_TIME_MIN && serverErrors === 0,
    },
    {
      name: 'Twice the maximum rate: goodput',
      target: `at least ${100 * GOODPUT_MIN} % of the maximum`,
      figure: `${(100 * goodputOfMax).toFixed(1)} %`,
      isReached: goodputOfMax >= GOODPUT_MIN,
    },
    {
      name: 'Twice the maximum rate: memory',
      target: `no growth, taken as at most ${GROWTH_MIB_MAX} MiB, which come and go with collections`,
      figure: growth === undefined ? 'unknown' : `${growth.toFixed(0)} MiB more than before`,
      isReached: growth === undefined ? undefined : growth <= GROWTH_MIB_MAX,
    },
  ];
}
