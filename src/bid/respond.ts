import { USD, type Micros } from '../domain/money.js';
import type { NoticeFacts } from '../domain/notice.js';
import type { NoticeSigner } from '../domain/ports.js';
import { encodeBidResponse, type OutgoingBid } from '../exchange/encode.js';
import { expirySeconds } from '../exchange/expiry.js';
import { hashString } from '../lib/hash.js';
import type { AuctionContext, Winner } from './auction.js';
import type { BidEnvironment } from './environment.js';
import { ResponseSizes } from './response-sizes.js';
import type { ServedCreative } from './snapshot.js';

/** See BidEnvironment.nextBidId. */
const BID_ID_CHARACTERS_MAX = 24;
/** Digits before and behind the point, and a year beyond 2200: longer than any bid's. */
const LONGEST_PRICE_MICROS = 999_999_999_999 as Micros;
const LONGEST_TIME_MS = 8_000_000_000_000;
const LONGEST_EXPIRY_SECONDS = 9_999;

export interface BidResponse {
  /** JSON; empty when every offer was dropped. */
  readonly body: string;
  /** Offers left out because the response would have been too long, the cheapest first. */
  readonly dropped: readonly Winner[];
}

/** Gives each winning offer its id and its signed links, and encodes the response. */
export function respond(
  winners: readonly Winner[],
  context: AuctionContext,
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

/** What is said of a bid whatever the links it goes with. */
type BidTerms = Pick<OutgoingBid, 'campaign' | 'dealId' | 'expirySeconds' | 'impressionId'> & {
  readonly creative: ServedCreative;
};

function outgoingBid(
  { impression, item, offer }: Winner,
  { request, exchange, currency }: AuctionContext,
  env: BidEnvironment,
  nowMs: number,
): OutgoingBid {
  const facts: NoticeFacts = {
    exchange: exchange.id,
    bidId: env.nextBidId(),
    campaign: item.campaign.id,
    lineItem: item.lineItem.id,
    creative: offer.creative.creative.id,
    priceMicros: offer.price.priceMicros,
    currency,
    bidAtMs: nowMs,
    test: request.test,
    landing: undefined,
  };
  const terms: BidTerms = {
    campaign: item.campaign,
    creative: offer.creative,
    dealId: offer.deal?.id,
    expirySeconds: expirySeconds(request.inventory, impression),
    impressionId: impression.id,
  };
  return withLinks(terms, facts, env.signer);
}

function withLinks({ creative, ...terms }: BidTerms, facts: NoticeFacts, signer: NoticeSigner): OutgoingBid {
  return {
    ...terms,
    bidId: facts.bidId,
    priceMicros: facts.priceMicros,
    compiled: creative.compiled,
    noticeToken: signer.sign(facts),
    clickToken: signer.sign({ ...facts, landing: creative.creative.landing }),
    cacheBuster: hashString(facts.bidId),
  };
}

/** Measures responses by writing them, with everything that varies at its longest. */
export function createResponseSizes(signer: NoticeSigner, publicUrl: string): ResponseSizes {
  return new ResponseSizes((creative, item, exchange) => {
    const facts: NoticeFacts = {
      exchange: exchange.id,
      bidId: 'x'.repeat(BID_ID_CHARACTERS_MAX),
      campaign: item.campaign.id,
      lineItem: item.lineItem.id,
      creative: creative.creative.id,
      priceMicros: LONGEST_PRICE_MICROS,
      currency: USD,
      bidAtMs: LONGEST_TIME_MS,
      test: false,
      landing: undefined,
    };
    const terms: BidTerms = {
      campaign: item.campaign,
      creative,
      dealId: '',
      expirySeconds: LONGEST_EXPIRY_SECONDS,
      impressionId: '',
    };
    const { body } = encodeBidResponse({
      requestId: '',
      exchange: { ...exchange, responseBytesMax: Infinity },
      currency: USD,
      publicUrl,
      bids: [withLinks(terms, facts, signer)],
    });
    return Buffer.byteLength(body);
  });
}
