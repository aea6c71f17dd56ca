import type { Micros } from '../../src/domain/money.js';
import type { NoticeFacts } from '../../src/domain/notice.js';

/** A bid of 3.20 USD CPM for a web page in Hamburg. */
export const SAMPLE_NOTICE: NoticeFacts = {
  exchange: 'generic',
  bidId: 'hu_glQJa-1',
  advertiser: 'acme',
  campaign: 'trail-shoes-autumn',
  lineItem: 'runners-coast',
  creative: 'cr1',
  priceMicros: 3_200_000 as Micros,
  currency: 'USD',
  budgetCurrency: 'USD',
  budgetRate: 1,
  billing: 'burl',
  bidAtMs: Date.UTC(2026, 10, 20, 12),
  flightDay: 20_777,
  holdSeconds: 60,
  frequencyNames: [],
  test: false,
  isForPage: false,
  landing: undefined,
};
