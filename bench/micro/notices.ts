import type { Micros } from '../../src/domain/money.js';
import type { NoticeFacts } from '../../src/domain/notice.js';
import { createNoticeTokens } from '../../src/notices/token.js';
import type { BenchTask } from '../task.js';

const NOTICE: NoticeFacts = {
  exchange: 'generic',
  bidId: '3f9c2a61-1',
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
  landing: undefined,
};
const CLICK: NoticeFacts = { ...NOTICE, landing: 'https://acme.example/trail?utm_source=narrowcast' };

/** Signing happens for each bid, verifying for each notice and click. */
export function noticeTasks(): BenchTask[] {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 0xff);
  const tokens = createNoticeTokens([{ id: 'bench', secret }]);
  const genuine = tokens.sign(NOTICE);
  const forged = `A${genuine.slice(1, -1)}A`;
  return [
    { name: 'sign a notice token', run: () => tokens.sign(NOTICE).length },
    { name: 'sign a click token', run: () => tokens.sign(CLICK).length },
    { name: 'verify a notice token', run: () => tokens.verify(genuine)?.priceMicros ?? 0 },
    { name: 'refuse a forged token', run: () => tokens.verify(forged)?.priceMicros ?? 0 },
  ];
}
