import type { BidRequest, Impression } from '../domain/bid-request.js';
import type { PrivacyLimit } from '../domain/gates.js';
import type { DropRule, OfferRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import type { Offer, OfferContext } from './offer.js';
import type { BidSnapshot, ServedLineItem } from './snapshot.js';

/**
 * Watches one request being decided. The bid path runs without a trace; an explanation is the same path with one, so
 * what is explained is what was decided. With a trace the auction looks at every candidate, not only at the best.
 */
export interface BidTrace {
  /** Is it told of line items that do not want the impression at all? That takes long where there are many. */
  readonly hearsTargeting: boolean;
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
