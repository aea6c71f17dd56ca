import type { LoadResult } from './load-result.js';
import { runLoad, type LoadOptions } from './run-load.js';

export interface FindMaxOptions extends Omit<LoadOptions, 'ratePerSecond'> {
  /** Tried first. */
  readonly startRatePerSecond: number;
  /** p99 must not be above this. */
  readonly deadlineMs: number;
  /** This share of the requests may be late, not answered, failed or answered by a 5xx. */
  readonly badShareMax: number;
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
  /** What kept it from more. */
  readonly limitedBy: 'bidder' | 'generator' | 'interrupted';
  readonly steps: readonly RateStep[];
}

/** The search ends when the lowest rate that was not held is above the highest that was by this at most. */
const PRECISION = 1.05;
const STEPS_MAX = 40;
const RATE_MIN = 1;
/** Lets a bidder finish what the last step has left behind. */
const PAUSE_MS = 500;
/** A generator that is later than this share of the deadline, or has hardly a moment to itself, measures itself. */
const LAG_SHARE_MAX = 0.5;
const BUSY_SHARE_MAX = 0.97;

/**
 * Looks for the highest rate at which p99 keeps the deadline and nothing goes wrong: doubles (or halves) until it knows a rate that is
 * held and one that is not, then bisects. A rate counts as not held when it failed twice, since a machine may hiccup once.
 *
 * @throws an Error when the bidder or its admin port cannot be reached
 */
export async function findMaxRate(options: FindMaxOptions): Promise<MaxRate> {
  const steps: RateStep[] = [];
  let held = 0;
  let notHeld = Infinity;
  let rate = options.startRatePerSecond;
  const end = (limitedBy: MaxRate['limitedBy']): MaxRate => ({ ratePerSecond: held, limitedBy, steps });
  while (steps.length < STEPS_MAX && rate >= RATE_MIN) {
    const step = await tryTwice(options, rate, steps);
    if (step.result.isInterrupted) return end('interrupted');
    if (step.isHeld) held = rate;
    else notHeld = rate;
    if (notHeld <= held * PRECISION) break;
    if (notHeld === Infinity) rate = held * 2;
    else rate = held === 0 ? notHeld / 2 : Math.sqrt(held * notHeld);
    rate = Math.round(rate);
    // Low rates are whole numbers that lie closer together than the precision asks.
    if (rate === held || rate === notHeld) break;
  }
  const failed = steps.findLast(({ ratePerSecond }) => ratePerSecond === notHeld);
  return end(failed && isGeneratorTheLimit(failed.result, options.deadlineMs) ? 'generator' : 'bidder');
}

async function tryTwice(options: FindMaxOptions, rate: number, steps: RateStep[]): Promise<RateStep> {
  const first = await tryRate(options, rate, 1, steps);
  return first.isHeld || first.result.isInterrupted ? first : tryRate(options, rate, 2, steps);
}

async function tryRate(
  options: FindMaxOptions,
  ratePerSecond: number,
  tries: number,
  steps: RateStep[],
): Promise<RateStep> {
  if (steps.length > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  options.onTry?.(ratePerSecond, tries);
  const result = await runLoad({ ...options, ratePerSecond });
  const because = whyNotHeld(result, options);
  const step = { ratePerSecond, isHeld: because === '', because, result };
  steps.push(step);
  options.onStep?.(step);
  return step;
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
function isGeneratorTheLimit({ generator }: LoadResult, deadlineMs: number): boolean {
  return generator.busyShare > BUSY_SHARE_MAX || generator.lag.p99Ms > deadlineMs * LAG_SHARE_MAX;
}
