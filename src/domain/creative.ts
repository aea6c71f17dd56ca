import type { Size } from './bid-request.js';
import type { CreativeId } from './ids.js';

/** An advertisement, ready to be shown. Codes are AdCOM's; their words stand in the campaign schema. Immutable. */
export type Creative = BannerCreative | VideoCreative | AudioCreative | NativeCreative;

/** AdCOM "Category Taxonomies" to codes. */
export type CategoriesByTaxonomy = ReadonlyMap<number, readonly string[]>;

export const CREATIVE_FORMATS = ['banner', 'video', 'audio', 'native'] as const;
export type CreativeFormat = (typeof CREATIVE_FORMATS)[number];

/** What every creative has. */
export interface CreativeFacts {
  readonly id: CreativeId;
  /** Where a click leads: an absolute http(s) URL. */
  readonly landing: string;
  readonly attributes: readonly number[];
  readonly apis: readonly number[];
  /** Lower-case BCP 47 tag, or `xx` when it has no words. */
  readonly language: string | undefined;
  /** IAB Content Taxonomy 1.0: the creative's own, or else the advertiser's. */
  readonly categories: readonly string[];
  /** In other taxonomies: the creative's own, or else the advertiser's. */
  readonly categoriesElsewhere: CategoriesByTaxonomy;
  /** False when it loads anything over plain http. */
  readonly secure: boolean;
  /** Bundle of the app that the ad promotes, lower case: refused where `bapp` names it. */
  readonly appBundle: string | undefined;
  /** A picture of the creative for the exchange's reviewers (`iurl`). */
  readonly imageUrl: string | undefined;
  /** Why nothing is bid with it; left out where it may be. */
  readonly withheld?: Withheld | undefined;
}

/** It is paused, or is no longer what was pinned; by the names of the rules that explanations tell. */
type Withheld = 'creative-paused' | 'creative-pinned';

export interface BannerCreative extends CreativeFacts {
  readonly format: 'banner';
  /** Exactly one of `size` and `ratio`: a flexible creative fills any width of its proportion. */
  readonly size: Size | undefined;
  readonly ratio: { readonly widthRatio: number; readonly heightRatio: number } | undefined;
  /** HTML with `${CLICK_URL}`, `${CLICK_URL_ENC}`, `${CACHEBUSTER}` and OpenRTB's `${AUCTION_…}` macros. */
  readonly markup: string;
  readonly expandDirections: readonly number[];
  readonly mime: string;
  /** 1 XHTML text, 2 XHTML banner, 3 JavaScript, 4 iframe (the numbering of `btype`). */
  readonly bannerType: number;
}

/** One encoding of a video or audio. */
export interface MediaFile {
  readonly url: string;
  /** Lower case. */
  readonly mime: string;
  /** Undefined for audio. */
  readonly size: Size | undefined;
  readonly kbps: number | undefined;
  readonly delivery: 'streaming' | 'progressive';
}

/** A picture that stands beside a video or an audio. */
export interface Companion {
  readonly size: Size;
  readonly image: string;
  readonly mime: string;
}

/** What video and audio have in common. */
interface StreamCreative extends CreativeFacts {
  readonly seconds: number;
  /** The encodings; empty for a wrapper. */
  readonly files: readonly MediaFile[];
  /** For a wrapper: the address of somebody else's VAST, and what is known of what stands in it. */
  readonly wrapper: VastWrapper | undefined;
  readonly companions: readonly Companion[];
}

export interface VastWrapper {
  /** May hold `${CACHEBUSTER}`. */
  readonly tag: string;
  /** VAST version of the tag's answer. */
  readonly version: '2.0' | '3.0' | '4.0' | '4.1' | '4.2' | '4.3';
  /** Content types of all of its files, lower case. */
  readonly mimes: readonly string[];
  readonly size: Size | undefined;
}

export interface VideoCreative extends StreamCreative {
  readonly format: 'video';
  /** Our player may skip it after so many seconds (VAST `skipoffset`); undefined = it may not. */
  readonly skipAfterSeconds: number | undefined;
}

export interface AudioCreative extends StreamCreative {
  readonly format: 'audio';
}

export interface NativeImage {
  readonly url: string;
  readonly size: Size;
  readonly mime: string;
}

/** Parts that a native placement is filled with. */
export interface NativeCreative extends CreativeFacts {
  readonly format: 'native';
  readonly title: string;
  /** Native image type 3, several sizes; and type 1. The one that fits best is sent. */
  readonly images: readonly NativeImage[];
  readonly icons: readonly NativeImage[];
  /** Data assets by Native "Data Asset Types": 1 sponsored by, 2 description, 12 call to action and so on. */
  readonly data: ReadonlyMap<number, string>;
  /** Fills a video asset. */
  readonly video: Pick<VideoCreative, 'seconds' | 'files'> | undefined;
  /** Where the visitor reads about privacy; undefined = nothing is sent. */
  readonly privacyUrl: string | undefined;
}
