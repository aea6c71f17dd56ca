import { advertiserBlock, dealBlock } from '../blocking/advertiser.js';
import { creativeBlock } from '../blocking/creative.js';
import type { BidRequest, Deal, Impression } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { Currency, Rates } from '../domain/money.js';
import type { OfferRule } from '../domain/rejection.js';
import { hashString } from '../lib/hash.js';
import { priceBid, type Price, type PriceQuestion } from '../pricing/price.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

/** What a line item would bid for an impression. */
export interface Offer {
  readonly creative: ServedCreative;
  readonly deal: Deal | undefined;
  readonly question: PriceQuestion;
  readonly price: Price;
}

/** What an offer depends on besides the line item and the impression. One a request. */
export interface OfferContext {
  readonly request: BidRequest;
  readonly exchange: Exchange;
  readonly currency: Currency;
  readonly rates: Rates;
  /** Creatives that already fill an impression of this response. */
  readonly used: readonly ServedCreative[];
}

/**
 * Works out what a line item, wanted by its targeting, would bid: the publisher's lists, a creative, a deal, a price.
 *
 * @returns the offer, or the first rule that ends it
 */
export function makeOffer(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  const { advertiser } = item.campaign;
  const blocked = advertiserBlock(advertiser, context.request);
  if (blocked) return blocked;
  const creative = chooseCreative(item, impression, context);
  if (typeof creative === 'string') return creative;
  if (!item.lineItem.targeting.deals) return offerAt(undefined, creative, item, impression, context);
  return offerThroughDeal(creative, item, impression, context);
}

/** The first of the impression's deals that the line item holds and that works out; else why the last one did not. */
function offerThroughDeal(
  creative: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  const held = item.lineItem.targeting.deals?.anyOf ?? [];
  let outcome: Offer | OfferRule = 'deals';
  for (const deal of impression.deals) {
    if (!held.includes(deal.id)) continue;
    outcome =
      dealBlock(deal, context.exchange.seat, item.campaign.advertiser) ??
      offerAt(deal, creative, item, impression, context);
    if (typeof outcome !== 'string') return outcome;
  }
  return outcome;
}

function offerAt(
  deal: Deal | undefined,
  creative: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  const question = priceQuestion(deal, item, impression, context);
  const price = priceBid(question, context.rates);
  return typeof price === 'string' ? price : { creative, deal, question, price };
}

/** Which amounts a price is made of: a deal's own floor and auction type come before the impression's (rules 17, 20). */
export function priceQuestion(
  deal: Deal | undefined,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): PriceQuestion {
  const floor = deal ?? impression;
  return {
    bidMicros: item.lineItem.bid.amountMicros,
    bidCurrency: item.campaign.budget.currency,
    floorMicros: floor.floorMicros,
    floorCurrency: floor.floorCurrency,
    auctionType: deal?.auctionType ?? context.request.auctionType,
    responseCurrency: context.currency,
  };
}

/**
 * Among the creatives that may be shown, one by rendezvous hashing of the impression: each gets its share of the
 * traffic, and the same request gets the same creative.
 */
function chooseCreative(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): ServedCreative | OfferRule {
  const { request } = context;
  let chosen: ServedCreative | undefined;
  let chosenRank = -1;
  let rule: OfferRule | undefined;
  for (const candidate of item.creatives) {
    const block =
      creativeBlock(candidate.creative, impression, request) ?? repeatBlock(candidate, item, context);
    // The size is the least telling reason: it is named only when no creative even fitted.
    if (block) {
      if (rule === undefined || rule === 'creative-size') rule = block;
      continue;
    }
    if (item.creatives.length === 1) return candidate;
    const rank = hashString(candidate.creative.id, hashString(impression.id, hashString(request.id)));
    if (rank > chosenRank) {
      chosen = candidate;
      chosenRank = rank;
    }
  }
  return chosen ?? rule ?? 'creative-size';
}

function repeatBlock(
  candidate: ServedCreative,
  item: ServedLineItem,
  context: OfferContext,
): OfferRule | undefined {
  if (item.lineItem.repeatCreative || !context.used.includes(candidate)) return undefined;
  return 'creative-already-used';
}
