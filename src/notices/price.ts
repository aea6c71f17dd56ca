import type { PriceSettings } from '../domain/catalog.js';
import type { SetAsideReason } from '../domain/event.js';
import { MICROS_PER_UNIT, currencyFromText, type Micros } from '../domain/money.js';
import type { NoticeFacts } from '../domain/notice.js';
import { decryptPrice } from './price-cipher.js';
import { decimalOf, isUnreplaced, parameterOf } from './query.js';

/** What a notice says of the price. */
export type PriceReading =
  /** CPM in the bid's currency, 0 to what was bid. */
  | { readonly kind: 'told'; readonly micros: Micros }
  /** Empty, or nobody replaced the macro. */
  | { readonly kind: 'not-told' }
  /** `AUDIT`: shown to somebody who reviews creatives. */
  | { readonly kind: 'audit' }
  | { readonly kind: 'unbelievable'; readonly why: SetAsideReason };

/** Exchanges reckon in binary fractions and in other currencies and come back with a price a little above the bid. */
const ROUNDING_MICROS = 1;
const ROUNDING_SHARE = 1e-6;
const BASE64_SUFFIX = ':B64}';

const AUDIT: PriceReading = { kind: 'audit' };
const NOT_TOLD: PriceReading = { kind: 'not-told' };
const unbelievable = (why: SetAsideReason): PriceReading => ({ kind: 'unbelievable', why });

/** @returns whether the notice is of a render for review; cheaper than reading the price */
export function isAudit(query: string): boolean {
  return parameterOf(query, 'p') === 'AUDIT';
}

/**
 * Reads the parameters `p` (the price) and `c` (its currency) of a notice.
 *
 * @param query raw, without `?`
 * @param settings how the exchange tells prices
 */
export function readPrice(
  query: string,
  facts: Pick<NoticeFacts, 'priceMicros' | 'currency'>,
  settings: PriceSettings,
): PriceReading {
  const told = parameterOf(query, 'p');
  if (told === undefined) return unbelievable('bad-number');
  if (told === 'AUDIT') return AUDIT;
  if (told === '' || told === settings.macro || isUnreplaced(told)) return NOT_TOLD;
  if (isOtherCurrency(query, facts.currency)) return unbelievable('other-currency');
  const micros = settings.cipher ? decryptedMicros(told, settings) : plainMicros(told, settings);
  if (typeof micros === 'string') return unbelievable(micros);
  if (micros < 0) return unbelievable('negative');
  const tolerance = Math.max(ROUNDING_MICROS, facts.priceMicros * ROUNDING_SHARE);
  if (micros > facts.priceMicros + tolerance) return unbelievable('above-bid');
  return { kind: 'told', micros: Math.max(0, Math.min(micros, facts.priceMicros)) as Micros };
}

function isOtherCurrency(query: string, currency: string): boolean {
  const told = parameterOf(query, 'c');
  if (told === '') return false;
  if (told === undefined) return true;
  return !isUnreplaced(told) && currencyFromText(told) !== currency;
}

/** Whole micros; may be beyond what can be counted exactly, which is above every bid. */
function plainMicros(told: string, { macro, unit }: PriceSettings): number | SetAsideReason {
  const text = macro.endsWith(BASE64_SUFFIX) ? Buffer.from(told, 'base64').toString('latin1') : told;
  const amount = decimalOf(text);
  if (amount === undefined) return 'bad-number';
  return Math.round(unit === 'micros' ? amount : amount * MICROS_PER_UNIT);
}

function decryptedMicros(told: string, { cipher, unit }: PriceSettings): number | SetAsideReason {
  const amount = cipher && decryptPrice(told, cipher);
  if (amount === undefined) return 'bad-ciphertext';
  return Number(amount) * (unit === 'micros' ? 1 : MICROS_PER_UNIT);
}
