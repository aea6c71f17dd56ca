import { describe, expect, it } from 'vitest';
import type { Budget } from '../domain/campaign.js';
import { microsFromUnits, USD } from '../domain/money.js';
import { FlightTraffic } from './flight-traffic.js';
import { OpenHours, type PacedLineItem } from './open-hours.js';
import { plannedMicros, plannedShare } from './spend-plan.js';
import { HOURS_A_WEEK } from './traffic-curve.js';
import { ZoneDays } from './zone-days.js';

const HOUR_MS = 3_600_000;
const TIME_ZONE = 'Europe/Paris';
const START_MS = Date.parse('2026-11-09T00:00:00+01:00');
const FLAT = new Float64Array(HOURS_A_WEEK).fill(100);
const UNSPENT = { todayMicros: 0, totalMicros: 0 };

function lineItem(hours?: { ofWeek: boolean[]; timeZone: string }): PacedLineItem {
  return {
    status: 'active',
    bid: { model: 'cpm', amountMicros: microsFromUnits(2) },
    targeting: { unknown: { lineItem: 'reject', byDimension: new Map() }, ...(hours && { hours }) },
  };
}

function traffic(days: number, item = lineItem(), startMs = START_MS) {
  const flight = { startMs, endMs: startMs + days * 24 * HOUR_MS, timeZone: TIME_ZONE };
  const made = new FlightTraffic(flight, new ZoneDays(TIME_ZONE), new OpenHours([item]));
  made.at(startMs, FLAT);
  return made;
}

function budget(total: number, daily?: number, pacing: Budget['pacing'] = 'even'): Budget {
  const dailyMicros = daily === undefined ? undefined : microsFromUnits(daily);
  return { totalMicros: microsFromUnits(total), dailyMicros, currency: USD, pacing };
}

describe('the plan', () => {
  const unitsOfHour = (of: Budget, days: number, hour: number, spent = UNSPENT, item = lineItem()) => {
    const fromMs = START_MS + hour * HOUR_MS;
    return plannedMicros(of, traffic(days, item), spent, fromMs, fromMs + HOUR_MS) / 1_000_000;
  };

  it('gives every expected request the same share of the flight, or of the day, whichever is less', () => {
    expect(unitsOfHour(budget(2400), 100, 0)).toBeCloseTo(1, 2);
    expect(unitsOfHour(budget(2400, 12), 100, 0)).toBeCloseTo(0.5, 2);
    expect(unitsOfHour(budget(2400, 1000), 100, 0)).toBeCloseTo(1, 2);
  });

  it('spreads what was missed over the rest, and takes back what was too much', () => {
    const late = { todayMicros: 0, totalMicros: 0 };
    expect(unitsOfHour(budget(24), 1, 12, late)).toBeCloseTo(2, 1);
    const early = { todayMicros: microsFromUnits(18), totalMicros: microsFromUnits(18) };
    expect(unitsOfHour(budget(24), 1, 12, early)).toBeCloseTo(0.5, 1);
    const over = { todayMicros: microsFromUnits(25), totalMicros: microsFromUnits(25) };
    expect(unitsOfHour(budget(24), 1, 12, over)).toBe(0);
  });

  it('spends all the rest at the end', () => {
    expect(unitsOfHour(budget(24), 1, 23)).toBe(24);
  });

  it('is nothing outside of the flight', () => {
    expect(unitsOfHour(budget(24), 1, -2)).toBe(0);
    expect(unitsOfHour(budget(24), 1, 25)).toBe(0);
  });

  it('plans no money for hours in which no line item bids, in whatever zone they are told', () => {
    const ofWeek = Array.from({ length: HOURS_A_WEEK }, (_, hour) => hour % 24 === 11);
    const lunch = lineItem({ ofWeek, timeZone: 'UTC' });
    expect(unitsOfHour(budget(7), 7, 12, UNSPENT, lunch)).toBeGreaterThan(0.75);
    expect(unitsOfHour(budget(7), 7, 11, UNSPENT, lunch)).toBeLessThan(0.02);
  });

  it('front-loads by its curve, over the flight and within the day', () => {
    expect(plannedShare('front-loaded', 1)).toBe(1);
    expect(plannedShare('front-loaded', 0.382)).toBeCloseTo(0.5, 2);
    expect(unitsOfHour(budget(2400, undefined, 'front-loaded'), 100, 0)).toBeCloseTo(1.5, 2);
    expect(unitsOfHour(budget(2400, 12, 'front-loaded'), 100, 0)).toBeCloseTo(0.74, 1);
  });
});
