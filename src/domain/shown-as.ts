import type { Companion, MediaFile, NativeImage } from './creative.js';

/** How a creative is shown in an impression that it fits: which of its parts, in which form. */
export type ShownAs = ShownBanner | ShownStream | ShownNative;

interface ShownBanner {
  readonly format: 'banner';
}

export const VAST_VERSIONS = ['2.0', '3.0', '4.0', '4.1', '4.2', '4.3'] as const;
export type VastVersion = (typeof VAST_VERSIONS)[number];

/** A VAST document. */
export interface ShownStream {
  readonly format: 'video' | 'audio';
  readonly vastVersion: VastVersion;
  /** AdCOM "Creative Subtypes - Audio/Video", the code of that version, of a wrapper or not. */
  readonly protocol: number;
  /** Those that the place takes, the best first; empty for a wrapper. */
  readonly files: readonly MediaFile[];
  readonly companions: readonly Companion[];
  /** Is the player told that it may be skipped? */
  readonly isSkippable: boolean;
}

/** A Native 1.x response. */
export interface ShownNative {
  readonly format: 'native';
  readonly version: '1.0' | '1.1' | '1.2';
  /** In a root object `native`, as the request was. */
  readonly isWrapped: boolean;
  readonly assets: readonly FilledAsset[];
  /** Are impressions told through `eventtrackers`? Else through `imptrackers`, which every version has. */
  readonly hasEventTracker: boolean;
  readonly hasPrivacy: boolean;
}

export type FilledAsset = { readonly id: number } & (
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'image'; readonly image: NativeImage; readonly type: number | undefined }
  | { readonly kind: 'data'; readonly type: number; readonly value: string }
  | { readonly kind: 'video'; readonly video: ShownStream; readonly seconds: number }
);

export const SHOWN_BANNER: ShownBanner = { format: 'banner' };
