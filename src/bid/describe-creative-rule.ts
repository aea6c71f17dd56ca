import {
  API_FRAMEWORKS,
  BANNER_TYPES,
  CATEGORY_TAXONOMIES,
  CREATIVE_ATTRIBUTES,
  EXPAND_DIRECTIONS,
  wordsOf,
} from '../domain/adcom-words.js';
import type { Audio, Banner, BlockLists, Impression, Video } from '../domain/bid-request.js';
import { CREATIVE_FORMATS, type BannerCreative, type Creative } from '../domain/creative.js';
import type { Exchange } from '../domain/catalog.js';
import type { CreativeRule } from '../domain/rejection.js';
import { unreachable } from '../lib/assert.js';

/** IAB Content Taxonomy 1.0, whose codes need no explanation. */
const CONTENT_1 = 1;

const NO_BANNER: Banner = {
  sizes: [],
  flexSizes: [],
  position: undefined,
  mimes: [],
  typesBlocked: [],
  attributesBlocked: [],
  apis: [],
  expandDirections: [],
};

export interface WantedAndFound {
  readonly wanted: string;
  readonly found: string;
}

export function says(wanted: string, found: string): WantedAndFound {
  return { wanted, found };
}

/**
 * What creatives are like, and what the publisher takes instead.
 *
 * @param creatives those that the rule stopped
 */
export function describeCreativeRule(
  rule: CreativeRule,
  creatives: readonly Creative[],
  impression: Impression,
  exchange: Exchange,
  blocks: BlockLists,
): WantedAndFound {
  const banner = impression.banner ?? NO_BANNER;
  const banners = (of: (creative: BannerCreative) => string): string =>
    listed(creatives, (creative) => (creative.format === 'banner' ? of(creative) : undefined));
  const have = (of: (creative: Creative) => string | undefined): string => listed(creatives, of);
  const { attributesBlocked, apis, mimes, seconds } = asked(creatives, impression);
  switch (rule) {
    case 'creative-format':
      return says(`a place for ${have(({ format }) => format)}`, `it takes ${formatsText(impression)}`);
    case 'creative-size':
      if (!creatives.some(({ format }) => format === 'banner')) {
        return says('a video in the proportions of the player', playerText(impression));
      }
      return says(
        `room for ${banners(sizeText)}`,
        `sizes ${banner.sizes.map(({ w, h }) => `${w}x${h}`).join(', ')}`,
      );
    case 'creative-insecure':
      return says('a place that takes markup with http addresses', 'it takes https only');
    case 'creative-category':
      return categoryWords(
        have((creative) => categoriesIn(blocks.categoryTaxonomy, creative).join(' and ')),
        blocks,
      );
    case 'creative-app':
      return says(`a publisher that takes ads for ${have(({ appBundle }) => appBundle)}`, 'it blocks them');
    case 'creative-type':
      return says(
        `a place for banners of type ${banners(({ bannerType }) => wordsOf(BANNER_TYPES, [bannerType]))}`,
        `blocked: ${wordsOf(BANNER_TYPES, banner.typesBlocked)}`,
      );
    case 'creative-mime':
      return says(`a place for ${have(mimesText)}`, `it takes ${mimes.join(', ')}`);
    case 'creative-attribute':
      return says(
        `a place for ${have(({ attributes }) => wordsOf(CREATIVE_ATTRIBUTES, attributes))}`,
        `blocked: ${wordsOf(CREATIVE_ATTRIBUTES, attributesBlocked)}`,
      );
    case 'creative-api':
      return says(
        `support for ${have(({ apis }) => wordsOf(API_FRAMEWORKS, apis))}`,
        `supported: ${wordsOf(API_FRAMEWORKS, apis) || 'none'}`,
      );
    case 'creative-expandable':
      return says(
        `room to expand ${banners(({ expandDirections }) => wordsOf(EXPAND_DIRECTIONS, expandDirections))}`,
        `room: ${wordsOf(EXPAND_DIRECTIONS, banner.expandDirections) || 'none'}`,
      );
    case 'creative-duration':
      return says(`a place for ${have(secondsText)}`, seconds);
    case 'creative-protocol':
    case 'creative-bitrate':
    case 'creative-delivery':
    case 'creative-linearity':
    case 'creative-skip':
    case 'creative-assets':
      return says(`a place for ${have(({ format }) => format)} of this kind`, 'it takes others');
    case 'creative-language':
      return says(
        `readers of ${have(({ language }) => language ?? 'a creative that does not say its language')}`,
        `allowed: ${[...blocks.languagesAllowed, ...blocks.languageTagsAllowed].join(', ')}`,
      );
    case 'creative-paused':
      return says('an active creative', `paused: ${have(({ id }) => id)}`);
    case 'creative-pinned':
      return says(
        'a creative that shows what was pinned',
        `changed since: ${have(({ id }) => id)}; narrowcast check tells what to do`,
      );
    case 'creative-too-large':
      return says(
        'an exchange that takes a response as long as this markup makes it',
        `${exchange.id} takes at most ${exchange.responseBytesMax} bytes`,
      );
    case 'pod-duplicate':
      return says(
        'a commercial break without this category, advertiser or creative',
        'the break has it already, and takes nothing twice',
      );
    case 'creative-already-used':
      return says(
        'a creative that is not on the page yet',
        'each already fills another place of this request',
      );
    default:
      return unreachable(rule);
  }
}

