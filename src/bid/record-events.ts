import type { BidRequest, Inventory } from '../domain/bid-request.js';
import { bidFactsTold, type BidEvent, type RequestEvent } from '../domain/event.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import type { BidCall, EventLog, UnreadReason } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { hashString } from '../lib/hash.js';
import type { Decision } from './path.js';
import type { SentBid } from './respond.js';

/** Names with a last label of letters: no addresses, no ids, nothing with a path or a user before it. */
const DOMAIN = /^(?:[\p{L}\p{N}_-]{1,63}\.)+\p{L}[\p{L}\p{N}-]{1,62}$/u;
const DOMAIN_CHARACTERS_MAX = 253;
/** The name of a package, or the number of an app in a store: shorter than the ids of phones and persons. */
const BUNDLE = /^(?:[a-z][\w-]*(?:\.[\w-]+)+|(?:id)?\d{5,13}|b[0-9a-z]{9})$/;
const BUNDLE_CHARACTERS_MAX = 128;

/** What the bid path tells the event log. */
export interface BidRecorder {
  /** Call once for each decision that is answered. */
  decided(call: BidCall, decision: Decision): void;
  /** Call for each request that is answered unread. */
  unread(exchange: string, why: UnreadReason): void;
}

/**
 * Tells of every bid, and of a sample of the requests. A request whose id is known is in the sample by a hash of it, so
 * that every process and every run picks the same ones, and a request that is sampled is so with each of its answers;
 * of those that could not be read every nth is.
 *
 * @param sampleShare of the requests that get a line, 0 to 1
 */
export function createBidRecorder(events: EventLog, sampleShare: number, clock: Clock): BidRecorder {
  let unreadShare = 0;
  const isUnreadSampled = (): boolean => {
    unreadShare += sampleShare;
    if (unreadShare < 1) return false;
    unreadShare -= 1;
    return true;
  };
  const unreadEvent = (
    exchange: string,
    outcome: RequestEvent['outcome'],
    reason?: NoBidReason,
  ): RequestEvent => ({
    kind: 'request',
    timeMs: clock.nowMs(),
    exchange,
    test: undefined,
    sampleShare,
    requestHash: undefined,
    outcome,
    reason,
    impressions: undefined,
    bids: 0,
    durationMs: undefined,
    domain: undefined,
    bundle: undefined,
  });
  /** A decision about a request that was read: its bids, and its own line when it is in the sample. */
  const told = (call: BidCall, request: BidRequest, bids: readonly SentBid[], reason?: NoBidReason): void => {
    const hash = hashString(request.id);
    const isSampled = hash < sampleShare * 2 ** 32;
    if (!isSampled && bids.length === 0) return;
    const shared: SharedFacts = {
      requestHash: hex(hash) + hex(hashString(request.id, hash)),
      domain: plainDomain(request.inventory),
      bundle: plainBundle(request.inventory),
      test: request.test || undefined,
    };
    for (const bid of bids) events.record(bidEvent(bid, shared));
    if (!isSampled) return;
    events.record({
      ...unreadEvent(call.exchange, reason === undefined ? 'bid' : 'no-bid', reason),
      ...shared,
      impressions: request.impressions.length,
      bids: bids.length,
      durationMs: Math.round((clock.monotonicMs() - call.receivedMs) * 1000) / 1000,
    });
  };
  return {
    decided(call, decision) {
      if (decision.kind === 'unknown-exchange') return;
      if (decision.kind === 'bid') told(call, decision.request, decision.bids);
      else if (decision.kind === 'no-bid' && decision.request) {
        told(call, decision.request, NO_BIDS, decision.reason);
      } else if (isUnreadSampled()) {
        const reason = decision.kind === 'no-bid' ? decision.reason : undefined;
        events.record(unreadEvent(call.exchange, decision.kind, reason));
      }
    },
    unread(exchange, why) {
      if (isUnreadSampled()) events.record(unreadEvent(exchange, 'no-bid', why));
    },
  };
}

const NO_BIDS: readonly SentBid[] = [];

type SharedFacts = Pick<BidEvent, 'requestHash' | 'domain' | 'bundle' | 'test'>;

function bidEvent({ winner: { offer }, facts }: SentBid, shared: SharedFacts): BidEvent {
  const { creative } = offer.creative;
  const size = creative.format === 'banner' ? creative.size : undefined;
  const told = bidFactsTold(facts);
  // Field by field: to spread what is told takes longer than all else that is done for the log.
  return {
    kind: 'bid',
    timeMs: facts.bidAtMs,
    exchange: told.exchange,
    bidId: told.bidId,
    advertiser: told.advertiser,
    campaign: told.campaign,
    lineItem: told.lineItem,
    creative: told.creative,
    priceMicros: told.priceMicros,
    currency: told.currency,
    flightDay: told.flightDay,
    budgetCurrency: told.budgetCurrency,
    reservedMicros: told.reservedMicros,
    requestHash: shared.requestHash,
    floorMicros: offer.price.floorMicros,
    auctionType: offer.question.auctionType,
    deal: offer.deal?.id,
    width: size?.w,
    height: size?.h,
    domain: shared.domain,
    bundle: shared.bundle,
    test: told.test,
  };
}

function plainDomain({ domain }: Inventory): string | undefined {
  if (domain === undefined || domain.length > DOMAIN_CHARACTERS_MAX) return undefined;
  return DOMAIN.test(domain) ? domain : undefined;
}

function plainBundle({ bundle }: Inventory): string | undefined {
  if (bundle === undefined || bundle.length > BUNDLE_CHARACTERS_MAX) return undefined;
  return BUNDLE.test(bundle) ? bundle : undefined;
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
