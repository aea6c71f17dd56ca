import type { Micros } from './money.js';

/**
 * A decoded OpenRTB 2.x bid request: exactly the fields that Narrowcast uses, already tolerant of what exchanges send
 * (numbers as strings, fields in their 2.5 places). `undefined` means that the request does not tell.
 * Strings are as sent unless a field says otherwise; lists are empty when absent.
 */
export interface BidRequest {
  readonly id: string;
  /** Impressions that we could serve in at least one format; the others are in `skipped`. */
  readonly impressions: readonly Impression[];
  readonly skipped: readonly SkippedImpression[];
  /** 1 = test traffic: never book spend. */
  readonly test: boolean;
  /** `at`: 1 first price, 2 second price plus, 500 and up the exchange's own. Default 2. */
  readonly auctionType: number;
  readonly tmaxMs: number | undefined;
  /** Allowed currencies as sent, upper case; `['USD']` when absent (rule 18). */
  readonly currencies: readonly string[];
  /** `wseat`; empty = every seat. */
  readonly seatsAllowed: readonly string[];
  readonly seatsBlocked: readonly string[];
  readonly blocks: BlockLists;
  readonly inventory: Inventory;
  readonly device: Device;
  readonly user: User;
  readonly regulations: Regulations;
  readonly source: Source;
}

export interface SkippedImpression {
  readonly id: string;
  readonly why:
    | 'no-format-we-serve'
    | 'no-size'
    | 'unusable-banner'
    | 'unusable-video'
    | 'unusable-audio'
    | 'unusable-native';
}

/** CPM, in `floorCurrency`. */
interface Floor {
  /** 0 when absent. */
  readonly floorMicros: Micros;
  /** Upper case, `USD` when absent; what cannot be read stands as a currency without a rate. Never inherited (rule 20). */
  readonly floorCurrency: string;
}

/** Floors that depend on how long the creative runs (rules 20, 21), in the currency of the floor that they stand beside. */
export interface TimedFloors {
  /** `durfloors`, in the order of the request; empty when absent. */
  readonly durationFloors: readonly DurationFloor[];
  /** `mincpmpersec`: CPM a second; undefined when absent. */
  readonly floorMicrosPerSecond: Micros | undefined;
}

/** Both ends included; 0 and `Infinity` where open. */
export interface DurationFloor {
  readonly secondsMin: number;
  readonly secondsMax: number;
  readonly floorMicros: Micros;
}

export interface Impression extends Floor {
  readonly id: string;
  /** At least one of the four is there; what is offered but cannot be used is not. */
  readonly banner: Banner | undefined;
  readonly video: Video | undefined;
  readonly audio: Audio | undefined;
  readonly native: Native | undefined;
  /** True when more than one format is offered, usable or not. */
  readonly multiFormat: boolean;
  /** False when absent, undefined when it cannot be read. */
  readonly interstitial: boolean | undefined;
  /** `rwdd`: the visitor gets something for it. Likewise. */
  readonly rewarded: boolean | undefined;
  readonly secure: boolean;
  readonly privateAuction: boolean;
  readonly deals: readonly Deal[];
  /** `qty.multiplier`: how many impressions one play counts for (DOOH), above 0; 1 when absent. */
  readonly multiplier: number;
}

export interface Deal extends Floor, TimedFloors {
  readonly id: string;
  /** Overrides the request's; 3 = the floor is the price. */
  readonly auctionType: number | undefined;
  readonly seatsAllowed: readonly string[];
  /** `wadomain`, written as in `BlockLists`; empty = every advertiser. */
  readonly advertiserDomains: readonly string[];
  /** `guar`: who holds the deal must bid on it (rule 44). */
  readonly guaranteed: boolean;
}

export interface Banner {
  /** Every width x height that is accepted, from `format` and from `w`/`h`, without repeats. */
  readonly sizes: readonly Size[];
  /** Flexible sizes: any width of at least `widthMin` in the given proportion. */
  readonly flexSizes: readonly FlexSize[];
  /** `pos`, AdCOM "Placement Positions". */
  readonly position: number | undefined;
  readonly mimes: readonly string[];
  /** `btype`: 1 XHTML text, 2 XHTML banner, 3 JavaScript, 4 iframe. */
  readonly typesBlocked: readonly number[];
  /** `battr`, AdCOM "Creative Attributes". */
  readonly attributesBlocked: readonly number[];
  /** `api`, AdCOM "API Frameworks" that the placement supports. */
  readonly apis: readonly number[];
  /** `expdir`, AdCOM "Expandable Directions". */
  readonly expandDirections: readonly number[];
}