/** What the place of the creatives' format asks for, of what several formats have. */
function asked(
  creatives: readonly Creative[],
  { banner = NO_BANNER, video, audio, native }: Impression,
): Pick<Banner, 'attributesBlocked' | 'apis' | 'mimes'> & { readonly seconds: string } {
  const formats = creatives.map(({ format }) => format);
  const stream =
    (formats.includes('video') ? video : undefined) ?? (formats.includes('audio') ? audio : undefined);
  if (stream) return { ...stream, seconds: secondsAsked(stream) };
  const place = (formats.includes('native') ? native : undefined) ?? banner;
  return { ...place, mimes: banner.mimes, seconds: '' };
}

function secondsAsked({ secondsMin, secondsMax, secondsRequired }: Video | Audio): string {
  const most = secondsMax === Infinity ? 'any' : String(secondsMax);
  const range = `it takes ${secondsMin} to ${most} seconds`;
  return secondsRequired.length > 0 ? `${range}, of these ${secondsRequired.join(', ')} only` : range;
}

function secondsText(creative: Creative): string | undefined {
  return 'seconds' in creative ? `${creative.seconds} seconds` : undefined;
}

function mimesText(creative: Creative): string | undefined {
  if (creative.format === 'banner') return creative.mime;
  if (creative.format === 'native') return undefined;
  const { wrapper, files } = creative;
  return wrapper ? wrapper.mimes.join(' and ') : [...new Set(files.map(({ mime }) => mime))].join(' or ');
}

function playerText({ video }: Impression): string {
  return video?.size
    ? `it measures ${video.size.w}x${video.size.h}, without boxes around`
    : 'it tells no size';
}

/** What the creatives have, each kind once. */
function listed(creatives: readonly Creative[], of: (creative: Creative) => string | undefined): string {
  return [...new Set(creatives.map(of).filter(Boolean))].join(' or ');
}

function formatsText(impression: Impression): string {
  return CREATIVE_FORMATS.filter((format) => impression[format] !== undefined).join(', ');
}

function sizeText({ size, ratio }: BannerCreative): string {
  return size ? `${size.w}x${size.h}` : `${ratio?.widthRatio}:${ratio?.heightRatio}`;
}

function categoriesIn(taxonomy: number, { categories, categoriesElsewhere }: Creative): readonly string[] {
  return taxonomy === CONTENT_1 ? categories : (categoriesElsewhere.get(taxonomy) ?? []);
}

function categoryWords(categories: string, blocks: BlockLists): WantedAndFound {
  const { categoryTaxonomy: taxonomy } = blocks;
  const name = Object.entries(CATEGORY_TAXONOMIES).find(([, number]) => number === taxonomy)?.[0];
  const where = taxonomy === CONTENT_1 ? '' : ` in taxonomy ${name ?? taxonomy}`;
  const wanted = `a publisher that takes ${categories || 'ads without a category'}${where}`;
  const allowed =
    blocks.categoriesAllowed.length > 0 ? `; allowed: ${blocks.categoriesAllowed.join(', ')}` : '';
  return says(wanted, `blocked: ${blocks.categories.join(', ') || 'none'}${allowed}`);
}
