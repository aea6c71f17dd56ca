import { dealBlock } from '../blocking/deal.js';
import type { PublisherLists } from '../blocking/publisher-lists.js';
import { seatMayBuy } from '../admission/admit.js';
import type { Deal, Impression } from '../domain/bid-request.js';
import type { LineItem } from '../domain/campaign.js';
import { seatOf } from '../domain/catalog.js';
import type { Creative } from '../domain/creative.js';
import type { Micros } from '../domain/money.js';
import { frequencyRefusal } from '../frequency/capped.js';
import type { SeenImpressions } from '../frequency/seen.js';
import type { OfferRule } from '../domain/rejection.js';
import { floorOf } from '../pricing/floor.js';
import { meetsDsa } from '../exchange/dsa.js';
import { FIRST_PRICE, FIXED_PRICE, priceBid, type Price, type PriceQuestion } from '../pricing/price.js';
import { blockOf, chooseCreative, secondsOf } from './choose-creative.js';
import type { ResponseSizes } from './response-sizes.js';
import type { Spending, SpendingContext } from './spending.js';
import { GUARANTEED_PRIORITY, rankingValue, type ServedCreative, type ServedLineItem } from './snapshot.js';

/** What a line item would bid for an impression. */
export interface Offer {
  readonly creative: ServedCreative;
  readonly deal: Deal | undefined;
  /** Offers of a higher one come first, whatever they bid: 0 in the open auction, else what was agreed about the deal. */
  readonly priority: number;
  /** What it bids at its full price, in US dollars. */
  readonly valueMicrosUsd: Micros;
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
  /** What the bids of the same break must not share with this one; undefined outside of breaks. See podKeys. */
  taken: PodTaken | undefined;
  multiplier: number;
  /** What the visitor has seen, the bids of this response included. */
  readonly seen: SeenImpressions;
  /** What the last offer that came as far as a price failed on. */
  readonly failure: PriceFailure;
}

/** What is in a break already, and what it must not hold twice (AdCOM "Pod Deduplication Settings"). */
export interface PodTaken {
  readonly dedupe: readonly number[];
  readonly keys: Set<string>;
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
  const blocked = advertiserBlock(item, context);
  if (blocked) return blocked;
  const creative = chooseCreative(item, impression, context);
  return typeof creative === 'string' ? creative : offerWith(creative, item, impression, context);
}

/** The same with each of its creatives, where several bids are taken for one impression: together they may not be what fits best. */
export function makeOffers(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): readonly Offer[] | OfferRule {
  const blocked = advertiserBlock(item, context);
  if (blocked) return blocked;
  const offers: Offer[] = [];
  let rule: OfferRule | undefined;
  const { isCounted } = context;
  for (const creative of item.creatives) {
    const offer =
      blockOf(creative, item, impression, context) ?? offerWith(creative, item, impression, context);
    if (typeof offer === 'string') rule ??= offer;
    else offers.push(offer);
    // Pacing is to hear of an auction once.
    if (typeof offer !== 'string' || offer === 'paced' || offer === 'budget') context.isCounted = false;
  }
  context.isCounted = isCounted;
  return offers.length > 0 ? offers : (rule ?? 'creative-size');
}

function advertiserBlock(
  item: ServedLineItem,
  { lists, exchange, request }: OfferContext,
): OfferRule | undefined {
  const { id, domain } = item.campaign.advertiser;
  if (lists.blocksAdvertiser(domain)) return 'blocked-advertiser';
  if (exchange.seats.size > 0 && !seatMayBuy(request, seatOf(id, exchange))) return 'seat';
  const { dsa } = request.regulations;
  return dsa === undefined || meetsDsa(dsa, item.dsa) ? undefined : 'dsa-transparency';
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
  if (!item.deals) return offerAt(undefined, creative, item, impression, context);
  return offerThroughDeal(creative, item, impression, context);
}

/** Through the deal that comes first of those that the line item holds and that work out; else why the last one did not. */
function offerThroughDeal(
  creative: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  let outcome: Offer | OfferRule = 'deals';
  for (const deal of heldDeals(item, impression)) {
    outcome =
      dealBlock(deal, seatOf(item.campaign.advertiser.id, context.exchange), item.campaign.advertiser) ??
      offerAt(deal, creative, item, impression, context);
    if (typeof outcome !== 'string') return outcome;
    // The same for every deal, and pacing is to hear of an auction once.
    if (outcome === 'paced' || outcome === 'spending-stopped') return outcome;
  }
  return outcome;
}

