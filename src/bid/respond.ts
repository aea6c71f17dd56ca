import { shownAs } from '../blocking/creative.js';
import { seatOf, type Exchange } from '../domain/catalog.js';
import type { Creative } from '../domain/creative.js';
import { conversionRate, USD, type Currency, type Micros } from '../domain/money.js';
import { FREQUENCY_NAMES_MAX, type BillingMode, type NoticeFacts } from '../domain/notice.js';
import type { NoticeSigner } from '../domain/ports.js';
import { SHOWN_BANNER } from '../domain/shown-as.js';
import { CATEGORY_TAXONOMY } from '../exchange/compile-creative.js';
import { dsaExtension } from '../exchange/dsa.js';
import { encodeBidResponse, type OutgoingBid } from '../exchange/encode.js';
import { assert } from '../lib/assert.js';
import { hashString } from '../lib/hash.js';
import type { AuctionContext, Winner } from './auction.js';
import type { BidEnvironment } from './environment.js';
import { frequencyNamesOf } from './frequency.js';
import { longestShown, WORDIEST_VERSIONS } from './longest-shown.js';
import { ResponseSizes } from './response-sizes.js';
import type { ServedCreative } from './snapshot.js';

/** See BidEnvironment.nextBidId. */
const BID_ID_CHARACTERS_MAX = 24;
/** Digits before and behind the point, and a year beyond 2200: longer than any bid's. */
const LONGEST_PRICE_MICROS = 999_999_999_999 as Micros;
const LONGEST_TIME_MS = 8_000_000_000_000;
const LONGEST_EXPIRY_SECONDS = 99_999;
const LATEST_FLIGHT_DAY = 99_999;
const OTHER_CURRENCY = 'XXX' as Currency;
const PSEUDONYM_CHARACTERS = 22;

/** An offer under the id that its notices will name. */
export interface SentBid {
  readonly winner: Winner;
  readonly facts: NoticeFacts;
}

export interface BidResponse {
  /** JSON; empty when every offer was dropped. */
  readonly body: string;
  readonly sent: readonly SentBid[];
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
  const made = winners.map((winner) => ({ winner, facts: factsOf(winner, context, env, nowMs) }));
  const { body, droppedPlaces } = encodeBidResponse({
    requestId: context.request.id,
    exchange: context.exchange,
    currency: context.currency,
    publicUrl: env.publicUrl,
    bids: made.map((bid) => outgoingBid(bid, context, env)),
  });
  if (droppedPlaces.length === 0) return { body, sent: made, dropped: [] };
  return {
    body,
    sent: made.filter((_, place) => !droppedPlaces.includes(place)),
    dropped: droppedPlaces.map((place) => winners[place] as Winner),
  };
}

/** What is said of a bid whatever the links it goes with. */
type BidTerms = Omit<
  OutgoingBid,
  | 'bidId'
  | 'priceMicros'
  | 'creative'
  | 'compiled'
  | 'noticeToken'
  | 'pixelToken'
  | 'clickToken'
  | 'cacheBuster'
> & {
  readonly served: ServedCreative;
};

function factsOf(
  { impression, item, offer, bidId, holdSeconds }: Winner,
  { request, exchange, currency, rates, frequency }: AuctionContext,
  env: BidEnvironment,
  nowMs: number,
): NoticeFacts {
  const { campaign, lineItem } = item;
  return {
    exchange: exchange.id,
    bidId,
    advertiser: campaign.advertiser.id,
    campaign: campaign.id,
    lineItem: lineItem.id,
    creative: offer.creative.creative.id,
    priceMicros: offer.price.priceMicros,
    currency,
    budgetCurrency: campaign.budget.currency,
    // Who could price the bid has a rate.
    budgetRate: (conversionRate(rates, currency, campaign.budget.currency) ?? 1) * impression.multiplier,
    billing: billingOf(offer.creative.creative, exchange),
    bidAtMs: nowMs,
    flightDay: env.days.at(campaign.flight.timeZone, nowMs),
    holdSeconds,
    frequencyNames: request.test ? [] : frequencyNamesOf(item, frequency),
    test: request.test,
    isForPage: false,
    landing: undefined,
  };
}

/** Videos and audios are billed when they are played (rule 66), where billing is not the win's business. */
function billingOf({ format }: Creative, { billing }: Exchange): BillingMode {
  return billing === 'burl' && (format === 'video' || format === 'audio') ? 'impression' : billing;
}

