import {
  areTooOld,
  conversionRate,
  unitsText,
  type Currency,
  type Micros,
  type Rates,
} from '../domain/money.js';
import { FIRST_PRICE, FIXED_PRICE, SECOND_PRICE, type Price, type PriceQuestion } from './price.js';

/**
 * The arithmetic of `priceBid` in sentences, one step a line.
 *
 * @param price undefined when the price failed; the steps then end where it did
 */
export function describePrice(question: PriceQuestion, price: Price | undefined, rates: Rates): string[] {
  const { bidMicros, bidCurrency, floorMicros, floorCurrency, responseCurrency } = question;
  const steps = [
    `bid ${converted(bidMicros, bidCurrency, responseCurrency, rates)} per thousand impressions`,
    `floor ${converted(floorMicros, floorCurrency, responseCurrency, rates, Math.ceil)}`,
  ];
  if (price && question.auctionType !== FIXED_PRICE && price.priceMicros < price.valueMicros) {
    const percent = `${Math.round(question.bidMultiplier * 1000) / 10} %`;
    const floored = price.priceMicros === price.floorMicros ? ', not below the floor' : '';
    steps.push(`pacing bids ${percent} of it${floored}: ${unitsText(price.priceMicros)} ${responseCurrency}`);
  }
  if (price) steps.push(payment(question.auctionType, price, responseCurrency));
  return steps;
}

function converted(
  amount: Micros,
  from: string,
  to: Currency,
  rates: Rates,
  round: (micros: number) => number = Math.round,
): string {
  const text = `${unitsText(amount)} ${from}`;
  if (from === to) return text;
  const rate = conversionRate(rates, from as Currency, to);
  if (areTooOld(rates)) return `${text} (the rates of ${rates.date} are too old to convert it to ${to})`;
  if (rate === undefined) return `${text} (no exchange rate to ${to} in the rates of ${rates.date})`;
  const result = unitsText(round(amount * rate) as Micros);
  return `${text} x ${rate.toPrecision(6)} (rates of ${rates.date}) = ${result} ${to}`;
}

function payment(auctionType: number, price: Price, currency: Currency): string {
  const bid = `${unitsText(price.priceMicros)} ${currency}`;
  switch (auctionType) {
    case FIRST_PRICE:
      return `first-price auction: ${bid} is bid, and paid if it wins`;
    case SECOND_PRICE:
      return `second-price auction: ${bid} is bid; a win pays the next best offer, from ${unitsText(price.floorMicros)} to ${bid}`;
    case FIXED_PRICE:
      return `fixed-price deal: the deal's floor of ${bid} is bid and paid`;
    default:
      return `auction of the exchange's own kind (${auctionType}): ${bid} is bid, and at most that is paid`;
  }
}
