import type { LoadResult } from './load-result.js';
import { runLoad, type LoadOptions } from './run-load.js';

export interface FindMaxOptions extends Omit<LoadOptions, 'ratePerSecond'> {
  /** Tried first. */
  readonly startRatePerSecond: number;
  /** p99 must not be above this. */
  readonly deadlineMs: number;
  /** This share of the requests may be late, not answered, failed or answered by a 5xx. */
  readonly badShareMax: number;
  /** Between two tries, in which a bidder finishes what the last one has left behind. */
  readonly pauseMs: number;
  /** Before each try. */
  readonly onTry?: (ratePerSecond: number, tries: number) => void;
  readonly onStep?: (step: RateStep) => void;
}

/** One rate that was tried. */
export interface RateStep {
  readonly ratePerSecond: number;
  readonly isHeld: boolean;
  /** Why not; empty when it was held. */
  readonly because: string;
  readonly result: LoadResult;
}

export interface MaxRate {
  /** The highest rate that was held; 0 when none was. */
  readonly ratePerSecond: number;
  /**
   * What kept it from more. `connections`: all that there may be were busy, which a slow bidder brings about as well as too few of
   * them, and which of both it was does not show. `search`: nothing higher was tried.
   */
  readonly limitedBy: 'bidder' | 'connections' | 'generator' | 'search' | 'interrupted';
  readonly steps: readonly RateStep[];
}

/** The search ends when the lowest rate that was not held is above the highest that was by this at most. */
const PRECISION = 1.05;
const STEPS_MAX = 60;
const TRIES = 2;
const RATE_MIN = 1;
const RATE_MAX = 1_000_000;
/** A generator that is later than this share of the deadline, or has hardly a moment to itself, measures itself. */
const LAG_SHARE_MAX = 0.5;
const BUSY_SHARE_MAX = 0.97;

/**
 * Looks for the highest rate at which p99 keeps the deadline and nothing goes wrong: doubles (or halves) until it knows a rate that is
 * held and one that is not, then bisects. A rate counts as not held when it failed twice, since a machine may hiccup once.
 *
 * @throws an Error when the bidder or its admin port cannot be reached
 */
export async function findMaxRate(options: FindMaxOptions, run = runLoad): Promise<MaxRate> {
  const steps: RateStep[] = [];
  let held = 0;
  let notHeld = Infinity;
  let rate = Math.max(RATE_MIN, Math.round(options.startRatePerSecond));
  while (steps.length < STEPS_MAX && rate <= RATE_MAX) {
    const step = await tryTwice(options, rate, steps, run);
    if (step.result.isInterrupted) return { ratePerSecond: held, limitedBy: 'interrupted', steps };
    if (step.isHeld) held = rate;
    else notHeld = rate;
    const next = nextRate(held, notHeld);
    if (next === undefined) break;
    rate = next;
  }
  return { ratePerSecond: held, limitedBy: limitOf(steps, notHeld, options), steps };
}

/** @returns undefined when `held` is close enough to what is not, or there is nothing in between */
function nextRate(held: number, notHeld: number): number | undefined {
  if (notHeld === Infinity) return held * 2;
  if (held === 0) return notHeld > RATE_MIN ? Math.max(RATE_MIN, Math.floor(notHeld / 2)) : undefined;
  const between = Math.round(Math.sqrt(held * notHeld));
  return notHeld <= held * PRECISION || between === held || between === notHeld ? undefined : between;
}

async function tryTwice(
  options: FindMaxOptions,
  rate: number,
  steps: RateStep[],
  run: typeof runLoad,
): Promise<RateStep> {
  for (let tries = 1; ; tries += 1) {
    if (steps.length > 0) await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
    options.onTry?.(rate, tries);
    const result = await run({ ...options, ratePerSecond: rate });
    const because = result.isInterrupted ? 'interrupted' : whyNotHeld(result, options);
    const step = { ratePerSecond: rate, isHeld: because === '', because, result };
    steps.push(step);
    options.onStep?.(step);
    if (step.isHeld || result.isInterrupted || tries === TRIES) return step;
  }
}

function limitOf(
  steps: readonly RateStep[],
  notHeld: number,
  { deadlineMs, connectionsMax }: FindMaxOptions,
): MaxRate['limitedBy'] {
  const failed = steps.findLast(({ ratePerSecond }) => ratePerSecond === notHeld);
  if (!failed) return 'search';
  if (isGeneratorTheLimit(failed.result, deadlineMs)) return 'generator';
  return failed.result.generator.connectionsMost >= connectionsMax ? 'connections' : 'bidder';
}

/** @returns empty when the rate was held */
export function whyNotHeld(
  { measured }: LoadResult,
  { deadlineMs, badShareMax }: Pick<FindMaxOptions, 'deadlineMs' | 'badShareMax'>,
): string {
  if (measured.badShare > badShareMax) {
    const serverErrors = Object.entries(measured.statuses)
      .filter(([status]) => Number(status) >= 500)
      .reduce((sum, [, count]) => sum + count, 0);
    return `${measured.timeouts} timeouts, ${measured.failed} failed, ${serverErrors} of 5xx`;
  }
  const { p99Ms } = measured.latency;
  return p99Ms > deadlineMs ? `p99 ${p99Ms.toFixed(1)} ms` : '';
}

/** Is it the generator that was too slow, so that the figures say little of the bidder? */
export function isGeneratorTheLimit(
  { generator }: Pick<LoadResult, 'generator'>,
  deadlineMs: number,
): boolean {
  return generator.busyShare > BUSY_SHARE_MAX || generator.lag.p99Ms > deadlineMs * LAG_SHARE_MAX;
}
