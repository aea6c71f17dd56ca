import {
  conversionRate,
  convertMicros,
  wholeMicros,
  type Currency,
  type Micros,
  type Rates,
} from '../domain/money.js';
import type { PriceRule } from '../domain/rejection.js';

/** What a line item offers for an impression, and what the impression asks. All CPM. */
export interface PriceQuestion {
  readonly bidMicros: Micros;
  readonly bidCurrency: Currency;
  /** The deal's floor with a deal, else the impression's (rule 20). */
  readonly floorMicros: Micros;
  /** As the exchange sent it. */
  readonly floorCurrency: string;
  /** 1 first price, 2 second price plus, 3 the floor is the price (deals only), 500 and up the exchange's own. */
  readonly auctionType: number;
  readonly responseCurrency: Currency;
  /** What pacing makes of the bid: above 0, at most 1. */
  readonly bidMultiplier: number;
  /** Is the bid what was agreed about the deal? Then it is also the price of a fixed-price deal that names none. */
  readonly isAgreed: boolean;
}

/** Amounts in the response's currency. */
export interface Price {
  /** What the impression is worth to the line item. */
  readonly valueMicros: Micros;
  readonly floorMicros: Micros;
  /** What is bid. */
  readonly priceMicros: Micros;
}

export const FIRST_PRICE = 1;
export const SECOND_PRICE = 2;
export const FIXED_PRICE = 3;

/**
 * Turns a line item's bid into a price for one impression, or names the rule that ends it.
 *
 * In a first-price auction the price is what is paid; in a second-price auction it is the most that is paid. Both bid
 * the full value, because nothing is known yet about the prices that win, unless pacing lowers it: where there is more
 * traffic than money, the same money buys more at lower bids. Never below the floor, as long as the value is not: at the
 * floor it is cheapest. At a fixed-price deal the floor is the price.
 */
export function priceBid(question: PriceQuestion, rates: Rates): Price | PriceRule {
  const { bidMicros, bidCurrency, responseCurrency } = question;
  const valueMicros = convertMicros(rates, bidMicros, bidCurrency, responseCurrency);
  const floorMicros = floorIn(responseCurrency, question, rates);
  if (valueMicros === undefined || floorMicros === undefined) return 'no-exchange-rate';
  if (valueMicros <= 0 || valueMicros < floorMicros) return 'below-floor';
  if (question.auctionType !== FIXED_PRICE) {
    const pacedMicros = Math.max(1, Math.round(valueMicros * question.bidMultiplier)) as Micros;
    return { valueMicros, floorMicros, priceMicros: pacedMicros < floorMicros ? floorMicros : pacedMicros };
  }
  if (floorMicros > 0) return { valueMicros, floorMicros, priceMicros: floorMicros };
  return question.isAgreed ? { valueMicros, floorMicros, priceMicros: valueMicros } : 'deal-without-price';
}

/** A converted floor is rounded up: half a micro too low would be below the floor in the exchange's own arithmetic. */
function floorIn(responseCurrency: Currency, question: PriceQuestion, rates: Rates): Micros | undefined {
  // What is not a currency has no rate.
  const rate = conversionRate(rates, question.floorCurrency as Currency, responseCurrency);
  return rate === undefined ? undefined : wholeMicros(Math.ceil(question.floorMicros * rate));
}
