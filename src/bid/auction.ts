import { PublisherLists } from '../blocking/publisher-lists.js';
import type { Impression } from '../domain/bid-request.js';
import type { VisitorFrequency } from '../domain/frequency.js';
import { convertMicros, USD, type Currency, type Micros, type Rates } from '../domain/money.js';
import type { Reservation } from '../domain/money-ports.js';
import type { Visit } from '../domain/visit.js';
import { expirySeconds } from '../exchange/expiry.js';
import { SeenImpressions } from '../frequency/seen.js';
import { hashString } from '../lib/hash.js';
import { leastFloorOf } from '../pricing/floor.js';
import type { MatchScratch } from '../targeting/targeting-index.js';
import { makeOffer, makeOffers, type Offer, type OfferContext } from './offer.js';
import { oneSeatOnly } from './one-seat.js';
import { addTo, bestTogether, Breaks, roomOf, type Room } from './room.js';
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

export type Contender = Pick<Winner, 'impression' | 'item' | 'offer'>;

export interface Auctions {
  /** In the order of the impressions; of one impression the dearest first. */
  readonly winners: Winner[];
  /** Were candidates left unexamined, or ways to fill a break, because the request had used up its share? */
  readonly cutShort: boolean;
}

export interface AuctionContext extends Omit<
  OfferContext,
  'used' | 'lists' | 'failure' | 'seen' | 'isCounted' | 'secondsMax' | 'taken' | 'multiplier'
> {
  readonly frequency: VisitorFrequency;
  /** May personal data be used? */
  readonly isPersonal: boolean;
}

/** What a request has used up, over all its impressions. */
interface Share {
  candidatesLeft: number;
  cutShort: boolean;
}

/**
 * How many candidates one request may have examined over all its impressions: many times what ordinary requests need,
 * and few enough that one with a hundred impressions and long block lists takes no more than its share of the process.
 */
export const CANDIDATES_MAX = 5_000;
/** Where an impression takes several bids: how many that could be made are held against each other. */
const ROOM_OFFERS_MAX = 96;

/**
 * Holds our own auction for each impression of a request: of the line items that may bid, the one of the highest priority and
 * value wins, no creative twice unless its line item allows it. One bid an impression, but for breaks and native placements that
 * take several (../pods) and exchanges that take one through a deal and one without. Synchronous; the scratch is free
 * again afterwards.
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
    taken: undefined,
    multiplier: 1,
    seen: new SeenImpressions(context.frequency, visit.nowMs),
  };
  const share: Share = { candidatesLeft: CANDIDATES_MAX, cutShort: false };
  const breaks = new Breaks();
  snapshot.index.beginVisit(visit, scratch);
  try {
    for (const impression of visit.request.impressions) {
      snapshot.index.beginImpression(impression, scratch);
      offerContext.multiplier = impression.multiplier;
      offerContext.taken = breaks.takenIn(impression);
      const contenders = holdAuction(impression, visit, offerContext, snapshot, scratch, share, trace);
      for (const contender of contenders) {
        const winner = winnerOf(contender, offerContext);
        if (!winner) {
          trace?.rejected(contender.item, 'budget');
          continue;
        }
        winners.push(winner);
        trace?.auctionWon(winner.item);
        used.push(winner.offer.creative);
        offerContext.seen.add(winner.item.caps.hashes);
        if (offerContext.taken) addTo(offerContext.taken, winner);
      }
    }
  } catch (error) {
    // Nobody will hear of the bids so far: their money must not wait for a billing.
    for (const { reservation } of winners) if (reservation) context.spending.release(reservation);
    throw error;
  } finally {
    snapshot.index.endVisit(scratch);
  }
  return { winners: oneSeatOnly(winners, context, trace), cutShort: share.cutShort };
}

/**
 * Walks the candidates by falling priority and value and stops behind the first at which an offer stands, since later ones
 * are worth less; with a trace it walks on, so that every line item is accounted for.
 */
function holdAuction(
  impression: Impression,
  visit: Visit,
  context: OfferContext,
  snapshot: BidSnapshot,
  scratch: MatchScratch,
  share: Share,
  trace: BidTrace | undefined,
): readonly Contender[] {
  trace?.auctionStarted(impression, context);
  if (trace?.hearsTargeting) {
    snapshot.index.explain(visit, scratch, (number, rule) => {
      trace.rejected(snapshot.lineItems[number] as ServedLineItem, rule);
    });
  }
  const leastMicrosUsd = leastFloorMicrosUsd(impression, context);
  const room = roomOf(impression);
  const several: Contender[] = [];
  const takesPairs = !room && context.exchange.severalBids && !impression.privateAuction;
  let best: Contender | undefined;
  /** Through a deal, and in the open auction, where both are taken. */
  let bestDeal: Contender | undefined;
  let bestOpen: Contender | undefined;
  for (let number = snapshot.index.next(scratch); number >= 0; number = snapshot.index.next(scratch)) {
    const item = snapshot.lineItems[number] as ServedLineItem;
    const isBelowFloors = item.valueMicrosUsd < leastMicrosUsd;
    // Who holds deals never bids without one: each of a pair has its own line items, those with deals first.
    const isOfDeals = item.priorityMax > 0;
    let standing = best;
    if (takesPairs) standing = isOfDeals ? bestDeal : bestOpen;
    const isBeaten = room
      ? several.length >= ROOM_OFFERS_MAX
      : standing !== undefined && isBehind(item, standing.offer);
    if (!trace) {
      if (isBeaten && room) share.cutShort = true;
      if (isBeaten && takesPairs && isOfDeals) continue;
      if (isBeaten) break;
      if (isBelowFloors) {
        // Only among equals in priority does the value fall.
        if (!isOfDeals) break;
        continue;
      }
    }
    const isIdle = isBeaten || isBelowFloors;
    if (isIdle && !trace?.hears(item)) continue;
    if (!isIdle && --share.candidatesLeft < 0) {
      share.cutShort = true;
      if (!trace) break;
      trace.rejected(item, 'not-examined');
      continue;
    }
    context.isCounted = !isIdle;
    if (room && !isBeaten) {
      addOffers(item, impression, context, trace, several);
      continue;
    }
    const offer = makeOffer(item, impression, context);
    if (typeof offer === 'string') {
      trace?.rejected(item, offer);
      continue;
    }
    trace?.offered(item, offer);
    if (room) continue;
    const contender: Contender = { impression, item, offer };
    if (!best || outranks(contender, best, visit)) best = contender;
    if (!takesPairs) continue;
    if (offer.deal) bestDeal = bestDeal && outranks(bestDeal, contender, visit) ? bestDeal : contender;
    else bestOpen = bestOpen && outranks(bestOpen, contender, visit) ? bestOpen : contender;
  }
  if (room) return fillRoom(several, room, visit, share, trace);
  if (!best) return NOBODY;
  return bestDeal && bestOpen ? [bestDeal, bestOpen] : [best];
}

