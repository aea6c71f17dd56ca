import type { Campaign } from '../../src/domain/campaign.js';
import { SHOWN_BANNER, type ShownAs } from '../../src/domain/shown-as.js';
import type { BannerCreative, Creative, NativeCreative, VideoCreative } from '../../src/domain/creative.js';
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

const FACTS = {
  id: CREATIVE.id,
  landing: CREATIVE.landing,
  attributes: [],
  apis: [],
  language: 'en',
  categories: CREATIVE.categories,
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
  imageUrl: undefined,
} as const;

const IMAGE = {
  url: 'https://cdn.acme.example/trail-1200x627.jpg',
  size: { w: 1200, h: 627 },
  mime: 'image/jpeg',
};

const VIDEO: VideoCreative = {
  ...FACTS,
  format: 'video',
  seconds: 15,
  skipAfterSeconds: 5,
  wrapper: undefined,
  files: [1080, 720, 360].map((h) => ({
    url: `https://cdn.acme.example/trail-${h}.mp4`,
    mime: 'video/mp4',
    size: { w: (h * 16) / 9, h },
    kbps: 4 * h,
    delivery: 'progressive',
  })),
  companions: [
    { size: { w: 300, h: 250 }, image: 'https://cdn.acme.example/trail-300x250.jpg', mime: 'image/jpeg' },
  ],
};

const SHOWN_VIDEO: ShownAs = {
  format: 'video',
  vastVersion: '4.2',
  protocol: 13,
  files: VIDEO.files,
  companions: VIDEO.companions,
  isSkippable: true,
};

const NATIVE: NativeCreative = {
  ...FACTS,
  format: 'native',
  title: 'Shoes for the coast',
  images: [IMAGE],
  icons: [],
  data: new Map([
    [1, 'ACME'],
    [2, 'Light, dry and quick on every trail.'],
    [12, 'Buy now'],
  ]),
  video: undefined,
  privacyUrl: undefined,
};

const SHOWN_NATIVE: ShownAs = {
  format: 'native',
  version: '1.2',
  isWrapped: false,
  assets: [
    { id: 1, kind: 'title', text: NATIVE.title },
    { id: 2, kind: 'image', image: IMAGE, type: 3 },
    ...[...NATIVE.data].map(([type, value]) => ({ id: type + 2, kind: 'data' as const, type, value })),
  ],
  hasEventTracker: true,
  hasPrivacy: false,
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

/** Objects, numbers and texts in equal parts. */
const UNREAD = Array.from({ length: 500 }, (_, i) => ({
  [`key-${i}`]: { at: i / 7, of: [i, -i] },
  text: 'x'.repeat(32),
}));

export function exchangeTasks(): BenchTask[] {
  const app = Buffer.from(JSON.stringify(appRequest()));
  const site = Buffer.from(JSON.stringify(siteRequest()));
  const long = Buffer.from(JSON.stringify({ ...siteRequest(), ext: { unread: UNREAD } }));
  const one = bids(1);
  const five = bids(5);
  const video = bids(1, VIDEO, SHOWN_VIDEO);
  const native = bids(1, NATIVE, SHOWN_NATIVE);
  return [
    { name: `decode, app request of ${app.length} bytes`, run: () => decoded(app) },
    { name: `decode, site request of ${site.length} bytes`, run: () => decoded(site) },
    {
      name: `parse only, the same ${site.length} bytes`,
      run: () => Object.keys(JSON.parse(site.toString()) as object).length,
    },
    {
      name: `decode, the same with ${long.length - site.length} bytes that nobody reads`,
      run: () => decoded(long),
    },
    { name: 'encode, 1 bid', run: () => encoded(one) },
    { name: 'encode, 5 bids', run: () => encoded(five) },
    { name: 'encode, 1 video bid', run: () => encoded(video) },
    { name: 'encode, 1 native bid', run: () => encoded(native) },
  ];
}

function bids(count: number, creative: Creative = CREATIVE, shown: ShownAs = SHOWN_BANNER): OutgoingBid[] {
  const compiled = compileCreative(creative);
  return Array.from({ length: count }, (_, i) => ({
    bidId: `bench-bid-${i}`,
    impressionId: String(i + 1),
    priceMicros: microsFromUnits(3.2),
    campaign: CAMPAIGN,
    creative,
    compiled,
    shown,
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
