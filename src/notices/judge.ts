import type { PriceSettings } from '../domain/catalog.js';
import type { Micros } from '../domain/money.js';
import { chargeMicros } from '../domain/notice.js';
import { unreachable } from '../lib/assert.js';
import { ACCEPTED, EXPIRED, isSpender, isStale, type Notice, type Verdict } from './notice.js';
import { isAudit, readPrice } from './price.js';

const AUDIT: Verdict = { outcome: 'accepted', why: 'audit', chargeMicros: undefined };

/**
 * Decides what a win, a billing, a loss or an impression is worth. Only the notice that spends is asked for its price; of the
 * others nothing but the review of a creative is looked for.
 */
export function judge(notice: Notice, settings: PriceSettings): Verdict {
  if (isStale(notice)) return EXPIRED;
  if (!isSpender(notice)) return isAudit(notice.query) ? AUDIT : ACCEPTED;
  const { facts, query } = notice;
  const reading = readPrice(query, facts, settings);
  switch (reading.kind) {
    case 'told':
      return { outcome: 'accepted', why: undefined, chargeMicros: charge(notice, reading.micros) };
    case 'not-told':
      return {
        outcome: 'accepted',
        why: 'price-not-told',
        chargeMicros: charge(notice, facts.priceMicros),
      };
    case 'audit':
      return AUDIT;
    case 'unbelievable':
      return { outcome: 'set-aside', why: reading.why, chargeMicros: undefined };
    default:
      return unreachable(reading);
  }
}

/** Test traffic costs nothing (rule 16). */
function charge({ facts }: Notice, paidMicros: Micros): Micros | undefined {
  return facts.test ? undefined : chargeMicros(paidMicros, facts.budgetRate);
}