/** What video and audio have in common. Bitrates in kbit/s, times in seconds. */
interface Stream extends TimedFloors {
  /** Lower case; at least one. */
  readonly mimes: readonly string[];
  /** 0 and `Infinity` where nothing is told. */
  readonly secondsMin: number;
  readonly secondsMax: number;
  /** `rqddurs`: the only durations that are taken; empty = `secondsMin` to `secondsMax`. Where both are sent, both hold. */
  readonly secondsRequired: readonly number[];
  /** AdCOM "Creative Subtypes - Audio/Video", of `protocols` and the old `protocol`; empty = nothing is told. */
  readonly protocols: readonly number[];
  /** `startdelay`: above 0 seconds into the content, 0 pre-roll, -1 mid-roll, -2 post-roll. */
  readonly startDelay: number | undefined;
  readonly bitrateMin: number;
  /** `Infinity` when absent. */
  readonly bitrateMax: number;
  /** AdCOM "Delivery Methods": 1 streaming, 2 progressive, 3 download; empty = any. */
  readonly deliveries: readonly number[];
  /** `battr` */
  readonly attributesBlocked: readonly number[];
  readonly apis: readonly number[];
  /** `companionad` */
  readonly companions: readonly Banner[];
  /** `companiontype`, AdCOM "Companion Types": 1 static, 2 HTML, 3 iframe. */
  readonly companionTypes: readonly number[];
  readonly pod: Pod | undefined;
}

/** OpenRTB 2.6 §3.2.7 */
export interface Video extends Stream {
  readonly size: Size | undefined;
  /** `linearity`: 1 linear, 2 overlay; undefined = both. */
  readonly linearity: number | undefined;
  /** `skip`: undefined when absent. */
  readonly skippable: boolean | undefined;
  /** `skipmin`: only longer creatives may be skipped; and after how many seconds. */
  readonly skipSecondsMin: number;
  readonly skipAfterSeconds: number;
  /** `plcmt`, AdCOM "Plcmt Subtypes - Video". */
  readonly plcmt: number | undefined;
  /** The deprecated `placement`, another list: AdCOM "Placement Subtypes - Video". */
  readonly placement: number | undefined;
  /** `playbackmethod` */
  readonly playbackMethods: readonly number[];
  readonly position: number | undefined;
  /** `boxingallowed`: false = the aspect must be exact. True when absent. */
  readonly boxingAllowed: boolean;
}

/** OpenRTB 2.6 §3.2.8 */
export interface Audio extends Stream {
  /** AdCOM "Feed Types": 1 music, 2 broadcast, 3 podcast. */
  readonly feed: number | undefined;
  /** `stitched`: no tracker runs at the client. */
  readonly stitched: boolean;
  /** `nvol`, AdCOM "Volume Normalization Modes". */
  readonly volumeNormalization: number | undefined;
}

/** A commercial break (rule 35, OpenRTB 2.6 §7.6). */
export interface Pod {
  /** `structured`: one slot of it, sold as one impression; `dynamic`: time that several bids fill. */
  readonly kind: 'structured' | 'dynamic';
  /** `podid`; impressions with the same one are of one break. */
  readonly id: string | undefined;
  /** `poddur`; `Infinity` when absent, 0 for a structured one. */
  readonly seconds: number;
  /** `maxseq`: most bids that fill it; 1 for a structured one, `Infinity` when absent. */
  readonly bidsMax: number;
  /** `podseq` and `slotinpod`: 1 first, -1 last, 0 any (and 2: first or last). */
  readonly sequence: number;
  readonly slot: number;
  /** `poddedupe`, "Pod Deduplication Settings": 1 advertisers, 2 categories, 3 creative ids, 4 media addresses. */
  readonly dedupe: readonly number[];
}

