import { describe, expect, it } from 'vitest';
import { HOURS_A_WEEK, TrafficCurve } from './traffic-curve.js';

const MINUTE = 1 / 60;

function learnHours(curve: TrafficCurve, count: number, rateOf: (hour: number) => number) {
  for (let hour = 0; hour < count; hour++) {
    for (let minute = 0; minute < 60; minute++) {
      curve.learn(hour % HOURS_A_WEEK, rateOf(hour % HOURS_A_WEEK) / 60, MINUTE);
    }
  }
}

describe('the traffic curve', () => {
  it('expects a usual day as long as nothing is known', () => {
    const { rates } = new TrafficCurve();
    expect(rates[20]).toBeGreaterThan(4 * (rates[3] as number));
    expect(rates[20]).toBe(rates[20 + 24]);
  });

  it('follows the campaign after a day, and tells weekdays apart after weeks', () => {
    const curve = new TrafficCurve();
    const rate = (hour: number) => (hour % 24 === 3 ? 9000 : 600) * (hour >= 144 ? 0.5 : 1);
    learnHours(curve, 25, rate);
    expect((curve.rates[27] as number) / (curve.rates[28] as number)).toBeGreaterThan(4);
    learnHours(curve, 4 * HOURS_A_WEEK, rate);
    expect((curve.rates[150] as number) / (curve.rates[30] as number)).toBeLessThan(0.7);
  });

  it('does not learn an outage as a habit', () => {
    const curve = new TrafficCurve();
    learnHours(curve, HOURS_A_WEEK, () => 6000);
    learnHours(curve, 13, (hour) => (hour === 11 ? 0 : 6000));
    expect(curve.rates[11]).toBeGreaterThan(4500);
    learnHours(curve, HOURS_A_WEEK * 12, (hour) => (hour % 24 === 11 ? 0 : 6000));
    expect(curve.rates[11]).toBeLessThan(2000);
  });

  it('moves only when an hour is over', () => {
    const curve = new TrafficCurve();
    const before = curve.rates;
    curve.learn(5, 1000, MINUTE);
    expect(curve.rates).toBe(before);
    curve.learn(6, 1000, MINUTE);
    expect(curve.rates).not.toBe(before);
  });
});
