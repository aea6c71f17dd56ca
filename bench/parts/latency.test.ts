import { describe, expect, it } from 'vitest';
import { latencyGoals } from './latency.js';

const reached = (
  latency: { p99Ms: number; p999Ms: number },
  lag: { p99Ms: number; p999Ms: number },
  limitedBy: 'bidder' | 'generator' = 'bidder',
) => latencyGoals({ latency, lag }, limitedBy).map(({ isReached }) => isReached);

const PROMPT = { p99Ms: 0.1, p999Ms: 0.2 };

describe('the goals of latency', () => {
  it('are reached or not', () => {
    expect(reached({ p99Ms: 1, p999Ms: 2 }, PROMPT)).toEqual([true, true]);
    expect(reached({ p99Ms: 3, p999Ms: 20 }, PROMPT)).toEqual([false, false]);
  });

  it('are not measured where the generator was too late by itself', () => {
    expect(reached({ p99Ms: 3, p999Ms: 20 }, { p99Ms: 2.5, p999Ms: 5 })).toEqual([undefined, false]);
  });

  it('are not measured where the maximum was not that of the bidder', () => {
    expect(reached({ p99Ms: 1, p999Ms: 2 }, PROMPT, 'generator')).toEqual([undefined, undefined]);
  });
});
