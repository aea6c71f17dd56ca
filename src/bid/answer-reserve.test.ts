import { describe, expect, it } from 'vitest';
import { AnswerReserve } from './answer-reserve.js';

describe('the reserve for the rest of an answer', () => {
  it('is twice the longest, never less than a millisecond and never more than twenty', () => {
    const reserve = new AnswerReserve();
    expect(reserve.reserveMs).toBe(1);
    reserve.observe(0.1);
    expect(reserve.reserveMs).toBe(1);
    reserve.observe(3);
    reserve.observe(2);
    expect(reserve.reserveMs).toBeCloseTo(6, 1);
    reserve.observe(500);
    expect(reserve.reserveMs).toBe(20);
  });

  it('forgets one slow answer within some thousands', () => {
    const reserve = new AnswerReserve();
    reserve.observe(9);
    for (let i = 0; i < 1_000; i++) reserve.observe(0.1);
    expect(reserve.reserveMs).toBeGreaterThan(5);
    for (let i = 0; i < 3_000; i++) reserve.observe(0.1);
    expect(reserve.reserveMs).toBe(1);
  });
});
