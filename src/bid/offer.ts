import { dealBlock } from '../blocking/deal.js';
import type { PublisherLists } from '../blocking/publisher-lists.js';
import type { Deal, Impression } from '../domain/bid-request.js';
import { frequencyRefusal } from '../frequency/capped.js';
import type { SeenImpressions } from '../frequency/seen.js';
import type { OfferRule } from '../domain/rejection.js';
import { FIRST_PRICE, FIXED_PRICE, priceBid, type Price, type PriceQuestion } from '../pricing/price.js';
import { chooseCreative } from './choose-creative.js';
import type { ResponseSizes } from './response-sizes.js';
import type { Spending, SpendingContext } from './spending.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

/** What a line item would bid for an impression. */
export interface Offer {
  readonly creative: ServedCreative;
  readonly deal: Deal | undefined;
  readonly question: PriceQuestion;
  readonly price: Price;
}

/** What an offer depends on besides the line item and the impression. One a request. */
export interface OfferContext extends SpendingContext {
  readonly spending: Spending;
  readonly nextBidId: () => string;
  /** Will a bid come of an offer? Not where a dearer one stands already, and only a trace wants to know. */
  isCounted: boolean;
  /** Made of the request's block lists. */
  readonly lists: PublisherLists;
  readonly responseSizes: ResponseSizes;
  /** Creatives that already fill an impression of this response. */
  readonly used: readonly ServedCreative[];
  /** Of videos and audios that run longer there is no offer: what is left of a pod. `Infinity` elsewhere. */
  secondsMax: number;
  /** What the visitor has seen, the bids of this response included. */
  readonly seen: SeenImpressions;
  /** What the last offer that came as far as a price failed on. */
  readonly failure: PriceFailure;
}

/** Filled in place: what failed is asked for only by explanations. */
interface PriceFailure {
  deal: Deal | undefined;
  question: PriceQuestion | undefined;
}

/**
 * Works out what a line item, wanted by its targeting, would bid: the publisher's lists, a creative, caps, a deal, a price.
 *
 * @returns the offer, or the first rule that ends it
 */
export function makeOffer(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  if (context.lists.blocksAdvertiser(item.campaign.advertiser.domain)) return 'blocked-advertiser';
  const creative = chooseCreative(item, impression, context);
  return typeof creative === 'string' ? creative : offerWith(creative, item, impression, context);
}

/** The part that most candidates never reach; apart, so that the way to a refusal is short enough to be inlined. */
function offerWith(
  creative: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  const capped = item.isCapped && frequencyRefusal(item.caps, item.lineItem.unknownPerson, context.seen);
  if (capped) return capped;
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
    // The same for every deal, and pacing is to hear of an auction once.
    if (outcome === 'paced' || outcome === 'spending-stopped') return outcome;
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
  const atFullPrice = priceQuestion(deal, item, impression, context);
  const fullPrice = priceBid(atFullPrice, context.rates);
  if (typeof fullPrice === 'string') return failed(fullPrice, deal, atFullPrice, context);
  const bidMultiplier = context.spending.bidMultiplier(item, context);
  const question = bidMultiplier === 1 ? atFullPrice : { ...atFullPrice, bidMultiplier };
  const price = bidMultiplier === 1 ? fullPrice : priceBid(question, context.rates);
  // What is worth the floor at the full price is never bid below it.
  if (typeof price === 'string') return failed(price, deal, question, context);
  const refused = context.spending.refusal(item, price, context, context.isCounted);
  return refused ? failed(refused, deal, question, context) : { creative, deal, question, price };
}

function failed(
  rule: OfferRule,
  deal: Deal | undefined,
  question: PriceQuestion,
  { failure }: OfferContext,
): OfferRule {
  failure.deal = deal;
  failure.question = question;
  return rule;
}

/**
 * Which amounts a price is made of: a deal's own floor and auction type come before the impression's (rules 17, 20).
 * Only a deal can have a fixed price; what is sold openly "at a fixed price" is bid on as at a first-price auction.
 */
function priceQuestion(
  deal: Deal | undefined,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): PriceQuestion {
  const floor = deal ?? impression;
  const auctionType = deal?.auctionType ?? context.request.auctionType;
  return {
    bidMicros: item.lineItem.bid.amountMicros,
    bidCurrency: item.campaign.budget.currency,
    floorMicros: floor.floorMicros,
    floorCurrency: floor.floorCurrency,
    auctionType: auctionType === FIXED_PRICE && !deal ? FIRST_PRICE : auctionType,
    responseCurrency: context.currency,
    bidMultiplier: 1,
  };
}
