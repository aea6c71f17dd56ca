import { describe, expect, it } from 'vitest';
import type { OverloadFigures } from '../overload/measure.js';
import { overloadGoals } from './overload.js';

const FIGURES: OverloadFigures = {
  traffic: 'synthetic, seed 1',
  lineItems: 10,
  maxPerSecond: 1_000,
  limitedBy: 'bidder',
  offeredPerSecond: 2_000,
  requests: 20_000,
  answeredInTimeShare: 1,
  serverErrors: 0,
  p50Ms: 1,
  p99Ms: 2,
  p999Ms: 3,
  longestMs: 4,
  shedShare: 0.5,
  goodputPerSecond: 950,
  goodputOfMax: 0.95,
  residentMiBBefore: 100,
  residentMiBAfter: 110,
  starvedShare: 0.01,
  generatorLagP99Ms: 1,
  generatorBusyShare: 0.5,
  isGeneratorTheLimit: false,
  notices: { calls: 100, failed: 0, p50Ms: 1, p99Ms: 2, longestMs: 3 },
  shedShareAfterwards: 0,
};

const reached = (changed: Partial<OverloadFigures>) =>
  overloadGoals({ ...FIGURES, ...changed }).map(({ isReached }) => isReached);

describe('the goals at twice the maximum', () => {
  it('are held against what came of it', () => {
    expect(reached({})).toEqual([true, true, true]);
    expect(reached({ answeredInTimeShare: 0.99, goodputOfMax: 0.8, residentMiBAfter: 200 })).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each<[string, Partial<OverloadFigures>]>([
    ['more was served than the maximum', { goodputOfMax: 1.38 }],
    ['the generator limited the maximum', { limitedBy: 'generator' }],
    ['the search ended before the bidder did', { limitedBy: 'search' }],
    ['the generator could not offer so much', { isGeneratorTheLimit: true }],
    ['others had the processors', { starvedShare: 0.4 }],
  ])('are not measured where %s', (_, changed) => {
    expect(reached(changed)).toEqual([undefined, undefined, undefined]);
  });
});
