import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../domain/catalog.js';
import { ManualClock } from '../lib/clock.js';
import { createQuota } from './quota.js';
import type { BidSnapshot } from './snapshot.js';

function quotaOf(requestsPerSecondMax: number | undefined, processes?: number) {
  const clock = new ManualClock(0);
  const exchanges = new Map([['generic', { requestsPerSecondMax } as Exchange]]);
  const snapshot = () => ({ catalog: { exchanges } }) as unknown as BidSnapshot;
  const admits = createQuota({ clock, snapshot }, processes);
  const admitted = (requests: number) =>
    Array.from({ length: requests }, () => admits('generic')).filter(Boolean).length;
  return { clock, admits, admitted, exchanges };
}

describe('the quota of an exchange', () => {
  it('lets a second’s worth through at once, and then as many as time brings', () => {
    const { clock, admitted } = quotaOf(10);
    expect(admitted(50)).toBe(10);
    clock.advance(250);
    expect(admitted(50)).toBe(2);
    clock.advance(50);
    expect(admitted(50)).toBe(1);
    clock.advance(60_000);
    expect(admitted(50)).toBe(10);
  });

  it('is nothing where the file sets none, and not asked for exchanges that are unknown', () => {
    expect(quotaOf(undefined).admitted(10_000)).toBe(10_000);
    expect(quotaOf(1).admits('unknown')).toBe(true);
  });

  it('is shared by the processes that share the traffic, though each has less than a request a second', () => {
    expect(quotaOf(12, 4).admitted(50)).toBe(3);
    const { admitted, clock } = quotaOf(1, 4);
    expect(admitted(50)).toBe(1);
    clock.advance(3_999);
    expect(admitted(50)).toBe(0);
    clock.advance(1);
    expect(admitted(50)).toBe(1);
  });

  it('starts anew with a file that is saved anew', () => {
    const { admitted, exchanges } = quotaOf(5);
    expect(admitted(9)).toBe(5);
    exchanges.set('generic', { requestsPerSecondMax: 3 } as Exchange);
    expect(admitted(9)).toBe(3);
  });

  it('never lets more through, in any stretch of time, than the rate and a second’s worth', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), gaps, (perSecond, gapsMs) => {
        const { clock, admits } = quotaOf(perSecond);
        const admittedMs: number[] = [];
        for (const gapMs of gapsMs) {
          clock.advance(gapMs);
          if (admits('generic')) admittedMs.push(clock.monotonicMs());
        }
        admittedMs.forEach((fromMs, i) => {
          admittedMs.slice(i).forEach((toMs, count) => {
            const allowed = perSecond + ((toMs - fromMs) / 1_000) * perSecond;
            expect(count + 1).toBeLessThanOrEqual(allowed + 1e-6);
          });
        });
      }),
      { numRuns: 200 },
    );
  });
});
