import { nearestWord } from '../lib/words.js';

/**
 * Thrown by the readers below when a value is not what it should be, and caught where the line ends. It says of what kind
 * the value is and never the value itself, save where that is nearly one of a few words, a short number or nearly a date: a
 * line is about a person, its columns may have been mixed up, and its problem goes to a log.
 */
export class FieldProblem extends Error {
  override readonly name = 'FieldProblem';
  /** The problem without what was found, for counting problems that are alike. */
  readonly group: string;

  /** @param path such as `people.age`; empty for the line itself */
  constructor(path: string, found: string, expected: string) {
    const place = path === '' ? 'the line' : path;
    super(`${place} is ${found}, expected ${expected}`);
    this.group = `${place}: expected ${expected}`;
  }
}

const QUOTED_CHARACTERS_MAX = 40;
const NUMBER_CHARACTERS_MAX = 4;
const TEXT_CHARACTERS_MAX = 100;

type Fields = Readonly<Record<string, unknown>>;

/** An object, or undefined when there is none. */
function readObject(value: unknown, path: string): Fields | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as Fields;
  throw new FieldProblem(path, kindOf(value), 'an object');
}

/** An object with no other keys than these, so that a misspelt one is no fact lost in silence. */
export function readObjectOf(value: unknown, path: string, keys: readonly string[]): Fields {
  const fields = readObject(value, path) ?? {};
  for (const key of Object.keys(fields)) {
    if (keys.includes(key)) continue;
    // A key that is no misspelling of ours may be anything, an id as well, and is not shown.
    const near = nearestWord(key.slice(0, QUOTED_CHARACTERS_MAX), keys);
    if (near !== undefined) throw new FieldProblem(join(path, key), 'no field of a profile', near);
    throw new FieldProblem(path, 'an object with another field', `only ${keys.join(', ')}`);
  }
  return fields;
}

/** A map from lower-case names to what `readEntry` makes of the values; undefined leaves an entry out. */
export function readMap(
  value: unknown,
  path: string,
  entriesMax: number,
  readEntry: (value: unknown, path: string) => number | undefined,
): ReadonlyMap<string, number> {
  const entries = Object.entries(readObject(value, path) ?? {});
  if (entries.length > entriesMax)
    throw new FieldProblem(path, `${entries.length} entries`, `at most ${entriesMax}`);
  const map = new Map<string, number>();
  // The names are the advertiser's own and may be an address or an id, so no problem shows them.
  const entryPath = `${path}.*`;
  for (const [key, entry] of entries) {
    const name = readText(key, entryPath);
    const number = readEntry(entry, entryPath);
    if (name !== undefined && number !== undefined) map.set(name, number);
  }
  return map;
}

/** A text in lower case without space around it, or undefined when there is none. */
export function readText(value: unknown, path: string): string | undefined {
  if (isAbsent(value)) return undefined;
  const expected = `text of 1 to ${TEXT_CHARACTERS_MAX} characters`;
  if (typeof value !== 'string') throw new FieldProblem(path, kindOf(value), expected);
  const text = value.trim().toLowerCase();
  if (text.length === 0 || text.length > TEXT_CHARACTERS_MAX)
    throw new FieldProblem(path, kindOf(value), expected);
  return text;
}

/** A number within bounds, or undefined when there is none. */
export function readNumber(value: unknown, path: string, min: number, max: number): number | undefined {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw new FieldProblem(
    path,
    typeof value === 'number' ? numberOrKind(value) : kindOf(value),
    `a number from ${min} to ${max}`,
  );
}

/** A whole number within bounds, or undefined when there is none. */
export function readInteger(value: unknown, path: string, min: number, max: number): number | undefined {
  const number = readNumber(value, path, min, max);
  if (number === undefined || Number.isInteger(number)) return number;
  throw new FieldProblem(path, numberOrKind(number), `a whole number from ${min} to ${max}`);
}

/** One of a few words, in any case, or undefined when there is none. */
export function readWord<Word extends string>(
  value: unknown,
  path: string,
  words: readonly Word[],
): Word | undefined {
  if (isAbsent(value)) return undefined;
  const wanted = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  const word = words.find((candidate) => candidate === wanted);
  if (word === undefined)
    throw new FieldProblem(path, wordOrKind(value, words), `one of ${words.join(', ')}`);
  return word;
}

export function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** What kind of thing a value is, for people, without showing it. */
export function kindOf(value: unknown): string {
  if (isAbsent(value)) return 'missing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string')
    return value.trim() === '' ? 'empty text' : `text of ${value.length} characters`;
  if (typeof value === 'number') return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'an object';
}

/** A short number is a slip; a long one may be an id, a telephone number or a place, and is not shown. */
function numberOrKind(value: number): string {
  const text = String(value);
  return text.length <= NUMBER_CHARACTERS_MAX || !Number.isFinite(value) ? text : kindOf(value);
}

/** A misspelling of one of the words; what is none may be anything, and is not shown. */
function wordOrKind(value: unknown, words: readonly string[]): string {
  if (typeof value !== 'string' || nearestWord(value.slice(0, QUOTED_CHARACTERS_MAX), words) === undefined)
    return kindOf(value);
  return JSON.stringify(value);
}

function join(path: string, key: string): string {
  const name = key.slice(0, QUOTED_CHARACTERS_MAX);
  return path === '' ? name : `${path}.${name}`;
}
