import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ENCRYPTED,
  NoticeDesk,
  PUBLISHED_PRICE,
  tokens,
  type DeskOptions,
} from '../../test/support/notice-desk.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import { PLAIN_PRICE } from '../domain/catalog.js';
import type { Micros } from '../domain/money.js';
import { BILLING_MODES, chargeMicros, type NoticeFacts } from '../domain/notice.js';
import { NOTICE_KINDS, type NoticeAnswer, type NoticeKind } from '../domain/ports.js';

const DAY_MS = 24 * 60 * 60 * 1000;

const anyKind = fc.constantFrom(...NOTICE_KINDS);
const anyPrice = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.string(),
  fc.constantFrom(
    '',
    'AUDIT',
    '${AUCTION_PRICE}',
    '1e999',
    'NaN',
    '-0',
    PUBLISHED_PRICE,
    '%',
    '%E0',
    '3.2',
    '3.2000001',
  ),
);
const anyCurrency = fc.oneof(fc.string(), fc.constantFrom('USD', 'usd', 'EUR', '', '${AUCTION_CURRENCY}'));
const anyQuery = fc.oneof(
  fc.string(),
  fc
    .record({ p: anyPrice, c: anyCurrency, r: fc.string(), m: anyPrice, encoded: fc.boolean() })
    .map(({ encoded, ...parameters }) =>
      Object.entries(parameters)
        .map(([name, value]) => `${name}=${encoded ? encodeURIComponent(value) : value}`)
        .join('&'),
    ),
);
const anyFacts: fc.Arbitrary<NoticeFacts> = fc.record({
  exchange: fc.constantFrom(SAMPLE_NOTICE.exchange, 'gone'),
  bidId: fc.constantFrom('b1', 'b2', 'b3'),
  advertiser: fc.string({ maxLength: 40 }),
  campaign: fc.string({ maxLength: 40 }),
  lineItem: fc.string({ maxLength: 40 }),
  creative: fc.string({ maxLength: 40 }),
  currency: fc.constantFrom('USD', 'EUR'),
  priceMicros: fc.nat({ max: 1_000_000_000 }) as fc.Arbitrary<Micros>,
  budgetCurrency: fc.constantFrom('USD', 'CNY'),
  budgetRate: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  billing: fc.constantFrom(...BILLING_MODES),
  flightDay: fc.nat({ max: 100_000 }),
  holdSeconds: fc.integer({ min: 1, max: 86_400 }),
  frequencyNames: fc.array(fc.string({ maxLength: 24 }), { maxLength: 3 }),
  // From a week ago to clocks that are a day ahead.
  bidAtMs: fc.integer({ min: -8 * DAY_MS, max: DAY_MS }).map((ms) => SAMPLE_NOTICE.bidAtMs + ms),
  test: fc.boolean(),
  isForPage: fc.boolean(),
  landing: fc.option(fc.oneof(fc.webUrl(), fc.string()), { nil: undefined }),
});
const anyDesk: fc.Arbitrary<DeskOptions> = fc.record({
  price: fc.constantFrom(PLAIN_PRICE, ENCRYPTED),
  acknowledge: fc.constantFrom('disk', 'redis'),
});

const ALLOWED: Readonly<Record<NoticeKind, readonly NoticeAnswer['kind'][]>> = {
  win: ['accepted', 'refused', 'unavailable'],
  bill: ['accepted', 'refused', 'unavailable'],
  loss: ['accepted', 'refused'],
  impression: ['pixel', 'refused', 'unavailable'],
  click: ['redirect', 'refused'],
};

describe('whatever comes as a notice', () => {
  it('gets an answer of its kind and one outcome, and books a bid once and never above what was reserved', async () => {
    const anyNotice = fc.tuple(anyKind, anyFacts, anyQuery, fc.boolean());
    await fc.assert(
      fc.asyncProperty(anyDesk, fc.array(anyNotice, { maxLength: 8 }), async (options, notices) => {
        const desk = new NoticeDesk(options);
        for (const [kind, facts, query, isDiskFull] of notices) {
          desk.isDiskFull = isDiskFull;
          expect(ALLOWED[kind]).toContain((await desk.send(kind, query, facts)).kind);
        }
        expect(desk.counted).toHaveLength(notices.length);
        expect(new Set(desk.settled.map(({ bidId }) => bidId)).size).toBe(desk.settled.length);
        for (const { chargeMicros: charge, reservedMicros } of desk.settled) {
          expect(Number.isSafeInteger(charge)).toBe(true);
          expect(charge).toBeGreaterThanOrEqual(0);
          expect(charge).toBeLessThanOrEqual(reservedMicros);
        }
        const signed = notices.map(([, facts]) => chargeMicros(facts.priceMicros, facts.budgetRate));
        for (const { reservedMicros } of desk.settled) expect(signed).toContain(reservedMicros);
        const owed = desk.events.filter((event) => 'spends' in event && event.spends);
        expect(owed).toHaveLength(desk.settled.length);
      }),
    );
  });

  it('is refused and leaves no trace when its token is not ours to the last bit', async () => {
    const genuine = [
      tokens.sign(SAMPLE_NOTICE),
      tokens.sign({ ...SAMPLE_NOTICE, landing: 'https://acme.example/' }),
    ];
    const anyToken = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc
        .tuple(fc.constantFrom(...genuine), fc.nat(), fc.integer({ min: 1, max: 255 }))
        .map(([token, place, change]) => {
          const bytes = Buffer.from(token, 'base64url');
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ change;
          return bytes.toString('base64url');
        }),
    );
    await fc.assert(
      fc.asyncProperty(anyKind, anyToken, anyQuery, async (kind, token, query) => {
        const desk = new NoticeDesk();
        expect(await desk.sendToken(kind, token, query)).toEqual({ kind: 'refused' });
        expect(desk.counted).toEqual([`${kind} refused`]);
        expect([desk.events, desk.settled, desk.told, desk.frequency]).toEqual([[], [], [], []]);
      }),
    );
  });
});
