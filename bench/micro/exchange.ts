import type { Campaign } from '../../src/domain/campaign.js';
import { SHOWN_BANNER } from '../../src/domain/shown-as.js';
import type { BannerCreative } from '../../src/domain/creative.js';
import { PLAIN_PRICE, VISITOR_ID_KINDS, type Exchange } from '../../src/domain/catalog.js';
import type { AdvertiserId, CampaignId, CreativeId, ExchangeId } from '../../src/domain/ids.js';
import { microsFromUnits, USD } from '../../src/domain/money.js';
import { compileCreative } from '../../src/exchange/compile-creative.js';
import { decodeBidRequest } from '../../src/exchange/decode.js';
import { encodeBidResponse, type OutgoingBid } from '../../src/exchange/encode.js';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import type { BenchTask } from '../task.js';

export const EXCHANGE: Exchange = {
  id: 'bench' as ExchangeId,
  seat: 'narrowcast',
  adsTxtDomain: undefined,
  currencies: [USD],
  tmaxDefaultMs: 200,
  networkMarginMs: 20,
  responseBytesMax: 8_192,
  noBidHeader: false,
  gzip: false,
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
  oneSeat: true,
  severalBids: false,
  requestsPerSecondMax: undefined,
  version: '2.6',
};

export const CREATIVE: BannerCreative = {
  id: 'cr1' as CreativeId,
  format: 'banner',
  size: { w: 300, h: 250 },
  ratio: undefined,
  markup:
    '<a href="${CLICK_URL}" target="_blank"><img src="https://cdn.acme.example/trail-300x250.jpg?cb=${CACHEBUSTER}" ' +
    'width="300" height="250" alt="Trail shoes, autumn sale"></a>',
  landing: 'https://acme.example/trail',
  attributes: [],
  apis: [],
  expandDirections: [],
  mime: 'text/html',
  bannerType: 2,
  language: 'en',
  categories: ['IAB18-5'],
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
  imageUrl: undefined,
};

const CAMPAIGN: Campaign = {
  id: 'trail-shoes-autumn' as CampaignId,
  advertiser: {
    id: 'acme' as AdvertiserId,
    domain: 'acme.example',
    categories: ['IAB18-5'],
    categoriesElsewhere: new Map(),
    transparency: undefined,
    frequency: [],
  },
  status: 'active',
  flight: { startMs: 0, endMs: 1, timeZone: 'UTC' },
  budget: { totalMicros: microsFromUnits(20_000), dailyMicros: undefined, currency: USD, pacing: 'even' },
  frequency: [],
  lineItems: [],
  file: 'trail-shoes-autumn.json',
};

/** As long as a signed token is. */
const TOKEN = 'A'.repeat(150);

export function exchangeTasks(): BenchTask[] {
  const app = Buffer.from(JSON.stringify(appRequest()));
  const site = Buffer.from(JSON.stringify(siteRequest()));
  const one = bids(1);
  const five = bids(5);
  return [
    { name: `decode, app request of ${app.length} bytes`, run: () => decoded(app) },
    { name: `decode, site request of ${site.length} bytes`, run: () => decoded(site) },
    {
      name: `parse only, the same ${site.length} bytes`,
      run: () => Object.keys(JSON.parse(site.toString()) as object).length,
    },
    { name: 'encode, 1 bid', run: () => encoded(one) },
    { name: 'encode, 5 bids', run: () => encoded(five) },
  ];
}

function bids(count: number): OutgoingBid[] {
  const compiled = compileCreative(CREATIVE);
  return Array.from({ length: count }, (_, i) => ({
    bidId: `bench-bid-${i}`,
    impressionId: String(i + 1),
    priceMicros: microsFromUnits(3.2),
    campaign: CAMPAIGN,
    creative: CREATIVE,
    compiled,
    shown: SHOWN_BANNER,
    categoryTaxonomy: 1,
    dealId: undefined,
    seat: EXCHANGE.seat,
    slotInPod: 0,
    extension: '',
    expirySeconds: 60,
    noticeToken: TOKEN,
    pixelToken: TOKEN,
    clickToken: TOKEN,
    cacheBuster: i,
  }));
}

function decoded(body: Uint8Array): number {
  const result = decodeBidRequest(body);
  return result.kind === 'request' ? result.request.impressions.length : 0;
}

function encoded(outgoing: readonly OutgoingBid[]): number {
  return encodeBidResponse({
    requestId: '80ce30c53c16e6ede735f123ef6e32361bfc7b22',
    exchange: EXCHANGE,
    currency: USD,
    publicUrl: 'https://bid.narrowcast.example',
    bids: outgoing,
  }).body.length;
}
