import { z } from 'zod';
import { API_FRAMEWORKS, CATEGORY_TAXONOMIES, CREATIVE_ATTRIBUTES } from '../../domain/adcom-words.js';
import type { CategoriesByTaxonomy, CreativeFacts } from '../../domain/creative.js';
import type { CreativeId } from '../../domain/ids.js';
import { CLICK_ID_MACRO } from '../../domain/notice.js';
import { addSays, group, id, list, lowerText, text, wholeNumber, word } from './fields.js';
import { isSecure, markupBytes, MARKUP_BYTES_MAX } from './markup.js';
import { category } from './targeting.js';
import { webAddress, webAddressWith } from './web.js';

const PIXELS_MAX = 10_000;
const CODES_MAX = 50;
const TAXONOMY_CODE_CHARACTERS_MAX = 16;
const PIN_CHARACTERS_MAX = 64;

/** The two states of campaigns, line items and creatives. */
export const activeOrPaused = z.enum(['active', 'paused']);

export const pixels = (what: string) =>
  wholeNumber(`the ${what} in whole pixels, such as 300`, { min: 1, max: PIXELS_MAX });

const taxonomyCodes = list(
  text('the id of a category as text in quotes, such as "483"', {
    charactersMax: TAXONOMY_CODE_CHARACTERS_MAX,
  }).toUpperCase(),
  'a list of ids of categories such as ["483"]',
  CODES_MAX,
).optional();

const OTHER_CATEGORIES_EXPECTED = 'categories by taxonomy such as {"content-3.0": ["483"]}';

export const otherCategories = group(
  OTHER_CATEGORIES_EXPECTED,
  Object.fromEntries(
    Object.keys(CATEGORY_TAXONOMIES).map((name) => [
      name,
      taxonomyCodes.describe(`Ids of the IAB's ${name}.`),
    ]),
  ) as Record<keyof typeof CATEGORY_TAXONOMIES, typeof taxonomyCodes>,
).transform((given): CategoriesByTaxonomy => {
  const known = Object.entries(given).flatMap(([name, codes]) =>
    codes === undefined
      ? []
      : [[CATEGORY_TAXONOMIES[name as keyof typeof CATEGORY_TAXONOMIES], codes] as const],
  );
  return new Map(known);
});

/** The settings that creatives of every format have. */
export const commonShape = {
  id: id('the creative', 'trail-300x250').describe(
    'Your name for this creative; unique within the line item.',
  ),
  status: activeOrPaused
    .default('active')
    .describe('"active": it may be shown; "paused": nothing is bid with it, and the others go on.'),
  pin: text('the pin that narrowcast check tells, as text in quotes', { charactersMax: PIN_CHARACTERS_MAX })
    .optional()
    .describe(
      'Fixes what is shown: when anything of it changes, nothing is bid with it until the pin is renewed. Write "new", and narrowcast check tells it.',
    ),
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
    .describe(`Interfaces that it needs: ${Object.keys(API_FRAMEWORKS).join(', ')}.`),
  language: lowerText('a language such as "en", "pt-br", or "xx" when it has no words', {
    pattern: /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
  })
    .optional()
    .describe('Language of its words, such as "en"; "xx" when it has none.'),
  categories: list(category, 'a list of IAB categories such as ["IAB18-5"]', CODES_MAX)
    .optional()
    .describe("Its own IAB categories, when they differ from the advertiser's."),
  otherCategories: otherCategories
    .optional()
    .describe("The same in other taxonomies of the IAB, when they differ from the advertiser's."),
  app: lowerText('the bundle or store number of an app as text in quotes, such as "com.acme.shop"')
    .optional()
    .describe('Bundle or store number of the app that the ad promotes, if it does.'),
  preview: webAddress('the address of a picture, such as "https://cdn.acme.example/preview.png"')
    .optional()
    .describe('A picture of the creative for reviewers.'),
};

type Common = z.output<z.ZodObject<typeof commonShape>>;

/** A creative whose categories, when it tells none, are still to be taken from the advertiser, and whose pin is to be compared. */
export type CreativeAsWritten<Facts extends CreativeFacts> = Omit<
  Facts,
  'categories' | 'categoriesElsewhere' | 'withheld'
> & {
  readonly categories: readonly string[] | undefined;
  readonly categoriesElsewhere: CategoriesByTaxonomy | undefined;
  readonly status: z.output<typeof activeOrPaused>;
  readonly pin: string | undefined;
};

/** @param shown every text that a browser or player may follow an address of */
export function commonFacts(given: Common, shown: readonly string[]): CreativeAsWritten<CreativeFacts> {
  return {
    id: given.id as CreativeId,
    landing: given.landing,
    attributes: given.attributes ?? [],
    apis: given.apis ?? [],
    language: given.language,
    categories: given.categories,
    categoriesElsewhere: given.otherCategories,
    secure: [...shown, given.preview ?? ''].every(isSecure),
    appBundle: given.app,
    imageUrl: given.preview,
    status: given.status,
    pin: given.pin,
  };
}

/** Refuses what leaves no room in a response. @param path the setting to make shorter */
export function limitMarkup(
  context: z.RefinementCtx,
  markup: string,
  landing: string,
  path: (string | number)[],
): void {
  const bytes = markupBytes(markup, landing);
  if (bytes <= MARKUP_BYTES_MAX) return;
  const says = `takes ${bytes} bytes with its click links but must be at most ${MARKUP_BYTES_MAX} bytes; shorten it or load the rest from a file`;
  addSays(context, says, path);
}
