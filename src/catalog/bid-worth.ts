import type { Campaign, LineItem } from '../domain/campaign.js';
import {
  convertMicros,
  MICROS_PER_UNIT,
  unitsText,
  USD,
  type Currency,
  type Micros,
  type Rates,
} from '../domain/money.js';
import type { FilePath } from './finding.js';
import type { AmountFault } from './jumps.js';

/**
 * Nobody pays a dollar for showing a banner once. Together with the highest rate that a rates file may have (see
 * schema/rates.ts), this keeps every bid a safe integer of micros in each currency that it may be sent in.
 */
const BID_USD_MAX = 1_000;

/** Finds bids that are worth more than anybody pays; what has no rate can be bid in its own currency only. */
export function bidsWorthTooMuch({ budget, lineItems }: Campaign, rates: Rates): readonly AmountFault[] {
  const { currency } = budget;
  if (isDearestWorthLittle(lineItems, currency, rates)) return [];
  return lineItems.flatMap(bidAmounts).flatMap(({ amountMicros, path }) => {
    const worthMicros = convertMicros(rates, amountMicros, currency, USD);
    if (worthMicros === undefined || worthMicros <= BID_USD_MAX * MICROS_PER_UNIT) return [];
    const worth = currency === USD ? '' : `, worth ${unitsText(worthMicros)} USD,`;
    const says =
      `is ${unitsText(amountMicros)} ${currency}${worth} but must be worth at most ${BID_USD_MAX} USD ` +
      'per thousand impressions, a dollar for each of them';
    return [{ path, says }];
  });
}

/** The quick way for nearly all, without a list of amounts: is the dearest of them worth no more than that? */
function isDearestWorthLittle(lineItems: Campaign['lineItems'], currency: Currency, rates: Rates): boolean {
  let dearestMicros = 0 as Micros;
  for (const { bid, dealTerms } of lineItems) {
    if (bid.amountMicros > dearestMicros) dearestMicros = bid.amountMicros;
    for (const { amountMicros } of dealTerms.values())
      if (amountMicros !== undefined && amountMicros > dearestMicros) dearestMicros = amountMicros;
  }
  const worthMicros = convertMicros(rates, dearestMicros, currency, USD);
  return worthMicros !== undefined && worthMicros <= BID_USD_MAX * MICROS_PER_UNIT;
}

/** Whatever a line item may bid for a thousand impressions, and where that stands in its campaign: its bid, and those of its deals. */
export function bidAmounts(
  { bid, targeting, dealTerms }: Pick<LineItem, 'bid' | 'targeting' | 'dealTerms'>,
  i: number,
): readonly { readonly amountMicros: Micros; readonly path: FilePath; readonly deal: string | undefined }[] {
  const own = { amountMicros: bid.amountMicros, path: ['lineItems', i, 'bid', 'amount'], deal: undefined };
  const ofDeals = (targeting.deals?.anyOf ?? []).flatMap((deal, j) => {
    const amountMicros = dealTerms.get(deal)?.amountMicros;
    return amountMicros === undefined
      ? []
      : [{ amountMicros, path: ['lineItems', i, 'deals', j, 'amount'], deal }];
  });
  return [own, ...ofDeals];
}
