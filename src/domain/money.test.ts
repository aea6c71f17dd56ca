import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conversionRate,
  convertMicros,
  microsFromUnits,
  unitsText,
  USD,
  type Currency,
  type Micros,
  type Rates,
} from './money.js';

const EUR = 'EUR' as Currency;
const XXX = 'XXX' as Currency;
const rates: Rates = {
  date: '2026-11-20',
  validUntilMs: Infinity,
  perUsd: new Map([
    [USD, 1],
    [EUR, 0.8],
  ]),
};

describe('money', () => {
  it('rounds, never truncates: 2.01 is 2,010,000 micros', () => {
    expect(microsFromUnits(2.01)).toBe(2_010_000);
  });

  it('writes amounts exactly', () => {
    expect(unitsText(microsFromUnits(3.2))).toBe('3.2');
    expect(unitsText(1 as Micros)).toBe('0.000001');
    expect(unitsText(-1_500_000 as Micros)).toBe('-1.5');
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (micros) => {
        expect(Math.round(Number(unitsText(micros as Micros)) * 1e6)).toBe(micros);
      }),
    );
  });

  it('converts through the dollar and refuses what it has no rate for', () => {
    expect(convertMicros(rates, microsFromUnits(10), EUR, USD)).toBe(12_500_000);
    expect(conversionRate(rates, EUR, EUR)).toBe(1);
    expect(convertMicros(rates, microsFromUnits(10), XXX, USD)).toBeUndefined();
  });
});