/** OpenRTB Native 1.0-1.2, the request inside `imp.native`. */
export interface Native {
  /** `ver` of the native object or its request. */
  readonly version: string | undefined;
  /** Was there a root object `native`, as in 1.0? */
  readonly isWrapped: boolean;
  /** `plcmtcnt`: up to how many bids are taken; 1 when absent. */
  readonly bidsMax: number;
  /** At least one. */
  readonly assets: readonly NativeAsset[];
  readonly eventTrackers: readonly NativeEventTracker[];
  /** `privacy`: 1 = a privacy link may be sent. */
  readonly privacySupported: boolean;
  readonly attributesBlocked: readonly number[];
  readonly apis: readonly number[];
}

export interface NativeEventTracker {
  /** 1 impression, 2-4 viewable. */
  readonly event: number;
  /** 1 image, 2 JavaScript. */
  readonly methods: readonly number[];
}

export type NativeAsset = { readonly id: number; readonly required: boolean } & (
  | { readonly kind: 'title'; readonly charactersMax: number }
  | {
      readonly kind: 'image';
      /** 1 icon, 3 main; undefined when absent. */
      readonly type: number | undefined;
      /** Exact where `w` or `h` alone is given, least where `wmin` or `hmin` is; 0 = nothing is told. */
      readonly w: number;
      readonly h: number;
      readonly wMin: number;
      readonly hMin: number;
      /** Lower case; empty = any. */
      readonly mimes: readonly string[];
    }
  | {
      readonly kind: 'video';
      readonly mimes: readonly string[];
      readonly secondsMin: number;
      readonly secondsMax: number;
      readonly protocols: readonly number[];
    }
  | {
      readonly kind: 'data';
      /** Native "Data Asset Types": 1 sponsored, 2 description … 12 call to action. */
      readonly type: number;
      /** `Infinity` when absent. */
      readonly charactersMax: number;
    }
  /** One that we cannot fill: no bid where it is required. */
  | { readonly kind: 'unknown' }
);

export interface Size {
  readonly w: number;
  readonly h: number;
}

export interface FlexSize {
  readonly widthRatio: number;
  readonly heightRatio: number;
  readonly widthMin: number;
}

export interface BlockLists {
  /** `bcat` and `acat` under `categoryTaxonomy` (cattax, default 1), upper case. */
  readonly categories: readonly string[];
  readonly categoriesAllowed: readonly string[];
  readonly categoryTaxonomy: number;
  /** `badv`: domains, lower case, each standing for its subdomains. */
  readonly advertiserDomains: readonly string[];
  /** `bapp`, lower case. */
  readonly apps: readonly string[];
  /** `wlang` and `wlangb` as sent, lower case; a creative must satisfy each list that is not empty. */
  readonly languagesAllowed: readonly string[];
  readonly languageTagsAllowed: readonly string[];
}

export interface Inventory {
  readonly kind: 'site' | 'app' | 'dooh' | 'none';
  /** Lower case, without port. From `domain`, else the host of `page`. */
  readonly domain: string | undefined;
  /** App bundle or store id, lower case. */
  readonly bundle: string | undefined;
  /** The site's, app's or screen's `id`. */
  readonly id: string | undefined;
  readonly publisherId: string | undefined;
  /** `publisher.domain`, lower case. */
  readonly publisherDomain: string | undefined;
  /** `inventorypartnerdomain`, lower case: who sells it is listed there (rule 52). */
  readonly partnerDomain: string | undefined;
  /** `cat`, `sectioncat`, `pagecat` and the content's, of any taxonomy, upper case; may repeat. */
  readonly categories: readonly string[];
  /** `keywords` (comma separated) of the site or app and of its content, as sent, and `kwarray`. */
  readonly keywords: readonly string[];
  readonly page: string | undefined;
  readonly contentLanguage: string | undefined;
}

