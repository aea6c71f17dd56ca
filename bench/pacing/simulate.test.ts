import { beforeAll, describe, expect, it } from 'vitest';
import { impressions, spentMicros, worstDeviation } from './figures.js';
import { dayPlot } from './plot.js';
import { campaign, compareMethods, disturbedHours, MARKET, ROUGH_DAY, runRoughDay } from './scenarios.js';
import { simulate, type SimulatedDay } from './simulate.js';

describe('a day with bursts, an outage, doubled and halved traffic and a restart', () => {
  let day: SimulatedDay;
  beforeAll(() => {
    day = runRoughDay(2);
  });

  it('spends its budget, and never more', () => {
    const share = day.spentMicros / ROUGH_DAY.dailyMicros;
    expect(share).toBeGreaterThan(0.98);
    expect(share).toBeLessThanOrEqual(1);
  });

  it('spends within a tenth of the plan each hour after the first, where there is supply', () => {
    const disturbed = disturbedHours(day);
    expect(disturbed.size).toBe(2);
    expect(worstDeviation(day.hours.slice(1).filter((hour) => !disturbed.has(hour)))).toBeLessThan(0.1);
  });

  it('is drawn', () => {
    const svg = dayPlot('A <day>', day.hours, [{ startMs: day.startMs, endMs: day.startMs, words: 'now' }]);
    expect(svg).toContain('A &lt;day&gt;');
    expect(svg).not.toContain('NaN');
  });
});

describe('a flight over the end of summer time, with nothing learnt', () => {
  const flight = campaign({ first: '2026-10-24', last: '2026-10-26', total: 1200 });
  const days = simulate({
    campaign: flight,
    market: { ...MARKET, weekendFactor: 1 },
    method: 'throttle and price',
    seed: 3,
  });

  it('spends its budget, and each hour after the first near its plan', () => {
    expect(days.map(({ hours }) => hours.length)).toEqual([24, 25, 24]);
    const share = spentMicros(days) / flight.budget.totalMicros;
    expect(share).toBeGreaterThan(0.98);
    expect(share).toBeLessThanOrEqual(1);
    expect(worstDeviation(days.flatMap(({ hours }) => hours).slice(1))).toBeLessThan(0.1);
  });
});

describe('lower bids', () => {
  it('buy more for the same money than holding back at the full price', () => {
    for (const { withPrice, throttleOnly } of compareMethods(4)) {
      expect(spentMicros(withPrice)).toBeGreaterThan(spentMicros(throttleOnly) * 0.99);
      expect(impressions(withPrice)).toBeGreaterThan(impressions(throttleOnly) * 1.1);
    }
  });
});
