import { microsFromUnits, USD, type Currency, type Rates } from '../../src/domain/money.js';
import { priceBid, type PriceQuestion } from '../../src/pricing/price.js';
import type { BenchTask } from '../task.js';

const EUR = 'EUR' as Currency;
const RATES: Rates = {
  date: '2026-11-20',
  validUntilMs: Infinity,
  perUsd: new Map([
    [USD, 1],
    [EUR, 0.86],
  ]),
};

const QUESTION: PriceQuestion = {
  bidMicros: microsFromUnits(3.2),
  bidCurrency: USD,
  floorMicros: microsFromUnits(2.44),
  floorCurrency: 'USD',
  auctionType: 1,
  responseCurrency: USD,
  isAgreed: false,
  bidMultiplier: 0.9,
};

export function pricingTasks(): BenchTask[] {
  return [
    { name: 'price, one currency', run: () => priced(QUESTION) },
    { name: 'price, two conversions', run: () => priced({ ...QUESTION, responseCurrency: EUR }) },
  ];
}

function priced(question: PriceQuestion): number {
  const price = priceBid(question, RATES);
  return typeof price === 'string' ? 0 : price.priceMicros;
}