export interface Device {
  /** `ua` as sent. */
  readonly userAgent: string | undefined;
  /** Brands of `sua.browsers`, as sent; empty when absent. */
  readonly browsers: readonly string[];
  /** AdCOM "Device Types". */
  readonly type: number | undefined;
  /** From `sua`, else `os`, else undefined. As sent. */
  readonly os: string | undefined;
  readonly osVersion: string | undefined;
  readonly make: string | undefined;
  readonly model: string | undefined;
  readonly carrier: string | undefined;
  /** AdCOM "Connection Types". */
  readonly connection: number | undefined;
  /** BCP 47 tag or ISO 639-1 code, from `langb` or `language`. */
  readonly language: string | undefined;
  readonly ip: string | undefined;
  readonly ipv6: string | undefined;
  readonly ifa: string | undefined;
  readonly limitAdTracking: boolean;
  readonly doNotTrack: boolean;
  readonly geo: Geo;
}

export interface Geo {
  /** ISO 3166-1 alpha-3, upper case. */
  readonly country: string | undefined;
  /** As sent: an ISO 3166-2 subdivision with or without its country, or a name. */
  readonly region: string | undefined;
  readonly city: string | undefined;
  readonly zip: string | undefined;
  /** Degrees; both or none. 0, 0 counts as none. */
  readonly latitude: number | undefined;
  readonly longitude: number | undefined;
  readonly utcOffsetMinutes: number | undefined;
}

export interface User {
  /** The exchange's id of the user. */
  readonly id: string | undefined;
  /** Our cookie id, as the exchange mapped it. */
  readonly buyerId: string | undefined;
  readonly extendedIds: readonly ExtendedId[];
  readonly yearOfBirth: number | undefined;
  /** As sent: M, F, O. */
  readonly gender: string | undefined;
  readonly geo: Geo;
  /** TCF string of `user.consent` or `user.ext.consent`; what is no text, or two that differ, stand as one that is malformed. */
  readonly consent: string | undefined;
}

export interface ExtendedId {
  readonly source: string;
  readonly id: string;
}

export interface Regulations {
  readonly coppa: boolean;
  /** Undefined when the request does not say whether the GDPR applies. */
  readonly gdpr: boolean | undefined;
  /** `us_privacy` of `regs` and of `regs.ext`, as sent; what is no text stands as one that is malformed. */
  readonly usPrivacy: readonly string[];
  /** `gpp` of `regs` or `regs.ext`; what is no text, or two that differ, stand as one that is malformed. */
  readonly gpp: string | undefined;
  /** `gpp_sid` of both places, as sent; -1 and 0 say that no section applies. */
  readonly gppSections: readonly string[];
  /** Global Privacy Control, `regs.ext.gpc`. */
  readonly globalPrivacyControl: boolean;
  /** True when `regs` or `regs.ext` is there but no object, so that none of this is known. */
  readonly unreadable: boolean;
  /** EU Digital Services Act, `regs.dsa` or `regs.ext.dsa`; undefined when absent. */
  readonly dsa: DsaWish | undefined;
}

/** What the publisher asks about an advertisement's transparency (IAB "DSA Transparency", rule 49). */
export interface DsaWish {
  /** `dsarequired`: 0 not, 1 supported, 2 required, 3 required and an online platform. */
  readonly required: number;
  /** `pubrender`: 0 the publisher cannot render it, 1 could (also when absent), 2 will. */
  readonly publisherRenders: number;
  /** `datatopub`: 0 it wants no list of what the visitor was chosen by, 1 may have it (also when absent), 2 wants it. */
  readonly dataToPublisher: number;
}

/** Where the request comes from (OpenRTB 2.6 §3.2.2). */
interface Source {
  /** `schain` of `source`, else of `source.ext`; undefined when absent. */
  readonly supplyChain: SupplyChain | undefined;
}

/** IAB SupplyChain object. */
export interface SupplyChain {
  readonly complete: boolean;
  /** From the owner of the inventory to who sent the request. */
  readonly nodes: readonly SupplyChainNode[];
  /** True when something required is missing or cannot be read (rule 14). */
  readonly unusable: boolean;
}

export interface SupplyChainNode {
  /** Domain of the advertising system, lower case. */
  readonly system: string;
  readonly sellerId: string;
  /** Is it paid for the inventory? `hp` */
  readonly isPaid: boolean;
  /** `domain`, lower case. */
  readonly domain: string | undefined;
}

/** A request that was JSON but breaks the specification (rules 10-15): which rule, and what stood there. */
export interface InvalidRequest {
  readonly path: string;
  readonly problem: string;
}
