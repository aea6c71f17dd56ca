import type { Native, NativeAsset } from '../domain/bid-request.js';
import { unreachable } from '../lib/assert.js';
import type { NativeCreative, NativeImage } from '../domain/creative.js';
import type { CreativeRule } from '../domain/rejection.js';
import type { FilledAsset, ShownNative } from '../domain/shown-as.js';
import { streamShownAs } from './stream.js';

const ICON = 1;
const LOGO = 2;
const IMPRESSION_EVENT = 1;
const IMAGE_METHOD = 1;
/** Versions that are answered in kind. */
const VERSIONS = ['1.0', '1.1', '1.2'] as const;
/** What is answered where the request tells none of them. */
const VERSION = '1.2';

/**
 * Rules 36 and 37 (Native 1.2 §4-5): every required asset is answered, of the others those that the creative has and that fit.
 *
 * @returns how it is shown, or the first rule that keeps it out
 */
export function nativeShownAs(creative: NativeCreative, native: Native): ShownNative | CreativeRule {
  if (creative.attributes.some((attribute) => native.attributesBlocked.includes(attribute))) {
    return 'creative-attribute';
  }
  if (!creative.apis.every((api) => native.apis.includes(api))) return 'creative-api';
  const assets: FilledAsset[] = [];
  for (const asset of native.assets) {
    const filled = fill(asset, creative);
    if (filled) assets.push(filled);
    else if (asset.required) return 'creative-assets';
  }
  if (assets.length === 0) return 'creative-assets';
  return {
    format: 'native',
    version: VERSIONS.find((version) => version === native.version) ?? VERSION,
    isWrapped: native.isWrapped,
    assets,
    hasEventTracker: native.eventTrackers.some(
      ({ event, methods }) => event === IMPRESSION_EVENT && methods.includes(IMAGE_METHOD),
    ),
    hasPrivacy: native.privacySupported && creative.privacyUrl !== undefined,
  };
}

function fill(asset: NativeAsset, creative: NativeCreative): FilledAsset | undefined {
  const { id } = asset;
  switch (asset.kind) {
    case 'title':
      return charactersOf(creative.title) <= asset.charactersMax
        ? { id, kind: 'title', text: creative.title }
        : undefined;
    case 'image': {
      const pictures = asset.type === ICON || asset.type === LOGO ? creative.icons : creative.images;
      const image = bestImage(pictures, asset);
      return image && { id, kind: 'image', image, type: asset.type };
    }
    case 'data': {
      const value = creative.data.get(asset.type);
      if (value === undefined || charactersOf(value) > asset.charactersMax) return undefined;
      return { id, kind: 'data', type: asset.type, value };
    }
    case 'video':
      return fillVideo(id, asset, creative);
    case 'unknown':
      return undefined;
    default:
      return unreachable(asset);
  }
}

/** What readers count, not what UTF-16 does. */
function charactersOf(text: string): number {
  return Array.from(text).length;
}

/** Exact where the request is; else the smallest that is large enough, which loads quickest. */
function bestImage(
  pictures: readonly NativeImage[],
  { w, h, wMin, hMin, mimes }: Extract<NativeAsset, { kind: 'image' }>,
): NativeImage | undefined {
  let best: NativeImage | undefined;
  for (const picture of pictures) {
    const { size, mime } = picture;
    const fits =
      (w === 0 || size.w === w) &&
      (h === 0 || size.h === h) &&
      size.w >= wMin &&
      size.h >= hMin &&
      (mimes.length === 0 || mimes.includes(mime));
    if (fits && (!best || size.w * size.h < best.size.w * best.size.h)) best = picture;
  }
  return best;
}

function fillVideo(
  id: number,
  { mimes, secondsMin, secondsMax, protocols }: Extract<NativeAsset, { kind: 'video' }>,
  { video }: NativeCreative,
): FilledAsset | undefined {
  if (!video) return undefined;
  const shown = streamShownAs(
    { format: 'video', seconds: video.seconds, wrapper: undefined, attributes: [], apis: [], companions: [] },
    video.files,
    {
      ...OPEN_PLACE,
      mimes: mimes.length === 0 ? video.files.map(({ mime }) => mime) : mimes,
      secondsMin,
      secondsMax,
      protocols,
    },
  );
  return typeof shown === 'string' ? undefined : { id, kind: 'video', video: shown, seconds: video.seconds };
}

const OPEN_PLACE = {
  secondsRequired: [],
  bitrateMin: 0,
  bitrateMax: Infinity,
  deliveries: [],
  attributesBlocked: [],
  apis: [],
  companions: [],
  companionTypes: [],
};
