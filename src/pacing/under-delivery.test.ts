import { describe, expect, it } from 'vitest';
import { USD } from '../domain/money.js';
import { underDelivery, type DeliveryFigures } from './under-delivery.js';

const figures: DeliveryFigures = {
  plannedMicros: 100_000_000,
  spentMicros: 40_000_000,
  currency: USD,
  fullCostMicros: 4000,
  matched: 100_000,
  blocked: 0,
  belowFloor: 0,
  capped: 0,
  outbidByOwn: 0,
  withoutMoney: 0,
  paced: 0,
  bids: 20_000,
  impressions: 10_000,
};
const mainCause = (changes: Partial<DeliveryFigures>) =>
  underDelivery({ ...figures, ...changes })?.causes[0]?.cause;

describe('under-delivery', () => {
  it.each([
    ['too-few-requests', { matched: 20_000 }],
    ['outbid', { bids: 100_000 }],
    ['outbid-by-own', { outbidByOwn: 80_000 }],
    ['floors', { belowFloor: 70_000, capped: 10_000 }],
    ['blocked', { blocked: 80_000 }],
    ['caps', { belowFloor: 10_000, capped: 70_000 }],
    ['budget-split', { withoutMoney: 80_000 }],
    ['pacing', { paced: 80_000 }],
  ] as const)('names %s', (cause, changes) => {
    expect(mainCause(changes)).toBe(cause);
  });

  it('is silent when the plan is met, or there is none', () => {
    expect(underDelivery({ ...figures, spentMicros: 98_000_000 })).toBeUndefined();
    expect(underDelivery({ ...figures, plannedMicros: 0, spentMicros: 0 })).toBeUndefined();
  });

  it('says what is missing and what each cause was worth', () => {
    const report = underDelivery({ ...figures, belowFloor: 30_000 });
    expect(report).toMatchObject({ missingMicros: 60_000_000, missingShare: 0.6 });
    expect(report?.causes.map(({ words }) => words)).toEqual([
      'the floor was above the bid on 30000 of 100000 impressions (worth 60 USD)',
      'others bid more: 10000 of 20000 bids became impressions (worth 40 USD)',
    ]);
  });

  it('counts the full price where nothing was bought yet', () => {
    const report = underDelivery({ ...figures, spentMicros: 0, bids: 0, impressions: 0, capped: 100 });
    expect(report?.causes[0]).toMatchObject({ cause: 'caps', impressions: 100, micros: 400_000 });
  });
});