const NOBODY: readonly Contender[] = [];

/** Can it at best not come before a standing offer? */
function isBehind({ priorityMax, valueMicrosUsd }: ServedLineItem, offer: Offer): boolean {
  return (
    priorityMax < offer.priority || (priorityMax === offer.priority && valueMicrosUsd < offer.valueMicrosUsd)
  );
}

function addOffers(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
  trace: BidTrace | undefined,
  several: Contender[],
): void {
  const offers = makeOffers(item, impression, context);
  if (typeof offers === 'string') {
    trace?.rejected(item, offers);
    return;
  }
  for (const offer of offers) several.push({ impression, item, offer });
}

/** Those of all that could be bid that go out together. */
function fillRoom(
  several: readonly Contender[],
  room: Room,
  visit: Visit,
  share: Share,
  trace: BidTrace | undefined,
): readonly Contender[] {
  const ranked = [...several].sort((a, b) => {
    if (outranks(a, b, visit)) return -1;
    return outranks(b, a, visit) ? 1 : 0;
  });
  const { chosen, cutShort } = bestTogether(ranked, room);
  share.cutShort ||= cutShort;
  if (trace) tellRoom(several, chosen, trace);
  return chosen;
}

function tellRoom(several: readonly Contender[], chosen: readonly Contender[], trace: BidTrace): void {
  const told = new Set<ServedLineItem>();
  for (const contender of several) {
    const { impression, item } = contender;
    if (told.has(item)) continue;
    told.add(item);
    const winner = chosen.find((each) => each.item === item);
    trace.offered(item, (winner ?? contender).offer);
    if (!winner) trace.dropped(impression, item, 'pod-full');
  }
}

/** Sets the money aside, so that the next impression of the request finds less. */
function winnerOf({ impression, item, offer }: Contender, context: OfferContext): Winner | undefined {
  const bidId = context.nextBidId();
  const holdSeconds = expirySeconds(
    context.request.inventory,
    impression,
    context.exchange.billingWithinSeconds,
  );
  const reservation = context.spending.reserve(item, offer.price, context, { bidId, holdSeconds });
  if (reservation === false) return undefined;
  return { impression, item, offer, bidId, holdSeconds, reservation };
}

/**
 * The value in US dollars below which no line item can bid, so that the walk may end: the least floor that the
 * impression or one of its deals asks. Two micros are left for rounding; a floor that cannot be converted leaves it open.
 */
function leastFloorMicrosUsd(impression: Impression, { rates }: OfferContext): number {
  const { video, audio, floorCurrency } = impression;
  let least = floorMicrosUsd(impression.floorMicros, floorCurrency, rates);
  // What runs may be asked less than the impression's own floor, by its duration.
  for (const stream of [video, audio]) {
    if (!stream || (stream.durationFloors.length === 0 && stream.floorMicrosPerSecond === undefined))
      continue;
    const { durationFloors, floorMicrosPerSecond } = stream;
    const source = { floorMicros: impression.floorMicros, durationFloors, floorMicrosPerSecond };
    least = Math.min(least, floorMicrosUsd(leastFloorOf(source), floorCurrency, rates));
  }
  for (const deal of impression.deals) {
    least = Math.min(least, floorMicrosUsd(leastFloorOf(deal), deal.floorCurrency, rates));
  }
  return least - 2;
}

function floorMicrosUsd(micros: number, currency: string, rates: Rates): number {
  return convertMicros(rates, micros as Micros, currency as Currency, USD) ?? 0;
}

/** The higher priority wins, then the higher value; equal ones take turns by rendezvous hashing, the same for the same request. */
function outranks(challenger: Contender, holder: Contender, visit: Visit): boolean {
  const { offer } = challenger;
  if (offer.priority !== holder.offer.priority) return offer.priority > holder.offer.priority;
  if (offer.valueMicrosUsd !== holder.offer.valueMicrosUsd) {
    return offer.valueMicrosUsd > holder.offer.valueMicrosUsd;
  }
  const seed = hashString(visit.request.id);
  return turn(challenger.item, seed) > turn(holder.item, seed);
}

function turn(item: ServedLineItem, seed: number): number {
  return hashString(item.lineItem.id, hashString(item.campaign.id, seed));
}
