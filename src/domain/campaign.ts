import type { IpRange } from '../lib/ip.js';
import type { CategoriesByTaxonomy, Creative } from './creative.js';
import type { DimensionName } from './dimensions.js';
import type { AdvertiserId, CampaignId, LineItemId } from './ids.js';
import type { Currency, Micros } from './money.js';
import type { Stage } from './profile.js';

/**
 * A campaign as its file meant it: checked, with words turned into codes, texts that are compared in lower case, and
 * dates into instants. Immutable.
 */
export interface Campaign {
  readonly id: CampaignId;
  readonly advertiser: Advertiser;
  readonly status: 'active' | 'paused';
  readonly flight: Flight;
  readonly budget: Budget;
  /** How often one visitor may see anything of the campaign. */
  readonly frequency: readonly FrequencyCap[];
  readonly lineItems: readonly LineItem[];
  /** File name within the campaign folder, for messages. */
  readonly file: string;
}

export interface Advertiser {
  readonly id: AdvertiserId;
  /** The domain sent as `adomain`, lower case. */
  readonly domain: string;
  /** IAB Content Taxonomy 1.0, such as `IAB18-5`. */
  readonly categories: readonly string[];
  /** The same in other taxonomies; see Creative. */
  readonly categoriesElsewhere: CategoriesByTaxonomy;
  /** Whose advertising it is and who pays for it, as the Digital Services Act wants it told; at most 100 characters each. */
  readonly transparency: Transparency | undefined;
  /** How often one visitor may see anything of the advertiser; what any campaign's file states holds for all of them. */
  readonly frequency: readonly FrequencyCap[];
}

export interface Transparency {
  readonly behalf: string;
  readonly paid: string;
  /** Do the creatives show it themselves? Needed where a publisher cannot. */
  readonly shownByCreatives?: boolean;
}

export interface Flight {
  readonly startMs: number;
  /** First instant after the flight: the end of the last day, in the flight's time zone. */
  readonly endMs: number;
  /** IANA time zone name. */
  readonly timeZone: string;
}

export interface Budget {
  readonly totalMicros: Micros;
  readonly dailyMicros: Micros | undefined;
  readonly currency: Currency;
  readonly pacing: 'even' | 'asap' | 'front-loaded';
}

export interface LineItem {
  readonly id: LineItemId;
  readonly status: 'active' | 'paused';
  readonly bid: Bid;
  /** Terms of the deals that `targeting.deals` names, by id; a deal without an entry is bid on like the open auction. */
  readonly dealTerms: ReadonlyMap<string, DealTerms>;
  readonly frequency: readonly FrequencyCap[];
  /** What happens where caps hold and nobody can tell what the visitor has seen. */
  readonly unknownPerson: 'reject' | 'accept';
  readonly targeting: Targeting;
  /** May the same creative fill several impressions of one request? */
  readonly repeatCreative: boolean;
  readonly creatives: readonly Creative[];
}

interface Bid {
  readonly model: 'cpm';
  /** Per thousand impressions, in the budget's currency. */
  readonly amountMicros: Micros;
}

/** What is agreed about a deal. */
export interface DealTerms {
  /** CPM in the budget's currency; undefined = the line item's bid. */
  readonly amountMicros: Micros | undefined;
  /** Deals of a higher one come first, whatever they bid: 0 to 100, 0 by default, as for the open auction. */
  readonly priority: number;
  /** Do we have to bid whenever the targeting fits? Pacing holds nothing back then. */
  readonly guaranteed: boolean;
}

/** At most so many impressions in the time before each moment. */
export interface FrequencyCap {
  readonly impressions: number;
  readonly perMs: number;
  /** Whose impressions are counted: those of everybody at one address are a household's. */
  readonly of: 'person' | 'household';
}

/** Any one of `anyOf` (all when empty) and none of `noneOf`. At least one list is not empty. */
export interface Choice<T> {
  readonly anyOf: readonly T[];
  readonly noneOf: readonly T[];
}

/** Both ends included; `-Infinity` and `Infinity` where open. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface InterestChoice {
  readonly name: string;
  /** The least weight that counts, above 0, up to 1. */
  readonly weightMin: number;
}

export interface OsChoice {
  /** Such as `ios` or `android`. */
  readonly name: string;
  /** Comparable version numbers (lib/version.ts). */
  readonly version: Range;
}

