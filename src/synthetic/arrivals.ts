import { poissonGap } from '../lib/distributions.js';
import type { Random } from '../lib/prng.js';

/** Of the mean rate, by hour of the day in UTC; the mean of them is 1. */
const RATE_BY_HOUR = [
  0.62, 0.55, 0.5, 0.48, 0.5, 0.55, 0.66, 0.8, 0.92, 1, 1.04, 1.08, 1.12, 1.14, 1.14, 1.16, 1.2, 1.28, 1.38,
  1.48, 1.52, 1.38, 1.08, 0.82,
] as const;
/** Saturday and Sunday. */
const WEEKEND_FACTOR = 0.9;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const RATE_MEAN = RATE_BY_HOUR.reduce((sum, rate) => sum + rate, 0) / RATE_BY_HOUR.length;

/** How often there is a burst on average, as when a goal is scored. */
const BURST_EVERY_MS = 120_000;
const BURST_FACTOR = 4;
const BURST_MS_MIN = 300;
const BURST_MS_MAX = 2_000;

/**
 * When requests come: independently of each other, at a rate that follows the day, with a burst now and then. Endless.
 *
 * @param startMs wall-clock time of moment 0
 * @param perSecond the mean rate
 * @returns milliseconds since `startMs`, ascending, not rounded
 */
export function* arrivals(random: Random, startMs: number, perSecond: number): Generator<number, never> {
  let nowMs = 0;
  let burstUntilMs = -1;
  for (;;) {
    const burst = nowMs < burstUntilMs ? BURST_FACTOR : 1;
    const gapMs = poissonGap(random, (perSecond / 1_000) * rateAt(startMs + nowMs) * burst);
    nowMs += gapMs;
    if (random() * BURST_EVERY_MS < gapMs)
      burstUntilMs = nowMs + BURST_MS_MIN + random() * (BURST_MS_MAX - BURST_MS_MIN);
    yield nowMs;
  }
}

/** Of the mean rate; between two hours it goes over from the one to the other. */
function rateAt(atMs: number): number {
  const hours = (atMs % DAY_MS) / HOUR_MS;
  const hour = Math.floor(hours);
  const from = RATE_BY_HOUR[hour] as number;
  const to = RATE_BY_HOUR[(hour + 1) % RATE_BY_HOUR.length] as number;
  const weekday = new Date(atMs).getUTCDay();
  const ofDay = weekday === 0 || weekday === 6 ? WEEKEND_FACTOR : 1;
  return ((from + (to - from) * (hours - hour)) / RATE_MEAN) * ofDay;
}
