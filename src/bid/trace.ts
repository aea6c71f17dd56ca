import type { BidRequest, Impression } from '../domain/bid-request.js';
import type { PrivacyLimit } from '../domain/gates.js';
import type { DropRule, OfferRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import type { Offer, OfferContext } from './offer.js';
import type { BidSnapshot, ServedLineItem } from './snapshot.js';

/**
 * Watches one request being decided. The bid path runs without a trace; an explanation is the same path with one, so
 * what is explained is what was decided. With a trace the auction looks at every candidate that the trace wants to hear of, not
 * only at the best.
 */
export interface BidTrace {
  /** Is it told of line items that do not want the impression at all? That takes long where there are many. */
  readonly hearsTargeting: boolean;
  /** Is a candidate to be looked at although it cannot win any more? Of others it may hear as well. */
  hears(item: ServedLineItem): boolean;
  decoded(request: BidRequest, snapshot: BidSnapshot): void;
  admitted(budgetMs: number, limit: PrivacyLimit | undefined): void;
  visited(visit: Visit): void;
  auctionStarted(impression: Impression, context: OfferContext): void;
  rejected(item: ServedLineItem, rule: OfferRule): void;
  offered(item: ServedLineItem, offer: Offer): void;
  auctionWon(item: ServedLineItem): void;
  /** It went out without this offer after all. */
  dropped(impression: Impression, item: ServedLineItem, rule: DropRule): void;
}

/** @returns what tells both, in this order */
export function bothTraces(first: BidTrace | undefined, second: BidTrace | undefined): BidTrace | undefined {
  if (!first || !second) return first ?? second;
  return {
    hearsTargeting: first.hearsTargeting || second.hearsTargeting,
    hears: (item) => first.hears(item) || second.hears(item),
    decoded(request, snapshot) {
      first.decoded(request, snapshot);
      second.decoded(request, snapshot);
    },
    admitted(budgetMs, limit) {
      first.admitted(budgetMs, limit);
      second.admitted(budgetMs, limit);
    },
    visited(visit) {
      first.visited(visit);
      second.visited(visit);
    },
    auctionStarted(impression, context) {
      first.auctionStarted(impression, context);
      second.auctionStarted(impression, context);
    },
    rejected(item, rule) {
      first.rejected(item, rule);
      second.rejected(item, rule);
    },
    offered(item, offer) {
      first.offered(item, offer);
      second.offered(item, offer);
    },
    auctionWon(item) {
      first.auctionWon(item);
      second.auctionWon(item);
    },
    dropped(impression, item, rule) {
      first.dropped(impression, item, rule);
      second.dropped(impression, item, rule);
    },
  };
}
