import type { Campaign } from '../../src/domain/campaign.js';
import { PLAIN_PRICE, VISITOR_ID_KINDS, type Exchange } from '../../src/domain/catalog.js';
import type { Creative } from '../../src/domain/creative.js';
import type { CampaignId, ExchangeId } from '../../src/domain/ids.js';
import { USD, type Micros } from '../../src/domain/money.js';
import type { ShownAs } from '../../src/domain/shown-as.js';
import { compileCreative } from '../../src/exchange/compile-creative.js';
import { encodeBidResponse, type OutgoingBid } from '../../src/exchange/encode.js';

/** An exchange with room for any response. */
export const ROOMY_EXCHANGE: Exchange = {
  id: 'generic' as ExchangeId,
  seat: 'narrowcast',
  currencies: [USD],
  tmaxDefaultMs: 200,
  networkMarginMs: 20,
  responseBytesMax: 1_000_000,
  noBidHeader: true,
  gzip: true,
  status: 'active',
  noBid: '204',
  contentType: 'application/json',
  idOrder: VISITOR_ID_KINDS,
  extendedIdSources: undefined,
  syncRedirect: undefined,
  billing: 'burl',
  billingWithinSeconds: { site: 60, app: 300, interstitial: 1_800, dooh: 1_800 },
  price: PLAIN_PRICE,
  seats: new Map(),
  adsTxtDomain: undefined,
  oneSeat: true,
  severalBids: false,
  requestsPerSecondMax: undefined,
  version: '2.6',
};

export const BID_LINKS = {
  impression: 'https://bid.narrowcast.example/i/pixel-token?p=${AUCTION_PRICE}',
  click: 'https://bid.narrowcast.example/c/click-token',
} as const;

/** A bid on impression `1`. */
export function outgoingBid(
  creative: Creative,
  shown: ShownAs,
  changes: Partial<OutgoingBid> = {},
): OutgoingBid {
  return {
    bidId: 'b1',
    impressionId: '1',
    priceMicros: 3_200_000 as Micros,
    campaign: { id: 'shoes' as CampaignId, advertiser: { domain: 'acme.example' } } as Campaign,
    creative,
    compiled: compileCreative(creative),
    shown,
    categoryTaxonomy: 1,
    dealId: undefined,
    seat: 'narrowcast',
    slotInPod: 0,
    extension: '',
    expirySeconds: 60,
    noticeToken: 'notice-token',
    pixelToken: 'pixel-token',
    clickToken: 'click-token',
    cacheBuster: 4_711,
    ...changes,
  };
}

/** @returns the response to request `r1`, as it is sent */
export function sentBody(bid: OutgoingBid, exchange: Exchange = ROOMY_EXCHANGE): string {
  const publicUrl = 'https://bid.narrowcast.example';
  return encodeBidResponse({ requestId: 'r1', exchange, currency: USD, publicUrl, bids: [bid] }).body;
}

export interface SentFields {
  readonly adm: string;
  readonly [field: string]: unknown;
}

/** @returns the only bid of it, parsed */
export function sentBid(bid: OutgoingBid, exchange: Exchange = ROOMY_EXCHANGE): SentFields {
  const { seatbid } = JSON.parse(sentBody(bid, exchange)) as { seatbid: { bid: SentFields[] }[] };
  const only = seatbid[0]?.bid[0];
  if (!only) throw new Error('no bid');
  return only;
}
