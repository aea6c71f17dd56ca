import type { Creative, NativeCreative, NativeImage } from '../domain/creative.js';
import { unreachable } from '../lib/assert.js';
import {
  SHOWN_BANNER,
  type FilledAsset,
  type ShownAs,
  type ShownStream,
  type VastVersion,
} from '../domain/shown-as.js';

const LONGEST_ASSET_ID = 9_999;

/** One of these says most: 4.0 names each creative twice, the later ones have an id of the serving. */
export const WORDIEST_VERSIONS: readonly VastVersion[] = ['4.0', '4.2'];

/** How a creative is shown where everything of it is taken: what takes most room in a response. */
export function longestShown(creative: Creative, vastVersion: VastVersion = '4.2'): ShownAs {
  switch (creative.format) {
    case 'banner':
      return SHOWN_BANNER;
    case 'video':
    case 'audio': {
      const { format, files, companions } = creative;
      return { ...LONGEST_STREAM, vastVersion, format, files, companions };
    }
    case 'native':
      return {
        format: 'native',
        version: '1.2',
        isWrapped: true,
        assets: allAssets(creative, vastVersion),
        hasEventTracker: true,
        hasPrivacy: creative.privacyUrl !== undefined,
      };
    default:
      return unreachable(creative);
  }
}

const LONGEST_STREAM: ShownStream = {
  format: 'video',
  vastVersion: '4.2',
  protocol: 13,
  files: [],
  companions: [],
  isSkippable: true,
};

/** Each part once: a place that asks for one of them twice may still have no room for the answer. */
function allAssets(
  { title, images, icons, data, video }: NativeCreative,
  vastVersion: VastVersion,
): readonly FilledAsset[] {
  const id = LONGEST_ASSET_ID;
  const assets: FilledAsset[] = [{ id, kind: 'title', text: title }];
  for (const pictures of [images, icons]) {
    const image = longestOf(pictures);
    if (image) assets.push({ id, kind: 'image', image, type: undefined });
  }
  for (const [type, value] of data) assets.push({ id, kind: 'data', type, value });
  if (video) {
    assets.push({
      id,
      kind: 'video',
      video: { ...LONGEST_STREAM, vastVersion, files: video.files },
      seconds: video.seconds,
    });
  }
  return assets;
}

function longestOf(pictures: readonly NativeImage[]): NativeImage | undefined {
  return [...pictures].sort((a, b) => b.url.length - a.url.length)[0];
}
