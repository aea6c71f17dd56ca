import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poissonGap } from '../lib/distributions.js';
import { seededRandom } from '../lib/prng.js';
import { OverloadControl } from './overload.js';

const DELAY_MS_MAX = 100;
const BUDGET_MS = 10;
/** Of a shed request, as a part of a served one's. */
const SHED_COST = 0.08;
const TIMER_MS = 10;

interface Load {
  readonly serviceMs: number;
  /** What is offered at a time, as a multiple of the most that can be served. */
  readonly offeredAt: (nowMs: number) => number;
  readonly durationMs: number;
  readonly seed: number;
  /** Once a second the loop does something else for so long. */
  readonly pauseMs?: number;
}

interface Ended {
  readonly arrivedMs: number;
  readonly latencyMs: number;
  readonly isServed: boolean;
}

/** An event loop on a clock of its own: reads all that has arrived, answers one after the other, and begins again. */
function run({ serviceMs, offeredAt, durationMs, seed, pauseMs = 0 }: Load): Ended[] {
  const control = new OverloadControl(DELAY_MS_MAX);
  const random = seededRandom(seed);
  const ended: Ended[] = [];
  let [nowMs, idleMs, nextMs, pausedMs, timerDueMs] = [0, 0, 0, 0, TIMER_MS];
  const arrivedUntil = (endMs: number): number[] => {
    const arrived: number[] = [];
    for (; nextMs <= endMs; nextMs += poissonGap(random, offeredAt(nextMs) / serviceMs)) arrived.push(nextMs);
    return arrived;
  };
  while (nowMs < durationMs) {
    if (nowMs - pausedMs >= 1_000) {
      pausedMs = nowMs;
      nowMs += pauseMs;
    }
    // As LoopDelay tells it: how late a timer is that has been due since the loop last came by.
    if (nowMs >= timerDueMs) timerDueMs = nowMs + TIMER_MS;
    if (nextMs > nowMs) {
      idleMs += nextMs - nowMs;
      nowMs = nextMs;
    }
    const read = arrivedUntil(nowMs);
    control.turnBegan(nowMs, idleMs);
    for (const arrivedMs of read) {
      const isServed = control.refusal(nowMs, Math.max(0, nowMs - timerDueMs), Infinity) === undefined;
      nowMs += isServed ? serviceMs : serviceMs * SHED_COST;
      ended.push({ arrivedMs, latencyMs: nowMs - arrivedMs, isServed });
    }
  }
  return ended;
}

const longest = (ended: readonly Ended[]) =>
  ended.reduce((most, { latencyMs }) => Math.max(most, latencyMs), 0);
const served = (ended: readonly Ended[]) => ended.filter(({ isServed }) => isServed).length;
const shed = (ended: readonly Ended[]) => ended.length - served(ended);

/** A budget is some twenty requests and more: with fewer, chance decides. */
const serviceMs = fc.double({ min: 0.02, max: 0.5, noNaN: true });
const seed = fc.integer();

describe('with more than can be served', () => {
  it('serves what is left after shedding, and answers everybody within some budgets', () => {
    const overload = fc.record({ serviceMs, seed, offered: fc.double({ min: 1.3, max: 6, noNaN: true }) });
    fc.assert(
      fc.property(overload, ({ offered, ...load }) => {
        const ended = run({ ...load, offeredAt: () => offered, durationMs: 3_000 });
        expect(longest(ended)).toBeLessThan(2.5 * DELAY_MS_MAX);
        const settled = ended.filter(({ arrivedMs }) => arrivedMs >= 1_000);
        const turnMs = (BUDGET_MS * (1 - SHED_COST)) / (1 - offered * SHED_COST);
        expect(longest(settled)).toBeLessThan(2 * (turnMs + BUDGET_MS));
        const possible = ((1 - offered * SHED_COST) / (1 - SHED_COST)) * (2_000 / load.serviceMs);
        expect(served(settled) / possible).toBeGreaterThan(0.95);
      }),
      { numRuns: 20 },
    );
  });

  it('sheds nothing any more a second after the load has fallen', () => {
    fc.assert(
      fc.property(serviceMs, seed, fc.double({ min: 1.5, max: 6, noNaN: true }), (eachMs, from, peak) => {
        const offeredAt = (nowMs: number) => (nowMs < 2_000 ? peak : 0.75);
        const ended = run({ serviceMs: eachMs, offeredAt, durationMs: 4_000, seed: from });
        expect(shed(ended)).toBeGreaterThan(0);
        expect(shed(ended.filter(({ arrivedMs }) => arrivedMs > 3_000))).toBe(0);
      }),
      { numRuns: 20 },
    );
  });
});

describe('with no more than can be served', () => {
  it('sheds next to nothing at four fifths of that, though the loop is held up each second', () => {
    const load = fc.record({
      serviceMs,
      seed,
      offered: fc.double({ min: 0.1, max: 0.8, noNaN: true }),
      pauseMs: fc.constantFrom(0, 5, 20),
    });
    fc.assert(
      fc.property(load, ({ offered, ...rest }) => {
        const ended = run({ ...rest, offeredAt: () => offered, durationMs: 4_000 });
        expect(shed(ended) / ended.length).toBeLessThan(0.001);
      }),
      { numRuns: 20 },
    );
  });
});

describe('whatever comes', () => {
  it('sheds what has waited for longer than the operator or its exchange allow', () => {
    const control = new OverloadControl(DELAY_MS_MAX);
    control.turnBegan(0, 0);
    expect(control.refusal(0, 99, Infinity)).toBeUndefined();
    expect(control.refusal(0, 100, Infinity)).toBe('overload');
    expect(control.refusal(0, 59, 60)).toBeUndefined();
    expect(control.refusal(0, 60, 60)).toBe('too-late');
  });

  it('takes one long turn for no queue', () => {
    const control = new OverloadControl(DELAY_MS_MAX);
    control.turnBegan(0, 0);
    control.turnBegan(400, 0);
    expect(control.budgetMs).toBe(DELAY_MS_MAX);
    for (let nowMs = 410; nowMs <= 510; nowMs += 10) control.turnBegan(nowMs, 0);
    expect(control.budgetMs).toBe(BUDGET_MS);
    control.turnBegan(620, 5);
    expect(control.budgetMs).toBe(BUDGET_MS);
    control.turnBegan(730, 20);
    expect(control.budgetMs).toBe(DELAY_MS_MAX);
  });
});
