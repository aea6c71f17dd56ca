import { PublisherLists } from '../blocking/publisher-lists.js';
import type { Deal, Impression } from '../domain/bid-request.js';
import type { VisitorFrequency } from '../domain/frequency.js';
import { convertMicros, USD, type Currency, type Rates } from '../domain/money.js';
import type { Reservation } from '../domain/money-ports.js';
import type { Visit } from '../domain/visit.js';
import { expirySeconds } from '../exchange/expiry.js';
import { SeenImpressions } from '../frequency/seen.js';
import { hashString } from '../lib/hash.js';
import type { MatchScratch } from '../targeting/targeting-index.js';
import { makeOffer, type Offer, type OfferContext } from './offer.js';
import type { BidSnapshot, ServedCreative, ServedLineItem } from './snapshot.js';
import type { BidTrace } from './trace.js';

/** The offer that goes out for an impression. */
export interface Winner {
  readonly impression: Impression;
  readonly item: ServedLineItem;
  readonly offer: Offer;
  readonly bidId: string;
  /** For how long the bid holds after the auction. */
  readonly holdSeconds: number;
  /** The money that is set aside for it; undefined where none is. */
  readonly reservation: Reservation | undefined;
}

type Contender = Pick<Winner, 'impression' | 'item' | 'offer'>;

export interface Auctions {
  /** At most one an impression, in the order of the impressions. */
  readonly winners: Winner[];
  /** Were candidates left unexamined, because the request had used up its share? */
  readonly cutShort: boolean;
}

export interface AuctionContext extends Omit<
  OfferContext,
  'used' | 'lists' | 'failure' | 'seen' | 'isCounted' | 'secondsMax'
> {
  readonly frequency: VisitorFrequency;
}

/**
 * How many candidates one request may have examined over all its impressions: many times what ordinary requests need,
 * and few enough that one with a hundred impressions and long block lists takes no more than its share of the process.
 */
export const CANDIDATES_MAX = 5_000;

/**
 * Holds our own auction for each impression of a request: the dearest line item that may bid wins, at most one bid an
 * impression, no creative twice unless its line item allows it. Synchronous; the scratch is free again afterwards.
 */
export function holdAuctions(
  visit: Visit,
  context: AuctionContext,
  snapshot: BidSnapshot,
  scratch: MatchScratch,
  trace: BidTrace | undefined,
): Auctions {
  const winners: Winner[] = [];
  const used: ServedCreative[] = [];
  // Field by field: an object that is spread is read more slowly, and it is read for every candidate.
  const offerContext: OfferContext = {
    request: context.request,
    exchange: context.exchange,
    currency: context.currency,
    rates: context.rates,
    nowMs: context.nowMs,
    responseSizes: context.responseSizes,
    spending: context.spending,
    nextBidId: context.nextBidId,
    lists: new PublisherLists(context.request.blocks, snapshot.catalog.supply.files.taxonomies),
    used,
    failure: { deal: undefined, question: undefined },
    isCounted: true,
    secondsMax: Infinity,
    seen: new SeenImpressions(context.frequency, visit.nowMs),
  };
  const share = { candidatesLeft: CANDIDATES_MAX };
  snapshot.index.beginVisit(visit, scratch);
  for (const impression of visit.request.impressions) {
    snapshot.index.beginImpression(impression, scratch);
    const winner = holdAuction(impression, visit, offerContext, snapshot, scratch, share, trace);
    if (!winner) continue;
    winners.push(winner);
    used.push(winner.offer.creative);
    offerContext.seen.add(winner.item.caps.hashes);
  }
  snapshot.index.endVisit(scratch);
  return { winners, cutShort: share.candidatesLeft < 0 };
}

/**
 * Walks the candidates by falling value and stops behind the first value at which an offer stands, since later ones
 * are worth less; with a trace it walks on, so that every line item is accounted for.
 */
function holdAuction(
  impression: Impression,
  visit: Visit,
  context: OfferContext,
  snapshot: BidSnapshot,
  scratch: MatchScratch,
  share: { candidatesLeft: number },
  trace: BidTrace | undefined,
): Winner | undefined {
  trace?.auctionStarted(impression, context);
  if (trace?.hearsTargeting) {
    snapshot.index.explain(visit, scratch, (number, rule) => {
      trace.rejected(snapshot.lineItems[number] as ServedLineItem, rule);
    });
  }
  const leastMicrosUsd = leastFloorMicrosUsd(impression, context);
  let best: Contender | undefined;
  for (let number = snapshot.index.next(scratch); number >= 0; number = snapshot.index.next(scratch)) {
    const item = snapshot.lineItems[number] as ServedLineItem;
    const isBeaten =
      item.valueMicrosUsd < leastMicrosUsd || (best && item.valueMicrosUsd < best.item.valueMicrosUsd);
    if (isBeaten && !trace) break;
    if (!isBeaten && --share.candidatesLeft < 0) {
      if (!trace) break;
      trace.rejected(item, 'not-examined');
      continue;
    }
    context.isCounted = !isBeaten;
    const offer = makeOffer(item, impression, context);
    if (typeof offer === 'string') {
      trace?.rejected(item, offer);
      continue;
    }
    trace?.offered(item, offer);
    if (!best || outranks(item, best.item, visit)) best = { impression, item, offer };
  }
  return best && winnerOf(best, context, trace);
}

/** Sets the money aside, so that the next impression of the request finds less. */
function winnerOf(
  { impression, item, offer }: Contender,
  context: OfferContext,
  trace: BidTrace | undefined,
): Winner | undefined {
  const bidId = context.nextBidId();
  const holdSeconds = expirySeconds(
    context.request.inventory,
    impression,
    context.exchange.billingWithinSeconds,
  );
  const reservation = context.spending.reserve(item, offer.price, context, { bidId, holdSeconds });
  if (reservation === false) {
    trace?.rejected(item, 'budget');
    return undefined;
  }
  trace?.auctionWon(item);
  return { impression, item, offer, bidId, holdSeconds, reservation };
}

/**
 * The value in US dollars below which no line item can bid, so that the walk may end: the least floor that the
 * impression or one of its deals asks. Two micros are left for rounding; a floor that cannot be converted leaves it open.
 */
function leastFloorMicrosUsd(impression: Impression, { rates }: OfferContext): number {
  let least = floorMicrosUsd(impression, rates);
  for (const deal of impression.deals) least = Math.min(least, floorMicrosUsd(deal, rates));
  return least - 2;
}

function floorMicrosUsd(floor: Pick<Deal, 'floorMicros' | 'floorCurrency'>, rates: Rates): number {
  return convertMicros(rates, floor.floorMicros, floor.floorCurrency as Currency, USD) ?? 0;
}

/** The higher value wins; equal ones take turns by rendezvous hashing, the same for the same request. */
function outranks(challenger: ServedLineItem, holder: ServedLineItem, visit: Visit): boolean {
  if (challenger.valueMicrosUsd !== holder.valueMicrosUsd) {
    return challenger.valueMicrosUsd > holder.valueMicrosUsd;
  }
  const seed = hashString(visit.request.id);
  return turn(challenger, seed) > turn(holder, seed);
}

function turn(item: ServedLineItem, seed: number): number {
  return hashString(item.lineItem.id, hashString(item.campaign.id, seed));
}