function outgoingBid(
  { winner: { impression, item, offer, holdSeconds }, facts }: SentBid,
  { request, exchange, isPersonal }: AuctionContext,
  env: BidEnvironment,
): OutgoingBid {
  const shown = shownAs(offer.creative.creative, impression);
  assert(typeof shown !== 'string', 'a creative that was chosen can be shown');
  const terms: BidTerms = {
    campaign: item.campaign,
    served: offer.creative,
    shown,
    categoryTaxonomy: request.blocks.categoryTaxonomy,
    dealId: offer.deal?.id,
    expirySeconds: holdSeconds,
    impressionId: impression.id,
    seat: seatOf(item.campaign.advertiser.id, exchange),
    slotInPod: 0,
    extension: dsaExtension(request.regulations.dsa, item.dsa, isPersonal),
  };
  return withLinks(terms, facts, env.signer);
}

/** Field by field: to spread the terms takes longer than to sign the links. */
function withLinks(terms: BidTerms, facts: NoticeFacts, signer: NoticeSigner): OutgoingBid {
  const { creative, compiled } = terms.served;
  const { notice, pixel, click } = signer.signBid(facts, creative.landing);
  return {
    campaign: terms.campaign,
    shown: terms.shown,
    categoryTaxonomy: terms.categoryTaxonomy,
    dealId: terms.dealId,
    expirySeconds: terms.expirySeconds,
    impressionId: terms.impressionId,
    seat: terms.seat,
    slotInPod: terms.slotInPod,
    extension: terms.extension,
    bidId: facts.bidId,
    priceMicros: facts.priceMicros,
    creative,
    compiled,
    noticeToken: notice,
    pixelToken: pixel,
    clickToken: click,
    cacheBuster: hashString(facts.bidId),
  };
}

/** Measures responses by writing them, with everything that varies at its longest. */
export function createResponseSizes(signer: NoticeSigner, publicUrl: string): ResponseSizes {
  return new ResponseSizes((creative, item, exchange) => {
    const facts: NoticeFacts = {
      exchange: exchange.id,
      bidId: 'x'.repeat(BID_ID_CHARACTERS_MAX),
      advertiser: item.campaign.advertiser.id,
      campaign: item.campaign.id,
      lineItem: item.lineItem.id,
      creative: creative.creative.id,
      priceMicros: LONGEST_PRICE_MICROS,
      currency: USD,
      budgetCurrency: OTHER_CURRENCY,
      budgetRate: 1,
      billing: billingOf(creative.creative, exchange),
      bidAtMs: LONGEST_TIME_MS,
      flightDay: LATEST_FLIGHT_DAY,
      holdSeconds: LONGEST_EXPIRY_SECONDS,
      frequencyNames: longestFrequencyNames(exchange.id),
      test: false,
      isForPage: false,
      landing: undefined,
    };
    const terms: BidTerms = {
      campaign: item.campaign,
      served: creative,
      shown: SHOWN_BANNER,
      categoryTaxonomy: longestTaxonomy(creative),
      dealId: '',
      expirySeconds: LONGEST_EXPIRY_SECONDS,
      impressionId: '',
      seat: exchange.seat,
      slotInPod: 0,
      extension: item.dsa?.personal ?? '',
    };
    const bid = withLinks(terms, facts, signer);
    const unlimited = { ...exchange, responseBytesMax: Infinity };
    const bytes = WORDIEST_VERSIONS.map((version) => {
      const bids = [{ ...bid, shown: longestShown(creative.creative, version) }];
      const response = { requestId: '', exchange: unlimited, currency: USD, publicUrl, bids };
      return Buffer.byteLength(encodeBidResponse(response).body);
    });
    return Math.max(...bytes);
  });
}

function longestTaxonomy({ compiled }: ServedCreative): number {
  const fields = [...compiled.categoryFields].sort(([, a], [, b]) => b.length - a.length);
  return fields[0]?.[0] ?? CATEGORY_TAXONOMY;
}

/** One of the names may tell the exchange: a person has one user id there. */
function longestFrequencyNames(exchange: string): readonly string[] {
  const pseudonym = 'x'.repeat(PSEUDONYM_CHARACTERS);
  const others = Array.from({ length: FREQUENCY_NAMES_MAX - 1 }, () => `ip:${pseudonym}`);
  return [`x:${exchange}:${pseudonym}`, ...others];
}
