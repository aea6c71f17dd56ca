import type { NativeCreative } from '../domain/creative.js';
import { unreachable } from '../lib/assert.js';
import type { FilledAsset, ShownNative } from '../domain/shown-as.js';
import { scriptSafe } from './json-text.js';
import { vastDocument, type VastLinks } from './vast.js';

/**
 * Writes the Native 1.0-1.2 response that goes into `adm` as text (Native 1.2 §5), in a root object `native` exactly where the
 * request had one. The impression is told by one tracker, through `eventtrackers` where they are offered.
 */
export function nativeResponse(creative: NativeCreative, shown: ShownNative, links: VastLinks): string {
  const tracker = shown.hasEventTracker
    ? { eventtrackers: [{ event: 1, method: 1, url: links.impressionUrl }] }
    : { imptrackers: [links.impressionUrl] };
  const response = {
    ver: shown.version,
    assets: shown.assets.map((asset) => assetOf(asset, creative, links)),
    link: { url: links.clickUrl },
    ...tracker,
    ...(shown.hasPrivacy && { privacy: creative.privacyUrl }),
  };
  return scriptSafe(JSON.stringify(shown.isWrapped ? { native: response } : response));
}

function assetOf(asset: FilledAsset, creative: NativeCreative, links: VastLinks): object {
  const { id } = asset;
  switch (asset.kind) {
    case 'title':
      return { id, title: { text: asset.text } };
    case 'image': {
      const { url, size } = asset.image;
      return { id, img: { url, w: size.w, h: size.h } };
    }
    case 'data':
      return { id, data: { value: asset.value } };
    case 'video': {
      const parts = { id: creative.id, seconds: asset.seconds, wrapper: undefined };
      // Its impression is the same as that of the whole, and counted once whoever tells it first.
      return { id, video: { vasttag: vastDocument(parts, asset.video, links) } };
    }
    default:
      return unreachable(asset);
  }
}
