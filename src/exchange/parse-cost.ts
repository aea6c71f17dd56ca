/**
 * How long `JSON.parse` may take on a text, told from its bytes before it is parsed: for JSON that stands as a text in a
 * bid request. The request itself is scanned and not parsed.
 *
 * V8 reads text at 2 ns a byte, but gives every object a hidden class, found by following one transition a key from
 * the empty object. A transition that was taken before is quick; a new one costs most of a microsecond, so that 256 KiB
 * of `{"a":1},{"b":1},…`, or of the same keys in ever new orders, hold up the event loop for 11 ms. Next dearest are
 * short strings that never repeat: V8 looks each one of up to 10 characters up in its table of all known ones. Then come
 * numbers half-way between two floating-point values, and deep nesting.
 *
 * So the scan follows the transitions as V8 does. For each open object it keeps a hash of the keys so far; a key
 * turns it into the hash of the next class, which is looked up in a table of those already met. Everything is worth
 * points, one for each 10 ns that the worst document known of its kind took. The hash starts from a number drawn at
 * start, so that nobody can send keys that collide on purpose; a chance collision only makes a key look cheaper than it is.
 */

/** More are not counted: 1.8 ms. */
const POINTS_MAX = 180_000;

const NESTING_MAX = 64;

const NEW_TRANSITION_POINTS = 88;
const KNOWN_TRANSITION_POINTS = 6;
/** A long key also has to be hashed and copied. */
const NEW_KEY_BYTES_PER_POINT = 2;
/** V8 looks every string of up to 10 characters up; an escape takes 6 bytes. */
const LOOKED_UP_BYTES_MAX = 10;
const LOOKED_UP_ESCAPED_BYTES_MAX = 60;
const SHORT_STRING_POINTS = 48;
const LONG_STRING_POINTS = 4;
/** A text may also be read as codes, and each part of one with commas; slashes make it an address to be read. */
const TEXT_MARK_POINTS = 15;
const OPENING_POINTS = 7;
/** Whole numbers of up to 9 digits are read at once; others a digit at a time, and some of them twice. */
const SMALL_NUMBER_BYTES_MAX = 9;
const SMALL_NUMBER_POINTS = 2;
const NUMBER_BYTE_POINTS = 2;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;
const SLASH = 0x2f;
const COLON = 0x3a;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const FIRST_BEYOND_ASCII = 0x80;

/** Odd, so that it is never 0, which marks a list. */
const EMPTY_OBJECT = Math.floor(Math.random() * 0x7fffffff) | 1;
const LIST = 0;

const CLASSES = 16_384;
const classesMet = new Uint8Array(CLASSES);
/** One for each open object or list, and one for the level that is too deep. */
const openClasses = new Int32Array(NESTING_MAX + 2);

/**
 * What it costs to parse JSON.
 *
 * @param body in UTF-8, not known to be JSON
 * @param isFirst whether it is the first one of its request: keys that earlier ones had are known to V8
 * @returns points, each worth 10 ns; `Infinity` when it is nested too deep
 */
export function pointsToParse(body: Uint8Array, isFirst: boolean): number {
  if (isFirst) classesMet.fill(0);
  openClasses[0] = LIST;
  let points = 0;
  let depth = 0;
  let keyComesNext = false;
  for (let i = 0; i < body.length && points <= POINTS_MAX && depth <= NESTING_MAX; i++) {
    const byte = body[i] as number;
    if (byte === QUOTE) {
      const start = i + 1;
      i = endOfString(body, start);
      if (keyComesNext) {
        points += followTransition(body, start, i, depth);
        keyComesNext = false;
      } else {
        points += isLookedUp(body, start, i) ? SHORT_STRING_POINTS : LONG_STRING_POINTS;
        points += marksPassed * TEXT_MARK_POINTS;
      }
    } else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
      keyComesNext = byte === OPENING_BRACE;
      points += OPENING_POINTS;
      depth++;
      openClasses[depth] = keyComesNext ? EMPTY_OBJECT : LIST;
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
      depth = Math.max(0, depth - 1);
    } else if (byte === COMMA) {
      keyComesNext = openClasses[depth] !== LIST;
    } else if (byte > SPACE && byte !== COLON) {
      const start = i;
      i = endOfWord(body, start);
      points += wordPoints(body, start, i + 1);
    }
  }
  return depth > NESTING_MAX ? Infinity : points;
}

/** Moves the object that is open at `depth` on by the key between `start` and `end`. @returns what that costs */
function followTransition(body: Uint8Array, start: number, end: number, depth: number): number {
  let hash = openClasses[depth] as number;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (body[i] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) | 1;
  openClasses[depth] = hash;
  const slot = (hash >>> 13) % CLASSES;
  if (classesMet[slot] === 1) return KNOWN_TRANSITION_POINTS;
  classesMet[slot] = 1;
  return NEW_TRANSITION_POINTS + Math.floor((end - start) / NEW_KEY_BYTES_PER_POINT);
}

/** @returns the last byte of the number or other word that starts at `start` */
function endOfWord(body: Uint8Array, start: number): number {
  let i = start;
  while (i + 1 < body.length && isInWord(body[i + 1] as number)) i++;
  return i;
}

function isInWord(byte: number): boolean {
  return (
    byte > SPACE && byte !== COMMA && byte !== QUOTE && byte !== CLOSING_BRACE && byte !== CLOSING_BRACKET
  );
}

function wordPoints(body: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length > SMALL_NUMBER_BYTES_MAX) return length * NUMBER_BYTE_POINTS;
  for (let i = start; i < end; i++) {
    const byte = body[i] as number;
    if (byte < DIGIT_0 || byte > DIGIT_9) return length * NUMBER_BYTE_POINTS;
  }
  return SMALL_NUMBER_POINTS;
}

function isLookedUp(body: Uint8Array, start: number, end: number): boolean {
  if (end - start <= LOOKED_UP_BYTES_MAX) return true;
  if (end - start > LOOKED_UP_ESCAPED_BYTES_MAX) return false;
  for (let i = start; i < end; i++) {
    const byte = body[i] as number;
    if (byte === BACKSLASH || byte >= FIRST_BEYOND_ASCII) return true;
  }
  return false;
}

/** Commas and slashes in the text that was scanned last. */
let marksPassed = 0;

/** @param start the first byte after the opening quote @returns the closing quote, or the end of the body */
function endOfString(body: Uint8Array, start: number): number {
  let marks = 0;
  let i = start;
  for (; i < body.length && body[i] !== QUOTE; i++) {
    const byte = body[i];
    if (byte === BACKSLASH) i++;
    else if (byte === COMMA || byte === SLASH) marks++;
  }
  marksPassed = marks;
  return i;
}