export type Place =
  | {
      readonly kind: 'area';
      /** ISO 3166-1 alpha-3, upper case; at least one of the four is given, all given ones must hold. */
      readonly country: string | undefined;
      /** Region, city and zip in lower case. */
      readonly region: string | undefined;
      readonly city: string | undefined;
      readonly zip: string | undefined;
    }
  | {
      readonly kind: 'circle';
      readonly latitude: number;
      readonly longitude: number;
      readonly radiusKm: number;
    }
  | { readonly kind: 'network'; readonly range: IpRange };

export interface HoursChoice {
  /** 168 flags, Monday 00-01 first. */
  readonly ofWeek: readonly boolean[];
  /** IANA zone, or `user` for the visitor's own local time. */
  readonly timeZone: string;
}

/** One entry a dimension; absent = every impression will do. */
export interface Targeting {
  readonly deals?: Choice<string>;
  readonly exchanges?: Choice<string>;
  readonly interstitial?: Choice<boolean>;
  /** AdCOM "Placement Positions". */
  readonly positions?: Choice<number>;
  /** AdCOM "Plcmt Subtypes - Video", 1 to 4. */
  readonly placements?: Choice<number>;
  readonly roll?: Choice<Roll>;
  readonly rewarded?: Choice<boolean>;
  /** Lower case; a domain includes its subdomains. */
  readonly domains?: Choice<string>;
  readonly bundles?: Choice<string>;
  readonly publishers?: Choice<string>;
  /** Names of the operator's lists (`config/lists/<name>.txt`). */
  readonly lists?: Choice<string>;
  /** IAB Content Taxonomy 1.0, upper case; a parent includes its children. */
  readonly categories?: Choice<string>;
  /** Lower-case words or phrases of the page's keywords, or words of its URL. */
  readonly keywords?: Choice<string>;
  readonly deviceTypes?: Choice<DeviceType>;
  readonly os?: Choice<OsChoice>;
  readonly makes?: Choice<string>;
  readonly models?: Choice<string>;
  readonly carriers?: Choice<string>;
  readonly connections?: Choice<ConnectionType>;
  /** Lower-case BCP 47 tags; `en` includes `en-us`. */
  readonly languages?: Choice<string>;
  readonly geo?: Choice<Place>;
  readonly hours?: HoursChoice;
  readonly age?: Choice<Range>;
  readonly gender?: Choice<Gender>;
  readonly education?: Choice<string>;
  readonly occupation?: Choice<string>;
  readonly marital?: Choice<string>;
  readonly income?: Choice<string>;
  readonly segments?: Choice<string>;
  readonly interests?: Choice<InterestChoice>;
  readonly recency?: Choice<Range>;
  readonly frequency?: Choice<Range>;
  readonly monetary?: Choice<Range>;
  readonly lifetime?: Choice<Range>;
  readonly stage?: Choice<Stage>;
  readonly unknown: UnknownPolicy;
}

/**
 * What happens when the request does not tell. The line item's own word decides dimensions with a wish (`anyOf`);
 * a list of exclusions alone lets the unknown pass, since what is not known is not on it. A dimension that is named
 * decides for itself, exclusions included.
 */
export interface UnknownPolicy {
  readonly lineItem: 'reject' | 'accept';
  readonly byDimension: ReadonlyMap<DimensionName, 'reject' | 'accept'>;
}

/** Words for AdCOM "Device Types"; `mobile` includes phones and tablets. */
export const DEVICE_TYPES = [
  'mobile',
  'phone',
  'tablet',
  'desktop',
  'tv',
  'set-top-box',
  'connected-device',
  'out-of-home',
] as const;
export type DeviceType = (typeof DEVICE_TYPES)[number];

/** Words for AdCOM "Connection Types"; `cellular` includes every generation. */
export const CONNECTION_TYPES = ['ethernet', 'wifi', 'cellular', '2g', '3g', '4g', '5g'] as const;
export type ConnectionType = (typeof CONNECTION_TYPES)[number];

/** When video or audio runs: before, within or after what the person came for. */
export const ROLLS = ['pre', 'mid', 'post'] as const;
export type Roll = (typeof ROLLS)[number];

export const GENDERS = ['female', 'male', 'other'] as const;
export type Gender = (typeof GENDERS)[number];
