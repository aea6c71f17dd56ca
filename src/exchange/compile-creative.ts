import type { BannerCreative, Creative } from '../domain/creative.js';
import { assert } from '../lib/assert.js';
import { hashString } from '../lib/hash.js';
import { jsonText, jsonTexts } from './json-text.js';

/**
 * A creative turned into the parts of its bid that are the same in every response, so that encoding a bid is joining
 * texts: all fixed fields as JSON, and the markup as JSON-escaped pieces between our macros. The exchange's macros
 * (`${AUCTION_…}`) stay in the pieces for the exchange to replace.
 */
export interface CompiledCreative {
  /** The inside of the markup's JSON string, cut at the macros: one piece more than there are macros. */
  readonly markupPieces: readonly string[];
  readonly macros: readonly MarkupMacro[];
  /** `"crid":…,"mtype":1,…` without braces. */
  readonly fixedFields: string;
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
const CATEGORY_TAXONOMY = 1;
/** AdCOM "Creative Markup Types". */
const MARKUP_TYPE_BANNER = 1;
const CREATIVE_ID_CHARACTERS_MAX = 47;
const HASH_SEED_SECOND_HALF = 0x9e3779b9;
const LANGUAGE_CODE_CHARACTERS = 2;

export function compileCreative(creative: Creative): CompiledCreative {
  assert(creative.format === 'banner', 'no other format is written yet');
  const pieces: string[] = [];
  const macros: MarkupMacro[] = [];
  // Splitting by a captured pattern gives texts at even places and the macros between them.
  for (const [i, part] of creative.markup.split(MACRO_PATTERN).entries()) {
    if (i % 2 === 0) pieces.push(jsonText(part).slice(1, -1));
    else macros.push(MACROS[part as keyof typeof MACROS]);
  }
  return { markupPieces: pieces, macros, fixedFields: fixedFields(creative) };
}

function fixedFields(creative: BannerCreative): string {
  const fields = [
    `"crid":${jsonText(creativeMark(creative))}`,
    `"mtype":${MARKUP_TYPE_BANNER}`,
    sizeFields(creative),
  ];
  if (creative.categories.length > 0) {
    fields.push(`"cat":${jsonTexts(creative.categories)}`, `"cattax":${CATEGORY_TAXONOMY}`);
  }
  if (creative.attributes.length > 0) fields.push(`"attr":[${creative.attributes.join(',')}]`);
  if (creative.apis.length > 0) fields.push(`"apis":[${creative.apis.join(',')}]`);
  if (creative.language !== undefined) fields.push(languageField(creative.language));
  if (creative.appBundle !== undefined) fields.push(`"bundle":${jsonText(creative.appBundle)}`);
  if (creative.imageUrl !== undefined) fields.push(`"iurl":${jsonText(creative.imageUrl)}`);
  return fields.join(',');
}

function sizeFields({ size, ratio }: BannerCreative): string {
  if (size) return `"w":${size.w},"h":${size.h}`;
  assert(ratio !== undefined, 'a creative has a size or a ratio');
  return `"wratio":${ratio.widthRatio},"hratio":${ratio.heightRatio}`;
}

/** `language` takes an ISO 639-1 code (or `xx`), anything longer is a BCP 47 tag for `langb`. */
function languageField(language: string): string {
  const name = language.length === LANGUAGE_CODE_CHARACTERS ? 'language' : 'langb';
  return `"${name}":${jsonText(language)}`;
}

/**
 * The `crid`: the creative's own id, and a hash of all that a reviewer sees. Exchanges remember their review by it,
 * so a changed creative must come under a new one (rule 56: unique per visible variant, at most 64 bytes).
 */
function creativeMark(creative: BannerCreative): string {
  const { size, ratio } = creative;
  const seen = JSON.stringify([creative.id, creative.markup, creative.landing, size, ratio]);
  const name = creative.id.replaceAll(/[^\w.-]/g, '_').slice(0, CREATIVE_ID_CHARACTERS_MAX);
  return `${name}.${hexHash(seen)}${hexHash(seen, HASH_SEED_SECOND_HALF)}`;
}

function hexHash(text: string, seed?: number): string {
  return hashString(text, seed).toString(16).padStart(8, '0');
}
