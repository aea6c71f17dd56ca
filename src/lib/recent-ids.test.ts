import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentIds } from './recent-ids.js';

const WITHIN_MS = 10_000;

describe('recent ids', () => {
  it('knows an id for so long, each scope its own', () => {
    const ids = new RecentIds(64, 1);
    expect(ids.has('a', 'r1', WITHIN_MS, 0)).toBe(false);
    expect(ids.add('a', 'r1', WITHIN_MS, 0)).toBe(false);
    expect(ids.add('b', 'r1', WITHIN_MS, 1)).toBe(false);
    expect(ids.add('a', 'r1', WITHIN_MS, WITHIN_MS)).toBe(true);
    expect(ids.has('a', 'r1', WITHIN_MS, WITHIN_MS)).toBe(true);
    expect(ids.add('a', 'r1', WITHIN_MS, WITHIN_MS + 1)).toBe(false);
    expect(ids.add('a', 'r1', WITHIN_MS, WITHIN_MS + 2)).toBe(true);
  });

  it('says what a plain list of ids and times says, while there is room', () => {
    const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(4_000)), { maxLength: 100 });
    fc.assert(
      fc.property(steps, fc.integer(), (visits, seed) => {
        const ids = new RecentIds(256, seed);
        const remembered = new Map<number, number>();
        let nowMs = 0;
        for (const [id, waitMs] of visits) {
          nowMs += waitMs;
          const isKnown = nowMs - (remembered.get(id) ?? -Infinity) <= WITHIN_MS;
          if (!isKnown) remembered.set(id, nowMs);
          expect(ids.has('x', String(id), WITHIN_MS, nowMs)).toBe(isKnown);
          expect(ids.add('x', String(id), WITHIN_MS, nowMs)).toBe(isKnown);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('forgets the oldest where there are too many, and takes no new id for a known one', () => {
    const ids = new RecentIds(1_024, 7);
    let mistaken = 0;
    for (let i = 0; i < 100_000; i++) if (ids.add('x', `id-${i}`, WITHIN_MS, 0)) mistaken++;
    expect(mistaken).toBe(0);
    expect(ids.add('x', 'id-99999', WITHIN_MS, 0)).toBe(true);
    expect(ids.add('x', 'id-0', WITHIN_MS, 0)).toBe(false);
  });
});
