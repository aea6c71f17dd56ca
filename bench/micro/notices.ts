import { PLAIN_PRICE, type PriceSettings } from '../../src/domain/catalog.js';
import type { NoticeFacts } from '../../src/domain/notice.js';
import { SILENT_EVENTS, type NoticeAnswer, type NoticeKind } from '../../src/domain/ports.js';
import { TRAFFIC_DEFAULT } from '../../src/domain/traffic-policy.js';
import { ManualClock } from '../../src/lib/clock.js';
import { createNoticeHandler } from '../../src/notices/handle.js';
import { readPrice } from '../../src/notices/price.js';
import { createNoticeTokens } from '../../src/notices/token.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import type { BenchTask } from '../task.js';

const CLICK: NoticeFacts = { ...SAMPLE_NOTICE, landing: 'https://acme.example/trail?utm_source=narrowcast' };

/** The keys and the price of the published vector (rule 64). */
const ENCRYPTION_KEY = Buffer.from('sIxwz7yw62yrfoLGt12lIHKuYrK/S5kLuApI2BQe7Ac=', 'base64');
const INTEGRITY_KEY = Buffer.from('v3fsVcMBMMHYzRhi7SpM0sdqwzvAxM6KPTu9OtVod5I=', 'base64');
const ENCRYPTED: PriceSettings = {
  macro: '${AUCTION_PRICE}',
  unit: 'micros',
  cipher: {
    encryption: () => ENCRYPTION_KEY,
    integrity: () => INTEGRITY_KEY,
  },
};
const PLAIN_QUERY = 'p=1.25&c=USD';
const ENCRYPTED_QUERY = 'p=OG46wAAMCggBI0VniavN7-mNy0VTKPbB3o5CMQ==&c=USD';

const CALLER = {
  address: '203.0.113.77',
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
  forwardedFor: '',
  deviceAddress: '',
  deviceUserAgent: '',
};

const STATUSES: Readonly<Record<NoticeAnswer['kind'], number>> = {
  accepted: 204,
  pixel: 200,
  redirect: 302,
  refused: 400,
  unavailable: 503,
};

/**
 * Signing happens for each bid, verifying for each notice and click. A whole notice is handled with a log and a ledger that
 * cost nothing; each billing is of a bid of its own.
 */
export function noticeTasks(): BenchTask[] {
  const secret = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) & 0xff);
  const tokens = createNoticeTokens([{ id: 'bench', secret }]);
  const genuine = tokens.sign(SAMPLE_NOTICE);
  const clicked = tokens.sign(CLICK);
  const forged = `A${genuine.slice(1, -1)}A`;
  let bids = 0;
  const handle = createNoticeHandler({
    // What is verified is thrown away for the facts of another bid, since bids that were billed are remembered.
    tokens: {
      verify: (token) => {
        const facts = tokens.verify(token);
        return facts && { ...facts, bidId: `3f9c2a61-${(bids++).toString(36)}` };
      },
    },
    metrics: { notice: () => {}, priceSetAside: () => {}, noticeSuspect: () => {}, billed: () => {} },
    events: SILENT_EVENTS,
    clock: new ManualClock(SAMPLE_NOTICE.bidAtMs + 10_000),
    ledger: { bill: () => Promise.resolve('booked'), tell: () => {} },
    frequency: { record: () => {} },
    exchangeOf: () => undefined,
    acknowledge: 'disk',
    traffic: () => TRAFFIC_DEFAULT,
    seed: 4711,
  });
  const status = async (kind: NoticeKind, token: string) =>
    STATUSES[(await handle({ kind, token, query: PLAIN_QUERY, caller: CALLER })).kind];
  const price = (query: string, settings: PriceSettings) => {
    const reading = readPrice(query, SAMPLE_NOTICE, settings);
    return reading.kind === 'told' ? reading.micros : 0;
  };
  return [
    { name: 'sign a notice token', run: () => tokens.sign(SAMPLE_NOTICE).length },
    { name: 'sign a click token', run: () => tokens.sign(CLICK).length },
    { name: 'verify a notice token', run: () => tokens.verify(genuine)?.priceMicros ?? 0 },
    { name: 'refuse a forged token', run: () => tokens.verify(forged)?.priceMicros ?? 0 },
    { name: 'read a price in plain text', run: () => price(PLAIN_QUERY, PLAIN_PRICE) },
    { name: 'read an encrypted price', run: () => price(ENCRYPTED_QUERY, ENCRYPTED) },
    { name: 'handle a billing that books', run: () => status('bill', genuine) },
    { name: 'handle an impression', run: () => status('impression', genuine) },
    { name: 'handle a click', run: () => status('click', clicked) },
  ];
}
