import type { Campaign } from '../domain/campaign.js';
import { convertMicros, MICROS_PER_UNIT, unitsText, USD, type Rates } from '../domain/money.js';
import type { AmountFault } from './jumps.js';

/**
 * Nobody pays a dollar for showing a banner once. Together with the highest rate that a rates file may have (see
 * schema/rates.ts), this keeps every bid a safe integer of micros in each currency that it may be sent in.
 */
const BID_USD_MAX = 1_000;

/** Finds bids that are worth more than anybody pays; what has no rate can be bid in its own currency only. */
export function bidsWorthTooMuch({ budget, lineItems }: Campaign, rates: Rates): readonly AmountFault[] {
  const { currency } = budget;
  return lineItems.flatMap(({ bid }, i) => {
    const worthMicros = convertMicros(rates, bid.amountMicros, currency, USD);
    if (worthMicros === undefined || worthMicros <= BID_USD_MAX * MICROS_PER_UNIT) return [];
    const worth = currency === USD ? '' : `, worth ${unitsText(worthMicros)} USD,`;
    const says =
      `is ${unitsText(bid.amountMicros)} ${currency}${worth} but must be worth at most ${BID_USD_MAX} USD ` +
      'per thousand impressions, a dollar for each of them';
    return [{ path: ['lineItems', i, 'bid', 'amount'], says }];
  });
}
