import { UNITS_MAX } from '../domain/money.js';

/**
 * The readers through which every field of a bid request passes. They hold what Narrowcast tolerates: exchanges send
 * numbers as strings, ids as numbers, flags as 0, 1, "1" or true, and a single value where a list belongs. None throws;
 * `undefined` means that the field does not tell.
 *
 * Only fields named in the code are read, and none of those names exists on Object.prototype, so a body's `__proto__`
 * or `constructor` keys reach nothing.
 */

/** An object of the request with the fields that are read from it. */
export type JsonObject<Field extends string> = Readonly<Partial<Record<Field, unknown>>>;

/**
 * Stands for a value that is there but cannot be read, where leaving it out would open what it was to close. No seat,
 * domain, code or currency is spelt so, which is why a list of it alone allows nobody.
 */
export const UNREADABLE = '?';

const NOTHING: readonly never[] = [];
const NUMBER_CHARACTERS_MAX = 32;
const FEW_INTEGERS = 16;

/** @returns the value when it is a JSON object; lists are none */
export function readObject<Field extends string>(value: unknown): JsonObject<Field> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject<Field>;
}

/** @returns the list, a list of the single value that stands in its place, or an empty list for null and absent */
export function readList(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? NOTHING : [value];
}

/** @returns the only entry of a list of one, which some send where a single value belongs; else the value itself */
export function readSingle(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

/** @returns false for null, an absent field and an empty text, which all say nothing */
export function isTold(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** @returns a non-empty text. Numbers are written out, unless they are too large to be known exactly. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return undefined;
  return String(value);
}

export function readLowerText(value: unknown): string | undefined {
  return readText(value)?.trim().toLowerCase();
}

/**
 * @returns the number, or the one that a text of at most 32 characters spells in JSON's way, blanks aside. Never NaN, but
 *   `Infinity` or `-Infinity` when the number is beyond all counting (`1e999`).
 */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (!isSpeltAsNumber(text)) return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? undefined : number;
}

/** `Number` would also read `''`, `' '`, `'0x10'` and `'Infinity'`. */
function isSpeltAsNumber(text: string): boolean {
  if (text.length === 0 || text.length > NUMBER_CHARACTERS_MAX) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && !'+-.eE'.includes(text.charAt(i))) return false;
  }
  return true;
}

/** @returns a whole number; fractions do not tell */
export function readInteger(value: unknown): number | undefined {
  const number = readNumber(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** @returns a whole number of at least 1 */
export function readCount(value: unknown): number | undefined {
  const integer = readInteger(value);
  return integer !== undefined && integer > 0 ? integer : undefined;
}

/**
 * @param absent what holds when nothing is told
 * @returns a limit from 0 up, or undefined when one is told that cannot be read: nobody knows then what is within it
 */
export function readLimit(value: unknown, absent: number): number | undefined {
  if (!isTold(value)) return absent;
  const limit = readNumber(readSingle(value));
  return limit !== undefined && limit >= 0 ? limit : undefined;
}

/** @returns true or false for a boolean, a number, or a text or list of one that spells either; 0 alone is false */
export function readFlag(value: unknown): boolean | undefined {
  const single = readSingle(value);
  if (typeof single === 'boolean') return single;
  const number = readNumber(single);
  if (number !== undefined) return number !== 0;
  const word = readLowerText(single);
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/**
 * @returns false when the flag is absent, null or a clear no. Anything else counts as yes, because the flags restrict
 *   what may be done, and a restriction is better believed.
 */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && readFlag(value) !== false;
}

/** @returns a price in units of its currency, from 0 to UNITS_MAX */
export function readPrice(value: unknown): number | undefined {
  const number = readNumber(value);
  return number !== undefined && number >= 0 && number <= UNITS_MAX ? number : undefined;
}

/** @returns the texts of a list, without blanks around them; what is no text is left out */
export function readTexts(value: unknown): readonly string[] {
  const list = readList(value);
  if (list.length === 0) return NOTHING;
  const texts: string[] = [];
  for (const entry of list) {
    const text = readText(entry)?.trim();
    if (text !== undefined && text !== '') texts.push(text);
  }
  return texts;
}

/** @returns the whole numbers of a list; what is none is left out */
export function readIntegers(value: unknown): readonly number[] {
  const list = readList(value);
  if (list.length === 0) return NOTHING;
  const integers: number[] = [];
  for (const entry of list) {
    const integer = readInteger(entry);
    if (integer !== undefined) integers.push(integer);
  }
  // Every candidate is held against them: what is named again says nothing more.
  return integers.length > FEW_INTEGERS ? [...new Set(integers)] : integers;
}
