import { mainTraffic, trafficFact } from '../http/traffic.js';
import { measureOverload, type OverloadFigures } from '../overload/measure.js';
import type { Goal, Part } from './part.js';

const FACTOR = 2;
const SEED = 1;
const IN_TIME_MIN = 0.999;
const GOODPUT_MIN = 0.9;
/** Nobody serves more than he can: then the maximum was found while the bidder was slower. */
const GOODPUT_MAX = 1.1;
/** With other processes on its processors for longer, it is the machine that is measured. */
const STARVED_SHARE_MAX = 0.25;
/** Collections come at their own time. */
const GROWTH_MIB_MAX = 64;

export const overloadPart: Part = {
  name: 'overload',
  about: 'What becomes of requests when twice the highest rate is offered.',
  full: { seconds: 30, rounds: 1, lineItems: 10_000 },
  quick: { seconds: 5, rounds: 1, lineItems: 10_000 },
  smoke: { seconds: 0.5, rounds: 1, lineItems: 20 },
  async run({ seconds, lineItems }, progress) {
    const { traffic, notes } = await mainTraffic();
    const figures = await measureOverload(
      { traffic, lineItems, factor: FACTOR, seconds, seed: SEED },
      progress,
    );
    const table = {
      title: 'Overload',
      what: 'offered',
      rows: [rowOf(figures)],
      notes: [NOTE, `The maximum was limited by the ${figures.limitedBy}.`, ...notes],
    };
    return { goals: overloadGoals(figures), tables: [table], traffic: [trafficFact(traffic)], plots: {} };
  },
};

const NOTE =
  'Goodput is what was answered in time and not shed. Starved is the bidder for as much of the time as it could have worked and other processes had the ' +
  'processors. The lag is the generator’s own: how late it handed requests over.';

function rowOf(figures: OverloadFigures) {
  const { starvedShare } = figures;
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
      'of the maximum, %': 100 * figures.goodputOfMax,
      'MiB before': figures.residentMiBBefore,
      'MiB after': figures.residentMiBAfter,
      'bidder starved, %': starvedShare && 100 * starvedShare,
      'lag p99 ms': figures.generatorLagP99Ms,
      'generator busy, %': 100 * figures.generatorBusyShare,
    },
  };
}

export function overloadGoals(figures: OverloadFigures): Goal[] {
  const { answeredInTimeShare, serverErrors, goodputOfMax } = figures;
  const { residentMiBBefore: before, residentMiBAfter: after } = figures;
  const growth = before === undefined || after === undefined ? undefined : after - before;
  const doubt = doubtOf(figures);
  const goal = (name: string, target: string, figure: string, isReached: boolean | undefined): Goal => ({
    name: `Twice the maximum rate: ${name}`,
    target,
    figure: doubt === undefined ? figure : `${figure}; ${doubt}`,
    isReached: doubt === undefined ? isReached : undefined,
  });
  return [
    goal(
      'answered within tmax, no 5xx',
      `at least ${100 * IN_TIME_MIN} %, none of 5xx`,
      `${(100 * answeredInTimeShare).toFixed(3)} %, ${serverErrors} of 5xx`,
      answeredInTimeShare >= IN_TIME_MIN && serverErrors === 0,
    ),
    goal(
      'goodput',
      `at least ${100 * GOODPUT_MIN} % of the maximum`,
      `${(100 * goodputOfMax).toFixed(1)} %`,
      goodputOfMax >= GOODPUT_MIN,
    ),
    goal(
      'memory',
      `no growth, taken as at most ${GROWTH_MIB_MAX} MiB, which come and go with collections`,
      growth === undefined ? 'unknown' : `${growth.toFixed(0)} MiB more than before`,
      growth === undefined ? undefined : growth <= GROWTH_MIB_MAX,
    ),
  ];
}

/** @returns why it was not twice the maximum that was offered, or undefined */
function doubtOf({
  goodputOfMax,
  limitedBy,
  isGeneratorTheLimit,
  starvedShare,
}: OverloadFigures): string | undefined {
  if (limitedBy !== 'bidder') return `the maximum was limited by the ${limitedBy}, so it is higher`;
  if (goodputOfMax > GOODPUT_MAX) return 'more than the maximum was served, so it is higher';
  if (isGeneratorTheLimit) return 'the generator was too late or too busy to offer so much';
  return starvedShare !== undefined && starvedShare > STARVED_SHARE_MAX
    ? `others kept the bidder from a processor for ${(100 * starvedShare).toFixed(0)} % of the time`
    : undefined;
}
