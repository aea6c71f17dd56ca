import { z } from 'zod';
import type { BannerCreative } from '../../domain/creative.js';
import type { CreativeId } from '../../domain/ids.js';
import { CLICK_ID_MACRO } from '../../domain/notice.js';
import { API_FRAMEWORKS, CREATIVE_ATTRIBUTES, EXPAND_DIRECTIONS } from '../../domain/adcom-words.js';
import {
  addSays,
  group,
  id,
  list,
  lowerText,
  parsed,
  ruleOverNames,
  text,
  wholeNumber,
  word,
} from './fields.js';
import {
  bannerTypeOf,
  isSecure,
  markupBytes,
  MARKUP_BYTES_MAX,
  mimeOfImage,
  pictureMarkup,
} from './markup.js';
import { category } from './targeting.js';
import { webAddress, webAddressWith } from './web.js';

const PIXELS_MAX = 10_000;
const MARKUP_CHARACTERS_MAX = 10_000;
const CODES_MAX = 50;

const pixels = (what: string) =>
  wholeNumber(`the ${what} in whole pixels, such as 300`, { min: 1, max: PIXELS_MAX });

const RATIO_EXPECTED = 'width to height such as "4:3" or "16:9"';
const ratio = parsed(text(RATIO_EXPECTED), RATIO_EXPECTED, (found) => {
  const parts = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/.exec(found);
  return parts ? { widthRatio: Number(parts[1]), heightRatio: Number(parts[2]) } : undefined;
});

const html = z.string({ error: 'HTML as text in quotes' }).regex(/\S/, { error: 'HTML as text in quotes' });

const shape = {
  id: id('the creative', 'trail-300x250').describe(
    'Your name for this creative; unique within the line item.',
  ),
  format: z.literal('banner').describe('The kind of creative: "banner".'),
  w: pixels('width').optional().describe('Width in pixels.'),
  h: pixels('height').optional().describe('Height in pixels.'),
  ratio: ratio
    .optional()
    .describe('For creatives that stretch: width to height such as "4:3", in place of w and h.'),
  html: html
    .max(MARKUP_CHARACTERS_MAX, { error: `HTML of at most ${MARKUP_BYTES_MAX} bytes` })
    .optional()
    .describe('The banner as HTML; ${CLICK_URL} stands for the tracked click link.'),
  image: webAddress('the address of a picture, such as "https://cdn.acme.example/trail.png"')
    .optional()
    .describe('The banner as a picture, in place of html; the click link is put around it.'),
  landing: webAddressWith(
    CLICK_ID_MACRO,
    'the full address of the landing page, such as "https://acme.example/trail"',
  ).describe('Where a click leads; ${CLICK_ID} stands for the id that a conversion names its click by.'),
  attributes: list(word(CREATIVE_ATTRIBUTES), 'a list of attributes such as ["video-autoplay"]', CODES_MAX)
    .optional()
    .describe(
      `What is special about it, since some sites block it: ${Object.keys(CREATIVE_ATTRIBUTES).join(', ')}.`,
    ),
  apis: list(word(API_FRAMEWORKS), 'a list of interfaces such as ["mraid-2"]', CODES_MAX)
    .optional()
    .describe(`Interfaces that it needs from the app: ${Object.keys(API_FRAMEWORKS).join(', ')}.`),
  expands: list(word(EXPAND_DIRECTIONS), 'a list of directions such as ["down"]', CODES_MAX)
    .optional()
    .describe(`Where it grows to when it expands: ${Object.keys(EXPAND_DIRECTIONS).join(', ')}.`),
  mime: lowerText('a content type such as "image/png"', { pattern: /^[A-Za-z]+\/[A-Za-z0-9.+-]+$/ })
    .optional()
    .describe('Content type; told by the file name of a picture, "text/html" for HTML.'),
  language: lowerText('a language such as "en", "pt-br", or "xx" when it has no words', {
    pattern: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
  })
    .optional()
    .describe('Language of its words, such as "en"; "xx" when it has none.'),
  categories: list(category, 'a list of IAB categories such as ["IAB18-5"]', CODES_MAX)
    .optional()
    .describe("Its own IAB categories, when they differ from the advertiser's."),
  app: lowerText('the bundle or store number of an app as text in quotes, such as "com.acme.shop"')
    .optional()
    .describe('Bundle or store number of the app that the ad promotes, if it does.'),
  preview: webAddress('the address of a picture, such as "https://cdn.acme.example/preview.png"')
    .optional()
    .describe('A picture of the creative for reviewers.'),
};

/** A creative whose categories, when it tells none, are still to be taken from the advertiser. */
export type CreativeSection = Omit<BannerCreative, 'categories'> & {
  readonly categories: readonly string[] | undefined;
};

export const creativeSection = group('a creative in braces', shape)
  .check(
    ruleOverNames((has) => {
      if (has('ratio'))
        return has('w') || has('h') ? 'must have either "w" and "h" or "ratio", not both' : undefined;
      return has('w') && has('h')
        ? undefined
        : 'needs "w" and "h" in pixels, such as 300 and 250 (or "ratio")';
    }),
  )
  .check(
    ruleOverNames((has) =>
      has('html') === has('image') ? 'needs either "html" or "image", one of the two' : undefined,
    ),
  )
  .transform((given, context): CreativeSection => {
    const size = given.w === undefined || given.h === undefined ? undefined : { w: given.w, h: given.h };
    const markup = given.html ?? pictureMarkup(given.image ?? '', size);
    const bytes = markupBytes(markup, given.landing);
    if (bytes > MARKUP_BYTES_MAX) {
      const says = `takes ${bytes} bytes with its click links but must be at most ${MARKUP_BYTES_MAX} bytes; shorten it or load the rest from a file`;
      addSays(context, says, [given.html === undefined ? 'image' : 'html']);
    }
    const mime = given.mime ?? (given.image === undefined ? 'text/html' : mimeOfImage(given.image));
    if (mime === undefined) {
      addSays(context, 'does not tell the kind of picture by its name; add "mime", such as "image/png"', [
        'image',
      ]);
      return z.NEVER;
    }
    return {
      id: given.id as CreativeId,
      format: given.format,
      size,
      ratio: given.ratio,
      markup,
      landing: given.landing,
      attributes: given.attributes ?? [],
      apis: given.apis ?? [],
      expandDirections: given.expands ?? [],
      mime,
      bannerType: bannerTypeOf(markup),
      language: given.language,
      categories: given.categories,
      categoriesElsewhere: new Map(),
      secure: isSecure(markup) && isSecure(given.preview ?? ''),
      appBundle: given.app,
      imageUrl: given.preview,
    };
  });
