import type { Banner, BidRequest, Geo, Impression } from '../../src/domain/bid-request.js';
import type { Campaign, LineItem, Targeting, UnknownPolicy } from '../../src/domain/campaign.js';
import type { BannerCreative } from '../../src/domain/creative.js';
import type { AdvertiserId, CampaignId, CreativeId, LineItemId } from '../../src/domain/ids.js';
import { USD, type Micros } from '../../src/domain/money.js';
import type { Profile } from '../../src/domain/profile.js';
import type { Visit } from '../../src/domain/visit.js';
import type { IndexedLineItem } from '../../src/targeting/targeting-index.js';

/** A Friday: 2026-11-20 12:00 UTC. */
export const NOW_MS = Date.UTC(2026, 10, 20, 12);

const NO_MONEY = 0 as Micros;

const NO_GEO: Geo = {
  country: undefined,
  region: undefined,
  city: undefined,
  zip: undefined,
  latitude: undefined,
  longitude: undefined,
  utcOffsetMinutes: undefined,
};

/** What tests of targeting change of a visit: pieces of the request, and what is known beside it. */
export interface VisitParts {
  readonly inventory?: Partial<BidRequest['inventory']>;
  readonly device?: Partial<BidRequest['device']>;
  readonly user?: Partial<BidRequest['user']>;
  readonly geo?: Partial<Geo>;
  readonly profile?: Profile | undefined;
  readonly personal?: boolean;
  readonly exchange?: string;
  readonly nowMs?: number;
  readonly lists?: Visit['lists'];
}

/** A visit that tells nothing but what is given. */
export function aVisit(parts: VisitParts = {}): Visit {
  return {
    exchange: parts.exchange ?? 'generic',
    profile: parts.profile,
    personal: parts.personal ?? true,
    geo: { ...NO_GEO, ...parts.geo },
    nowMs: parts.nowMs ?? NOW_MS,
    lists: parts.lists ?? new Map(),
    request: aRequest(parts),
  };
}

function aRequest({ inventory, device, user }: VisitParts): BidRequest {
  return {
    id: 'r1',
    impressions: [anImpression()],
    skipped: [],
    test: false,
    auctionType: 1,
    tmaxMs: undefined,
    currencies: ['USD'],
    seatsAllowed: [],
    seatsBlocked: [],
    blocks: {
      categories: [],
      categoriesAllowed: [],
      categoryTaxonomy: 1,
      advertiserDomains: [],
      apps: [],
      languagesAllowed: [],
      languageTagsAllowed: [],
    },
    inventory: {
      kind: 'site',
      domain: undefined,
      bundle: undefined,
      id: undefined,
      publisherId: undefined,
      publisherDomain: undefined,
      partnerDomain: undefined,
      categories: [],
      keywords: [],
      page: undefined,
      contentLanguage: undefined,
      ...inventory,
    },
    device: {
      userAgent: undefined,
      type: undefined,
      os: undefined,
      osVersion: undefined,
      make: undefined,
      model: undefined,
      carrier: undefined,
      connection: undefined,
      language: undefined,
      ip: undefined,
      ipv6: undefined,
      ifa: undefined,
      browsers: [],
      limitAdTracking: false,
      doNotTrack: false,
      geo: NO_GEO,
      ...device,
    },
    user: {
      id: undefined,
      buyerId: undefined,
      extendedIds: [],
      yearOfBirth: undefined,
      gender: undefined,
      geo: NO_GEO,
      consent: undefined,
      ...user,
    },
    regulations: {
      coppa: false,
      gdpr: false,
      usPrivacy: [],
      gpp: undefined,
      gppSections: [],
      globalPrivacyControl: false,
      unreadable: false,
      dsa: undefined,
    },
    source: { supplyChain: undefined },
  };
}

/** An open impression of 300x250 that tells nothing else but what is given. */
export function anImpression(
  parts: Partial<Omit<Impression, 'banner'>> = {},
  banner: Partial<Banner> = {},
): Impression {
  return {
    id: '1',
    multiFormat: false,
    interstitial: undefined,
    rewarded: undefined,
    video: undefined,
    audio: undefined,
    native: undefined,
    multiplier: 1,
    floorMicros: NO_MONEY,
    floorCurrency: 'USD',
    secure: false,
    privateAuction: false,
    deals: [],
    ...parts,
    banner: {
      sizes: [{ w: 300, h: 250 }],
      flexSizes: [],
      position: undefined,
      mimes: [],
      typesBlocked: [],
      attributesBlocked: [],
      apis: [],
      expandDirections: [],
      ...banner,
    },
  };
}

/** A profile that knows nothing but what is given. */
export function profileWith(parts: Partial<Profile> = {}): Profile {
  return {
    segments: new Map(),
    people: {
      age: undefined,
      gender: undefined,
      education: undefined,
      occupation: undefined,
      marital: undefined,
      income: undefined,
    },
    interests: new Map(),
    value: { recency: undefined, frequency: undefined, monetary: undefined, lifetime: undefined },
    stage: undefined,
    geo: { country: undefined, region: undefined, city: undefined, zip: undefined },
    updatedMs: undefined,
    ...parts,
  };
}

const REJECT_UNKNOWN: UnknownPolicy = { lineItem: 'reject', byDimension: new Map() };

/** An active line item with one 300x250 creative, in flight from a year before NOW_MS to a year after. */
export function lineItemWith(
  targeting: Partial<Targeting> = {},
  parts: Partial<LineItem> = {},
): IndexedLineItem {
  const lineItem: LineItem = {
    id: 'l1' as LineItemId,
    status: 'active',
    bid: { model: 'cpm', amountMicros: NO_MONEY },
    frequency: [],
    dealTerms: new Map(),
    unknownPerson: 'reject',
    repeatCreative: false,
    creatives: [sized(300, 250)],
    targeting: { unknown: REJECT_UNKNOWN, ...targeting },
    ...parts,
  };
  return { campaign: campaignOf(lineItem), lineItem };
}

function campaignOf(lineItem: LineItem): Campaign {
  const yearMs = 365 * 86_400_000;
  return {
    id: 'c1' as CampaignId,
    advertiser: {
      id: 'acme' as AdvertiserId,
      domain: 'acme.example',
      categories: [],
      categoriesElsewhere: new Map(),
      transparency: undefined,
      frequency: [],
    },
    status: 'active',
    flight: { startMs: NOW_MS - yearMs, endMs: NOW_MS + yearMs, timeZone: 'UTC' },
    budget: { totalMicros: NO_MONEY, dailyMicros: undefined, currency: USD, pacing: 'even' },
    frequency: [],
    lineItems: [lineItem],
    file: 'c1.json',
  };
}

export function sized(w: number, h: number): BannerCreative {
  return { ...CREATIVE, size: { w, h } };
}

export function flexible(widthRatio: number, heightRatio: number): BannerCreative {
  return { ...CREATIVE, ratio: { widthRatio, heightRatio } };
}

const CREATIVE: BannerCreative = {
  id: 'cr1' as CreativeId,
  format: 'banner',
  size: undefined,
  ratio: undefined,
  markup: '',
  landing: 'https://acme.example/',
  attributes: [],
  apis: [],
  expandDirections: [],
  mime: 'text/html',
  bannerType: 2,
  language: undefined,
  categories: [],
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
  imageUrl: undefined,
};
