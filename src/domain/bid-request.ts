import type { Micros } from './money.js';

/**
 * A decoded OpenRTB 2.x bid request: exactly the fields that Narrowcast uses, already tolerant of what exchanges send
 * (numbers as strings, fields in their 2.5 places). `undefined` means that the request does not tell.
 * Strings are as sent unless a field says otherwise; lists are empty when absent.
 */
export interface BidRequest {
  readonly id: string;
  /** Impressions that a banner could be shown in; the others are in `skipped`. */
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
}

export interface SkippedImpression {
  readonly id: string;
  readonly why: 'no-format-we-serve' | 'no-size' | 'unusable-banner';
}

export interface Impression {
  readonly id: string;
  readonly banner: Banner;
  /** True when the impression also offers video, audio or native: the bid must then say its `mtype`. */
  readonly multiFormat: boolean;
  /** False when absent, undefined when it cannot be read. */
  readonly interstitial: boolean | undefined;
  /** CPM, in `floorCurrency`. 0 when absent. */
  readonly floorMicros: Micros;
  /** Upper case, `USD` when absent; what cannot be read stands as a currency without a rate. */
  readonly floorCurrency: string;
  readonly secure: boolean;
  readonly privateAuction: boolean;
  readonly deals: readonly Deal[];
}

export interface Deal {
  readonly id: string;
  readonly floorMicros: Micros;
  /** Never inherited from the impression (rule 20). */
  readonly floorCurrency: string;
  /** Overrides the request's; 3 = the floor is the price. */
  readonly auctionType: number | undefined;
  readonly seatsAllowed: readonly string[];
  /** `wadomain`, written as in `BlockLists`; empty = every advertiser. */
  readonly advertiserDomains: readonly string[];
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
  readonly publisherId: string | undefined;
  /** `cat`, `sectioncat`, `pagecat` and the content's, of any taxonomy, upper case; may repeat. */
  readonly categories: readonly string[];
  /** `keywords` (comma separated) of the site or app and of its content, as sent, and `kwarray`. */
  readonly keywords: readonly string[];
  readonly page: string | undefined;
  readonly contentLanguage: string | undefined;
}

export interface Device {
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
}

export interface ExtendedId {
  readonly source: string;
  readonly id: string;
}

export interface Regulations {
  readonly coppa: boolean;
  readonly gdpr: boolean;
  /** `us_privacy` of `regs` and of `regs.ext`, as sent; what is no text stands as one that is malformed. */
  readonly usPrivacy: readonly string[];
  /** Whether there is a GPP string. It is not read. */
  readonly gppPresent: boolean;
  /** `gpp_sid` of both places, as sent; -1 and 0 say that no section applies. */
  readonly gppSections: readonly string[];
  /** Global Privacy Control, `regs.ext.gpc`. */
  readonly globalPrivacyControl: boolean;
  /** True when `regs` or `regs.ext` is there but no object, so that none of this is known. */
  readonly unreadable: boolean;
}

/** A request that was JSON but breaks the specification (rules 10-15): which rule, and what stood there. */
export interface InvalidRequest {
  readonly path: string;
  readonly problem: string;
}
