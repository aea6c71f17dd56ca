import { PLACEMENTS, POSITIONS, wordsOf } from '../../domain/adcom-words.js';
import type { Impression, Size } from '../../domain/bid-request.js';
import type { Roll } from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import type { Dimension } from '../dimension.js';
import { tokenDimension, valueDimension } from './tokens.js';

/** No deal id: those are looked up with a letter in front. */
const OPEN_AUCTION = '';

/**
 * Deals. A line item that names deals is only for them; one that names none is for the open auction, which every
 * impression offers that is not private. The request always tells.
 */
export const deals: Dimension<Impression> = tokenDimension<string, Impression>({
  name: 'deals',
  choiceOf(lineItem) {
    const { anyOf, noneOf } = lineItem.targeting.deals ?? { anyOf: [], noneOf: [] };
    return {
      anyOf: anyOf.length > 0 ? anyOf.map(dealToken) : [OPEN_AUCTION],
      noneOf: noneOf.map(dealToken),
    };
  },
  tokenOf: (token) => token,
  resolve(impression, terms, found) {
    if (!impression.privateAuction) terms.find(OPEN_AUCTION, found);
    for (const deal of impression.deals) terms.find(dealToken(deal.id), found);
    return true;
  },
  conditionWords: (token) => (token === OPEN_AUCTION ? 'the open auction' : token.slice(1)),
  factWords(impression) {
    const ids = impression.deals.map((deal) => deal.id).join(', ');
    if (!impression.privateAuction) return ids === '' ? 'the open auction' : `the open auction, deals ${ids}`;
    return ids === '' ? 'a private auction without deals' : `a private auction, deals ${ids}`;
  },
});

function dealToken(id: string): string {
  return `d${id}`;
}

/**
 * Formats of the creatives, and of banners their sizes. One of fixed size fits only a size that the impression lists; a
 * flexible one fits a flexible size of the same proportion. The request always tells.
 */
export const sizes: Dimension<Impression> = tokenDimension<Creative, Impression>({
  name: 'sizes',
  choiceOf: (lineItem) => ({ anyOf: lineItem.creatives, noneOf: [] }),
  tokenOf(creative) {
    if (creative.format !== 'banner') return creative.format;
    const { size, ratio } = creative;
    return size ? sizeWords(size) : proportion(ratio ?? NO_PROPORTION);
  },
  resolve({ banner, video, audio, native }, terms, found) {
    if (banner) {
      for (const size of banner.sizes) terms.find(sizeWords(size), found);
      for (const flex of banner.flexSizes) terms.find(proportion(flex), found);
    }
    if (video) terms.find('video', found);
    if (audio) terms.find('audio', found);
    if (native) terms.find('native', found);
    return true;
  },
  conditionWords(creative) {
    if (creative.format !== 'banner') return creative.format;
    const { size, ratio } = creative;
    return size ? sizeWords(size) : ratioWords(ratio ?? NO_PROPORTION);
  },
  factWords(impression) {
    const { banner } = impression;
    const words = banner ? [...banner.sizes.map(sizeWords), ...banner.flexSizes.map(ratioWords)] : [];
    for (const format of ['video', 'audio', 'native'] as const) if (impression[format]) words.push(format);
    return words.join(', ') || 'no size';
  },
});

interface Ratio {
  readonly widthRatio: number;
  readonly heightRatio: number;
}

/** Stands for a creative without any size, which fits nowhere. */
const NO_PROPORTION: Ratio = { widthRatio: -1, heightRatio: 1 };

function sizeWords(size: Size): string {
  return `${size.w}x${size.h}`;
}

function ratioWords({ widthRatio, heightRatio }: Ratio): string {
  return `${widthRatio}:${heightRatio}`;
}

/** Division is rounded correctly, so 16:9 and 32:18 give the very same number. */
function proportion({ widthRatio, heightRatio }: Ratio): number {
  return widthRatio / heightRatio;
}

export const interstitial: Dimension<Impression> = valueDimension(
  'interstitial',
  (impression) => impression.interstitial,
  (value) => (value === true ? 'interstitial' : 'not interstitial'),
);

/** Where on the screen. Code 0 says that the exchange does not know. */
export const positions: Dimension<Impression> = valueDimension(
  'positions',
  ({ banner, video }) => {
    const position = banner?.position ?? video?.position;
    return position === 0 ? undefined : position;
  },
  (code) => wordsOf(POSITIONS, [Number(code)]),
);

/**
 * What a video is played with, "instream" and so on, by `plcmt`; an impression that offers no video tells nothing. The
 * older `placement` is another list (rule 31), of which only some values have one meaning in the new one: in a banner
 * and in a feed there is no content beside the advertisement, and a full screen that it covers is an interstitial. Its
 * "in-stream" asked for less than the new one does, and its "in-article" may be either of two, so that neither tells.
 */
export const placements: Dimension<Impression> = valueDimension('placements', placementOf, (code) =>
  wordsOf(PLACEMENTS, [Number(code)]),
);

const PLACEMENT_CODE_MAX = 4;
/** Of the older list: in-banner, in-feed, and "interstitial, slider or floating". */
const IN_BANNER = 2;
const IN_FEED = 4;
const OVER_CONTENT = 5;

function placementOf({ video, interstitial }: Impression): number | undefined {
  if (!video) return undefined;
  const { plcmt, placement } = video;
  if (plcmt !== undefined && plcmt >= 1 && plcmt <= PLACEMENT_CODE_MAX) return plcmt;
  if (placement === IN_BANNER || placement === IN_FEED) return PLACEMENTS.standalone;
  return placement === OVER_CONTENT && interstitial === true ? PLACEMENTS.interstitial : undefined;
}

/** Before, within or after the content, of video or else of audio. */
export const roll: Dimension<Impression> = valueDimension('roll', ({ video, audio }) =>
  rollOf(video?.startDelay ?? audio?.startDelay),
);

const MID_ROLL = -1;
const POST_ROLL = -2;

/** AdCOM "Start Delay Modes": above 0 it is the second of the content. */
function rollOf(startDelay: number | undefined): Roll | undefined {
  if (startDelay === undefined) return undefined;
  if (startDelay === 0) return 'pre';
  if (startDelay > 0 || startDelay === MID_ROLL) return 'mid';
  return startDelay === POST_ROLL ? 'post' : undefined;
}

/** Whether the visitor gets something for it, as in games. */
export const rewarded: Dimension<Impression> = valueDimension(
  'rewarded',
  (impression) => impression.rewarded,
  (value) => (value === true ? 'rewarded' : 'not rewarded'),
);
