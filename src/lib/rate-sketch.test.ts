import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashString } from './hash.js';
import { COUNT_MAX, RateSketch } from './rate-sketch.js';

const WINDOW_MS = 60_000;

describe('a rate sketch', () => {
  it('counts keys apart, exactly while there are few', () => {
    const sketch = new RateSketch(WINDOW_MS);
    const [a, b] = [hashString('a'), hashString('b')];
    expect([1, 2, 3].map(() => sketch.add(a, 5))).toEqual([1, 2, 3]);
    expect(sketch.add(b, 6)).toBe(1);
    expect(sketch.peek(a, 7)).toBe(4);
    expect(sketch.add(a, 8)).toBe(4);
  });

  it('lets the window before count as far as it still reaches, and forgets what is older', () => {
    const sketch = new RateSketch(WINDOW_MS);
    for (let i = 0; i < 100; i++) sketch.add(7, 10);
    expect(sketch.peek(7, WINDOW_MS * 1.25)).toBe(1 + 75);
    expect(sketch.add(7, WINDOW_MS * 1.5)).toBe(1 + 50);
    expect(sketch.add(7, WINDOW_MS * 2)).toBe(1 + 1);
    expect(sketch.peek(7, WINDOW_MS * 9)).toBe(1);
    expect(sketch.add(7, WINDOW_MS * 9)).toBe(1);
  });

  it('stops at the most that it can count', () => {
    const sketch = new RateSketch(WINDOW_MS);
    let count = 0;
    for (let i = 0; i < COUNT_MAX + 10; i++) count = sketch.add(1, 0);
    expect(count).toBe(COUNT_MAX);
  });

  it('never counts a key less often than it came in the window', () => {
    const hashes = fc.array(fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 0xffff_ffff })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(hashes, fc.nat(3 * WINDOW_MS), (keys, startMs) => {
        const sketch = new RateSketch(WINDOW_MS);
        const plain = new Map<string, number>();
        keys.forEach((hash, i) => {
          const nowMs = startMs + i * 997;
          const key = `${hash} ${Math.floor(nowMs / WINDOW_MS)}`;
          plain.set(key, (plain.get(key) ?? 0) + 1);
          const peeked = sketch.peek(hash, nowMs);
          const told = sketch.add(hash, nowMs);
          expect(told).toBeGreaterThanOrEqual(plain.get(key) ?? 0);
          expect(peeked).toBeCloseTo(told, 6);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('hardly overcounts with half a million keys', () => {
    const sketch = new RateSketch(WINDOW_MS);
    let most = 0;
    for (let i = 0; i < 500_000; i++) most = Math.max(most, sketch.add(hashString(String(i)), 0));
    expect(most).toBeLessThan(60);
  });
});
