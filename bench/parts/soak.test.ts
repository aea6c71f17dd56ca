import { describe, expect, it } from 'vitest';
import { soakGoals, type Sample } from './soak.js';

/** The last sample is a little before the end, as it is when samples are taken every two seconds. */
const samplesOf = (seconds: number, mibPerSecond: number): Sample[] =>
  Array.from({ length: 300 }, (_, i) => ({
    seconds: (i * seconds) / 300,
    residentMib: 100 + (i * seconds * mibPerSecond) / 300,
    heapMib: 50,
  }));

const reached = (seconds: number, mibPerSecond: number) =>
  soakGoals(samplesOf(seconds, mibPerSecond), seconds).map(({ isReached }) => isReached);

describe('the goals of a soak', () => {
  it('are reached or not after ten minutes', () => {
    expect(reached(600, 0)).toEqual([true, true]);
    expect(reached(600, 1)).toEqual([false, false]);
  });

  it('are not measured by a shorter one, but for memory that is too much already', () => {
    expect(reached(30, 0)).toEqual([undefined, undefined]);
    expect(reached(30, 10)).toEqual([false, undefined]);
    expect(soakGoals(samplesOf(30, 0), 30)[1]?.figure).toContain('takes 10 minutes');
  });
});