/** The impression's deals that the line item holds: by falling priority, then by what is bid, then as they were sent. */
function heldDeals({ lineItem, deals: held = [] }: ServedLineItem, impression: Impression): readonly Deal[] {
  const deals = impression.deals.filter(({ id }) => held.includes(id));
  if (deals.length < 2) return deals;
  return deals.sort(
    (a, b) =>
      priorityOf(b, lineItem) - priorityOf(a, lineItem) ||
      bidMicrosOf(b, lineItem) - bidMicrosOf(a, lineItem),
  );
}

function priorityOf(deal: Deal, lineItem: LineItem): number {
  const guaranteed = isGuaranteed(deal, lineItem) ? GUARANTEED_PRIORITY : 0;
  return guaranteed + (lineItem.dealTerms.get(deal.id)?.priority ?? 0);
}

/** The exchange or the advertiser may say so (rule 44). */
function isGuaranteed(deal: Deal, { dealTerms }: LineItem): boolean {
  return deal.guaranteed || dealTerms.get(deal.id)?.guaranteed === true;
}

function bidMicrosOf(deal: Deal | undefined, { bid, dealTerms }: LineItem): Micros {
  return (deal && dealTerms.get(deal.id)?.amountMicros) ?? bid.amountMicros;
}

function offerAt(
  deal: Deal | undefined,
  creative: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): Offer | OfferRule {
  const { lineItem } = item;
  const mustBid = deal !== undefined && isGuaranteed(deal, lineItem);
  const atFullPrice = priceQuestion(deal, creative, item, impression, context);
  const fullPrice = priceBid(atFullPrice, context.rates);
  if (typeof fullPrice === 'string') return failed(fullPrice, deal, atFullPrice, context);
  const bidMultiplier = mustBid ? 1 : context.spending.bidMultiplier(item, context);
  const question = bidMultiplier === 1 ? atFullPrice : { ...atFullPrice, bidMultiplier };
  const price = bidMultiplier === 1 ? fullPrice : priceBid(question, context.rates);
  // What is worth the floor at the full price is never bid below it.
  if (typeof price === 'string') return failed(price, deal, question, context);
  const refused = context.spending.refusal(item, price, context, context.isCounted, mustBid);
  if (refused) return failed(refused, deal, question, context);
  if (!deal) return { creative, deal, priority: 0, valueMicrosUsd: item.valueMicrosUsd, question, price };
  const valueMicrosUsd = rankingValue(atFullPrice.bidMicros, item.usdPerUnit);
  return { creative, deal, priority: priorityOf(deal, lineItem), valueMicrosUsd, question, price };
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
  { creative }: ServedCreative,
  { campaign, lineItem }: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): PriceQuestion {
  const auctionType = deal?.auctionType ?? context.request.auctionType;
  return {
    bidMicros: bidMicrosOf(deal, lineItem),
    bidCurrency: campaign.budget.currency,
    floorMicros: floorMicrosOf(deal, creative, impression),
    floorCurrency: (deal ?? impression).floorCurrency,
    auctionType: auctionType === FIXED_PRICE && !deal ? FIRST_PRICE : auctionType,
    responseCurrency: context.currency,
    bidMultiplier: 1,
    isAgreed: deal !== undefined && lineItem.dealTerms.get(deal.id)?.amountMicros !== undefined,
  };
}

/** Of a deal its own, by duration or not; else of the video or audio by duration; else the impression's (rule 20). */
function floorMicrosOf(deal: Deal | undefined, creative: Creative, impression: Impression): Micros {
  const seconds = secondsOf(creative);
  if (deal) return floorOf(deal, seconds);
  const stream = seconds > 0 && creative.format !== 'banner' ? impression[creative.format] : undefined;
  if (!stream || !('durationFloors' in stream)) return impression.floorMicros;
  const { durationFloors, floorMicrosPerSecond } = stream;
  return floorOf({ floorMicros: impression.floorMicros, durationFloors, floorMicrosPerSecond }, seconds);
}
