import type { NoticeFacts } from '../domain/notice.js';
import { encodeBidResponse, type OutgoingBid } from '../exchange/encode.js';
import { expirySeconds } from '../exchange/expiry.js';
import { hashString } from '../lib/hash.js';
import type { Winner } from './auction.js';
import type { BidEnvironment } from './environment.js';
import type { OfferContext } from './offer.js';

export interface BidResponse {
  /** JSON; empty when every offer was dropped. */
  readonly body: string;
  /** Offers left out because the response would have been too long, the cheapest first. */
  readonly dropped: readonly Winner[];
}

/** Gives each winning offer its id and its signed links, and encodes the response. */
export function respond(
  winners: readonly Winner[],
  context: Omit<OfferContext, 'used'>,
  env: BidEnvironment,
  nowMs: number,
): BidResponse {
  const { body, droppedPlaces } = encodeBidResponse({
    requestId: context.request.id,
    exchange: context.exchange,
    currency: context.currency,
    publicUrl: env.publicUrl,
    bids: winners.map((winner) => outgoingBid(winner, context, env, nowMs)),
  });
  return { body, dropped: droppedPlaces.map((place) => winners[place] as Winner) };
}

function outgoingBid(
  { impression, item, offer }: Winner,
  context: Omit<OfferContext, 'used'>,
  env: BidEnvironment,
  nowMs: number,
): OutgoingBid {
  const bidId = env.nextBidId();
  const { creative, compiled } = offer.creative;
  const facts: NoticeFacts = {
    exchange: context.exchange.id,
    bidId,
    campaign: item.campaign.id,
    lineItem: item.lineItem.id,
    creative: creative.id,
    priceMicros: offer.price.priceMicros,
    currency: context.currency,
    bidAtMs: nowMs,
    test: context.request.test,
    landing: undefined,
  };
  return {
    bidId,
    impressionId: impression.id,
    priceMicros: offer.price.priceMicros,
    campaign: item.campaign,
    compiled,
    expirySeconds: expirySeconds(context.request.inventory, impression),
    dealId: offer.deal?.id,
    noticeToken: env.signer.sign(facts),
    clickToken: env.signer.sign({ ...facts, landing: creative.landing }),
    cacheBuster: hashString(bidId),
  };
}
