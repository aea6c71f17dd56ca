import { createHmac, randomBytes } from 'node:crypto';
import { ownText } from '../lib/own-text.js';

const KEY_BYTES = 32;
/** Long texts go through the hash again and again, each time a little on: one hash a text is all that the bid path's neighbour may cost. */
const LATER_STEP = 83;
const KNOWN_MAX = 10_000;
const KNOWN_CHARACTERS_MAX = 32;
const HEXADECIMAL = /^[0-9a-f-]+$/i;
const ALL_ZEROS = /^[0-]*$/;

/**
 * Texts in place of ids: keyed hashes under a key that only this object ever had, so that nobody can compute them again or
 * go back, and of the same shape, so that what reads them cannot tell: a UUID stays one, digits stay digits, letters of
 * either case and what stands between them stay what they are. Equal texts get equal pseudonyms. Very short ones may share
 * theirs. Zeros, which stand for no id, stay zeros.
 */
export class Pseudonyms {
  readonly #key = randomBytes(KEY_BYTES);
  /** Names and most short texts come again with every request, and a hash takes longer than all else of a pseudonym. */
  readonly #known = new Map<string, string>();

  of(text: string): string {
    if (ALL_ZEROS.test(text)) return text;
    if (text.length > KNOWN_CHARACTERS_MAX) return this.#made(text);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = this.#made(text);
    if (this.#known.size === KNOWN_MAX) this.#known.clear();
    this.#known.set(ownText(text), made);
    return made;
  }

  #made(text: string): string {
    const letter = HEXADECIMAL.test(text) && /\d/.test(text) ? /[a-f]/i.exec(text)?.[0] : undefined;
    const hexCase = letter === undefined ? undefined : letter === letter.toUpperCase() ? 'upper' : 'lower';
    const hash = createHmac('sha512', this.#key).update(text).digest();
    let pseudonym = '';
    for (let i = 0; i < text.length; i++) {
      const byte = ((hash[i % hash.length] as number) + Math.floor(i / hash.length) * LATER_STEP) & 255;
      pseudonym += alike(text.charCodeAt(i), byte, hexCase);
    }
    return pseudonym;
  }

  /** A number of the same sign with as many digits before and behind its point, where the first ones are not zeros. */
  ofNumber(number: number): number {
    const [, digits = '', exponent = ''] = /^([\d.]+)(.*)$/.exec(String(Math.abs(number))) ?? [];
    const pseudonym = Math.min(Number(this.of(digits) + exponent), Number.MAX_VALUE);
    return number < 0 ? -pseudonym : pseudonym;
  }
}

const isBetween = (code: number, from: number, to: number): boolean => code >= from && code <= to;

/** @param hexCase of a hexadecimal number's letters; undefined for other texts */
function alike(code: number, byte: number, hexCase: 'upper' | 'lower' | undefined): string {
  const isUpper = isBetween(code, 0x41, 0x5a);
  const isLower = isBetween(code, 0x61, 0x7a);
  const isDigit = isBetween(code, 0x30, 0x39);
  if (hexCase !== undefined && (isUpper || isLower || isDigit)) {
    const digit = (byte & 15).toString(16);
    return hexCase === 'upper' ? digit.toUpperCase() : digit;
  }
  if (isDigit) return String(byte % 10);
  if (isUpper) return String.fromCharCode(0x41 + (byte % 26));
  // Letters of other alphabets as well.
  return isLower || code > 0x7f ? String.fromCharCode(0x61 + (byte % 26)) : String.fromCharCode(code);
}
