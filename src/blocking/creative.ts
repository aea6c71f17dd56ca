import { EXPANDING_ATTRIBUTES } from '../domain/adcom-words.js';
import { unreachable } from '../lib/assert.js';
import type { Banner, BlockLists, Impression } from '../domain/bid-request.js';
import type { BannerCreative, Creative } from '../domain/creative.js';
import type { CreativeRule } from '../domain/rejection.js';
import { SHOWN_BANNER, type ShownAs } from '../domain/shown-as.js';
import { nativeShownAs } from './native.js';
import type { PublisherLists } from './publisher-lists.js';
import { audioShownAs, videoShownAs } from './stream.js';

const WORDLESS = 'xx';

/**
 * The first of the publisher's rules that keeps a creative from an impression, or undefined when it may be shown
 * (rules 23, 24, 26-34, 36). What is not shown to be allowed is not bid.
 *
 * @param lists made of `blocks`
 */
export function creativeBlock(
  creative: Creative,
  impression: Impression,
  blocks: BlockLists,
  lists: PublisherLists,
): CreativeRule | undefined {
  if (creative.format === 'banner') {
    if (!impression.banner) return 'creative-format';
    if (!fits(creative, impression.banner)) return 'creative-size';
  } else if (!impression[creative.format]) return 'creative-format';
  if (impression.secure && !creative.secure) return 'creative-insecure';
  if (!lists.takesCategories(creative)) return 'creative-category';
  if (creative.appBundle !== undefined && lists.blocksApp(creative.appBundle)) return 'creative-app';
  const shown = shownAs(creative, impression);
  if (typeof shown === 'string') return shown;
  return languageAllowed(creative.language, blocks) ? undefined : 'creative-language';
}

/** How a creative is shown in an impression, or the first rule of its format that keeps it out. */
export function shownAs(creative: Creative, impression: Impression): ShownAs | CreativeRule {
  const { banner, video, audio, native } = impression;
  switch (creative.format) {
    case 'banner':
      return banner ? (bannerBlock(creative, banner) ?? SHOWN_BANNER) : 'creative-format';
    case 'video':
      return video ? videoShownAs(creative, video) : 'creative-format';
    case 'audio':
      return audio ? audioShownAs(creative, audio) : 'creative-format';
    case 'native':
      return native ? nativeShownAs(creative, native) : 'creative-format';
    default:
      return unreachable(creative);
  }
}

function bannerBlock(creative: BannerCreative, banner: Banner): CreativeRule | undefined {
  if (banner.typesBlocked.includes(creative.bannerType)) return 'creative-type';
  if (banner.mimes.length > 0 && !banner.mimes.includes(creative.mime)) return 'creative-mime';
  if (creative.attributes.some((attribute) => banner.attributesBlocked.includes(attribute))) {
    return 'creative-attribute';
  }
  if (!creative.apis.every((api) => banner.apis.includes(api))) return 'creative-api';
  return expansionAllowed(creative, banner) ? undefined : 'creative-expandable';
}

function fits(creative: BannerCreative, banner: Banner): boolean {
  const { size, ratio } = creative;
  if (size) return banner.sizes.some((offered) => offered.w === size.w && offered.h === size.h);
  if (!ratio) return false;
  return banner.flexSizes.some(
    (flex) => flex.widthRatio * ratio.heightRatio === flex.heightRatio * ratio.widthRatio,
  );
}

/** Directions that are not offered are not supported; an expandable without directions grows where nobody knows. */
function expansionAllowed(creative: BannerCreative, banner: Banner): boolean {
  const expands = creative.attributes.some((attribute) => EXPANDING_ATTRIBUTES.includes(attribute));
  if (!expands && creative.expandDirections.length === 0) return true;
  return (
    creative.expandDirections.length > 0 &&
    creative.expandDirections.every((direction) => banner.expandDirections.includes(direction))
  );
}

function languageAllowed(language: string | undefined, blocks: BlockLists): boolean {
  const { languagesAllowed, languageTagsAllowed } = blocks;
  if (languagesAllowed.length === 0 && languageTagsAllowed.length === 0) return true;
  if (language === undefined) return false;
  return (
    language === WORDLESS || (speaks(language, languagesAllowed) && speaks(language, languageTagsAllowed))
  );
}

/** A creative in `en-us` speaks `en` and `en-us`; one in `en` does not claim to speak `en-us`. */
function speaks(language: string, list: readonly string[]): boolean {
  return (
    list.length === 0 || list.some((allowed) => language === allowed || language.startsWith(`${allowed}-`))
  );
}
