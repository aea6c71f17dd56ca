import { assert } from '../lib/assert.js';

/**
 * Money as an integer count of millionths of a currency unit. A CPM of 3.20 USD is 3,200,000 micros (per thousand
 * impressions). Always a safe integer; rounded half up where a conversion needs it, never truncated.
 */
export type Micros = number & { readonly __brand: 'Micros' };

/** An ISO 4217 code in upper case, such as `USD`. */
export type Currency = string & { readonly __brand: 'Currency' };

export const USD = 'USD' as Currency;
export const MICROS_PER_UNIT = 1_000_000;

/** Amounts above this many units are refused: nobody pays a billion for a thousand impressions. */
export const UNITS_MAX = 1_000_000_000;

/** @param amount units of the currency, finite, at most UNITS_MAX in size */
export function microsFromUnits(amount: number): Micros {
  assert(Number.isFinite(amount) && Math.abs(amount) <= UNITS_MAX, `amount out of range: ${amount}`);
  return Math.round(amount * MICROS_PER_UNIT) as Micros;
}

/** The exact decimal text of an amount in units, without needless zeros: 3,200,000 micros are `3.2`. */
export function unitsText(micros: Micros): string {
  const sign = micros < 0 ? '-' : '';
  const size = Math.abs(micros);
  const whole = Math.floor(size / MICROS_PER_UNIT);
  const rest = size % MICROS_PER_UNIT;
  if (rest === 0) return `${sign}${whole}`;
  return `${sign}${whole}.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
}

export function currencyFromText(text: string): Currency | undefined {
  const upper = text.toUpperCase();
  return /^[A-Z]{3}$/.test(upper) ? (upper as Currency) : undefined;
}

/** Exchange rates of one day. `perUsd` says how many units of a currency one US dollar buys; USD itself is 1. */
export interface Rates {
  /** The day the rates were taken, `YYYY-MM-DD`. */
  readonly date: string;
  readonly perUsd: ReadonlyMap<Currency, number>;
  /** From then on they are too old to convert with; `Infinity` for those that do not age. */
  readonly validUntilMs: number;
}

const NO_RATES: ReadonlyMap<Currency, number> = new Map();

/** @returns the rates; once they are too old, rates that convert nothing, so that a bid and a floor of one currency still meet */
export function ratesAt(rates: Rates, nowMs: number): Rates {
  if (nowMs < rates.validUntilMs) return rates;
  return { date: rates.date, perUsd: NO_RATES, validUntilMs: rates.validUntilMs };
}

/** Are these what `ratesAt` makes of rates that are too old? */
export function areTooOld({ perUsd }: Rates): boolean {
  return perUsd === NO_RATES;
}

/** @returns the factor that turns amounts in `from` into amounts in `to`, or undefined when a rate is missing */
export function conversionRate(rates: Rates, from: Currency, to: Currency): number | undefined {
  if (from === to) return 1;
  const fromPerUsd = rates.perUsd.get(from);
  const toPerUsd = rates.perUsd.get(to);
  return fromPerUsd === undefined || toPerUsd === undefined ? undefined : toPerUsd / fromPerUsd;
}

/**
 * @returns the amount in `to`, rounded to the nearest micro; undefined when a rate is missing, or the amount would be too
 *   large to be counted in micros exactly
 */
export function convertMicros(
  rates: Rates,
  amount: Micros,
  from: Currency,
  to: Currency,
): Micros | undefined {
  const rate = conversionRate(rates, from, to);
  return rate === undefined ? undefined : wholeMicros(Math.round(amount * rate));
}

/** @returns undefined for an amount beyond what can be counted exactly */
export function wholeMicros(micros: number): Micros | undefined {
  return Number.isSafeInteger(micros) ? (micros as Micros) : undefined;
}
