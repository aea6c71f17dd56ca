import { z } from 'zod';
import { EXPAND_DIRECTIONS } from '../../domain/adcom-words.js';
import type { BannerCreative } from '../../domain/creative.js';
import { commonFacts, commonShape, limitMarkup, pixels, type CreativeAsWritten } from './creative-parts.js';
import { addSays, group, list, lowerText, parsed, ruleOverNames, text, word } from './fields.js';
import { bannerTypeOf, MARKUP_BYTES_MAX, mimeOfImage, pictureMarkup } from './markup.js';
import { webAddress } from './web.js';

const MARKUP_CHARACTERS_MAX = 10_000;
const CODES_MAX = 50;

const RATIO_EXPECTED = 'width to height such as "4:3" or "16:9"';
const ratio = parsed(text(RATIO_EXPECTED), RATIO_EXPECTED, (found) => {
  const parts = /^([1-9]\d{0,3}):([1-9]\d{0,3})$/.exec(found);
  return parts ? { widthRatio: Number(parts[1]), heightRatio: Number(parts[2]) } : undefined;
});

const html = z.string({ error: 'HTML as text in quotes' }).regex(/\S/, { error: 'HTML as text in quotes' });

export const bannerCreative = group('a creative in braces', {
  ...commonShape,
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
  expands: list(word(EXPAND_DIRECTIONS), 'a list of directions such as ["down"]', CODES_MAX)
    .optional()
    .describe(`Where it grows to when it expands: ${Object.keys(EXPAND_DIRECTIONS).join(', ')}.`),
  mime: lowerText('a content type such as "image/png"', { pattern: /^[A-Za-z]+\/[A-Za-z0-9.+-]+$/ })
    .optional()
    .describe('Content type; told by the file name of a picture, "text/html" for HTML.'),
})
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
  .transform((given, context): CreativeAsWritten<BannerCreative> => {
    const size = given.w === undefined || given.h === undefined ? undefined : { w: given.w, h: given.h };
    const markup = given.html ?? pictureMarkup(given.image ?? '', size);
    limitMarkup(context, markup, given.landing, [given.html === undefined ? 'image' : 'html']);
    const mime = given.mime ?? (given.image === undefined ? 'text/html' : mimeOfImage(given.image));
    if (mime === undefined) {
      addSays(context, 'does not tell the kind of picture by its name; add "mime", such as "image/png"', [
        'image',
      ]);
      return z.NEVER;
    }
    return {
      ...commonFacts(given, [markup]),
      format: given.format,
      size,
      ratio: given.ratio,
      markup,
      expandDirections: given.expands ?? [],
      mime,
      bannerType: bannerTypeOf(markup),
    };
  });
