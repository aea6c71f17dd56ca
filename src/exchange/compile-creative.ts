import type { BannerCreative, Creative } from '../domain/creative.js';
import { assert, unreachable } from '../lib/assert.js';
import { hashString } from '../lib/hash.js';
import { jsonText, jsonTexts } from './json-text.js';

/**
 * A creative turned into the parts of its bid that are the same in every response, so that encoding a bid is joining
 * texts: all fixed fields as JSON, and a banner's markup as JSON-escaped pieces between our macros. The exchange's macros
 * (`${AUCTION_…}`) stay in the pieces for the exchange to replace. What a video, an audio or a native creative is shown as
 * depends on the impression (vast.ts, native-response.ts).
 */
export interface CompiledCreative {
  /** The inside of the markup's JSON string, cut at the macros: one piece more than there are macros. */
  readonly markupPieces: readonly string[];
  readonly macros: readonly MarkupMacro[];
  /** `"crid":…,"mtype":1,…` without braces. */
  readonly fixedFields: string;
  /** The same for exchanges of OpenRTB 2.5, which know no `apis` and `langb`. */
  readonly fixedFieldsBefore26: string;
  /** `,"cat":[…],"cattax":…` by taxonomy, of those in which it has categories. */
  readonly categoryFields: ReadonlyMap<number, string>;
  /** The `crid`. */
  readonly mark: string;
}

/**
 * Macros that we replace. What is put in consists of letters, digits and `-._~:/%[]` only (see encode.ts), none of which
 * ends an attribute, a JavaScript string, an HTML comment or a URL: a macro may stand in any of these. The encoded form
 * is for a click URL that is a parameter of another one.
 */
const MACROS = {
  '${CLICK_URL}': 'click',
  '${CLICK_URL_ENC}': 'click-encoded',
  '${CACHEBUSTER}': 'cache-buster',
} as const;
export type MarkupMacro = (typeof MACROS)[keyof typeof MACROS];

const MACRO_PATTERN = /(\$\{CLICK_URL\}|\$\{CLICK_URL_ENC\}|\$\{CACHEBUSTER\})/;
/** IAB Content Taxonomy 1.0, in which every creative has its categories. */
export const CATEGORY_TAXONOMY = 1;
/** AdCOM "Creative Markup Types". */
const MARKUP_TYPES = { banner: 1, video: 2, audio: 3, native: 4 } as const;
const CREATIVE_ID_CHARACTERS_MAX = 47;
const HASH_SEED_SECOND_HALF = 0x9e3779b9;
const LANGUAGE_CODE_CHARACTERS = 2;

export function compileCreative(creative: Creative): CompiledCreative {
  const pieces: string[] = [];
  const macros: MarkupMacro[] = [];
  // Splitting by a captured pattern gives texts at even places and the macros between them.
  const markup = creative.format === 'banner' ? creative.markup : '';
  for (const [i, part] of markup.split(MACRO_PATTERN).entries()) {
    if (i % 2 === 0) pieces.push(jsonText(part).slice(1, -1));
    else macros.push(MACROS[part as keyof typeof MACROS]);
  }
  const mark = creativeMark(creative);
  return {
    markupPieces: pieces,
    macros,
    fixedFields: fixedFields(creative, mark, apisField(creative), languageField(creative.language)),
    fixedFieldsBefore26: fixedFields(creative, mark, apiField(creative), languageBefore26(creative.language)),
    categoryFields: categoryFields(creative),
    mark,
  };
}

function fixedFields(creative: Creative, mark: string, ...variable: readonly string[]): string {
  const fields = [`"crid":${jsonText(mark)}`, `"mtype":${MARKUP_TYPES[creative.format]}`];
  if (creative.format === 'banner') fields.push(sizeFields(creative));
  fields.push(...variable.filter((field) => field !== ''));
  if (creative.appBundle !== undefined) fields.push(`"bundle":${jsonText(creative.appBundle)}`);
  if (creative.imageUrl !== undefined) fields.push(`"iurl":${jsonText(creative.imageUrl)}`);
  return fields.join(',');
}

/** @returns `,"attr":[…]`, or nothing */
export function attributeField(attributes: readonly number[]): string {
  return attributes.length > 0 ? `,"attr":[${attributes.join(',')}]` : '';
}

function apisField({ apis }: Creative): string {
  return apis.length > 0 ? `"apis":[${apis.join(',')}]` : '';
}

/** OpenRTB 2.5 §4.2.3 has room for one. */
function apiField({ apis }: Creative): string {
  return apis.length > 0 ? `"api":${apis[0]}` : '';
}

function categoryFields({ categories, categoriesElsewhere }: Creative): ReadonlyMap<number, string> {
  const all = [[CATEGORY_TAXONOMY, categories] as const, ...categoriesElsewhere];
  const told = all.filter(([, codes]) => codes.length > 0);
  return new Map(
    told.map(([taxonomy, codes]) => [taxonomy, `,"cat":${jsonTexts(codes)},"cattax":${taxonomy}`]),
  );
}

function sizeFields({ size, ratio }: BannerCreative): string {
  if (size) return `"w":${size.w},"h":${size.h}`;
  assert(ratio !== undefined, 'a creative has a size or a ratio');
  return `"wratio":${ratio.widthRatio},"hratio":${ratio.heightRatio}`;
}

/** `language` takes an ISO 639-1 code (or `xx`), anything longer is a BCP 47 tag for `langb`. */
function languageField(language: string | undefined): string {
  if (language === undefined) return '';
  const name = language.length === LANGUAGE_CODE_CHARACTERS ? 'language' : 'langb';
  return `"${name}":${jsonText(language)}`;
}

/** Before 2.6 there was the code alone. */
function languageBefore26(language: string | undefined): string {
  return languageField(language?.split('-')[0]?.slice(0, LANGUAGE_CODE_CHARACTERS));
}

/**
 * The `crid`: the creative's own id, and a hash of all that a reviewer sees. Exchanges remember their review by it,
 * so a changed creative must come under a new one (rule 56: unique per visible variant, at most 64 bytes).
 */
function creativeMark(creative: Creative): string {
  const seen = JSON.stringify(whatIsSeen(creative));
  const name = creative.id.replaceAll(/[^\w.-]/g, '_').slice(0, CREATIVE_ID_CHARACTERS_MAX);
  return `${name}.${hexHash(seen)}${hexHash(seen, HASH_SEED_SECOND_HALF)}`;
}

function whatIsSeen(creative: Creative): unknown {
  const { id, landing } = creative;
  switch (creative.format) {
    case 'banner':
      return [id, creative.markup, landing, creative.size, creative.ratio];
    case 'video':
      return [id, landing, creative.seconds, creative.files, creative.wrapper, creative.companions];
    case 'audio':
      return [id, landing, creative.seconds, creative.files, creative.wrapper, creative.companions];
    case 'native': {
      const { title, images, icons, data, video } = creative;
      return [id, landing, title, images, icons, [...data], video];
    }
    default:
      return unreachable(creative);
  }
}

function hexHash(text: string, seed?: number): string {
  return hashString(text, seed).toString(16).padStart(8, '0');
}
