/**
 * How long `JSON.parse` may take on a body, told from its bytes before it is parsed.
 *
 * V8 reads text at 2 ns a byte, but gives every object a hidden class, found by following one transition a key from
 * the empty object. A transition that was taken before is quick; a new one costs half a microsecond, so that 256 KiB
 * of `{"a":1},{"b":1},…`, or of the same keys in ever new orders, hold up the event loop for 11 ms. Next dearest are
 * short strings that never repeat, numbers half-way between two floating-point values, and deep nesting.
 *
 * So the scan follows the transitions as V8 does. For each open object it keeps a hash of the keys so far; a key
 * turns it into the hash of the next class, which is looked up in a table of those already met. Everything is worth
 * points, one for each 20 ns that the worst document known of its kind took, and a body worth more than POINTS_MAX is
 * refused unparsed. The hash starts from a number drawn at start, so that nobody can send keys that collide on
 * purpose; a chance collision only makes a key look cheaper than it is. Ordinary requests pass up to about 60 KB.
 */

/** Smaller bodies are parsed uncounted: at their worst they take less time than the limit grants. */
const UNCOUNTED_BYTES_MAX = 12_288;

/** The worst documents tried within it took 1.7 ms to parse (median), and the scan of 256 KiB takes 0.6 ms. */
const POINTS_MAX = 60_000;

const NESTING_MAX = 64;

const NEW_TRANSITION_POINTS = 25;
const KNOWN_TRANSITION_POINTS = 5;
/** A long key also has to be hashed and copied. */
const NEW_KEY_BYTES_PER_POINT = 4;
/** V8 looks every string of up to 10 characters up in its table of all known ones; an escape takes 6 bytes. */
const LOOKED_UP_BYTES_MAX = 10;
const LOOKED_UP_ESCAPED_BYTES_MAX = 60;
const SHORT_STRING_POINTS = 12;
const LONG_STRING_POINTS = 3;
const OPENING_POINTS = 8;

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
const SPACE = 0x20;
const FIRST_BEYOND_ASCII = 0x80;

/** Odd, so that it is never 0, which marks a list. */
const EMPTY_OBJECT = Math.floor(Math.random() * 0x7fffffff) | 1;
const LIST = 0;

const CLASSES = 16_384;
const classesMet = new Uint8Array(CLASSES);
/** One for each open object or list, and one for the level that is too deep. */
const openClasses = new Int32Array(NESTING_MAX + 2);

/** @returns false when parsing `body` could hold up the event loop. Says nothing on whether it is JSON. */
export function isQuickToParse(body: Uint8Array): boolean {
  if (body.length <= UNCOUNTED_BYTES_MAX) return true;
  classesMet.fill(0);
  openClasses[0] = LIST;
  let points = 0;
  let depth = 0;
  let keyComesNext = false;
  for (let i = 0; i < body.length && points <= POINTS_MAX && depth <= NESTING_MAX; i++) {
    const byte = body[i] as number;
    if (byte === QUOTE) {
      const start = i + 1;
      i = endOfString(body, start);
      points += keyComesNext ? followTransition(body, start, i, depth) : stringPoints(body, start, i);
      keyComesNext = false;
    } else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
      keyComesNext = byte === OPENING_BRACE;
      points += OPENING_POINTS;
      depth++;
      openClasses[depth] = keyComesNext ? EMPTY_OBJECT : LIST;
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) {
      depth = Math.max(0, depth - 1);
    } else if (byte > SPACE) {
      points++;
      if (byte === COMMA) keyComesNext = openClasses[depth] !== LIST;
    }
  }
  return points <= POINTS_MAX && depth <= NESTING_MAX;
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

function stringPoints(body: Uint8Array, start: number, end: number): number {
  return isLookedUp(body, start, end) ? SHORT_STRING_POINTS : LONG_STRING_POINTS;
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

/** @param start the first byte after the opening quote @returns the closing quote, or the end of the body */
function endOfString(body: Uint8Array, start: number): number {
  let i = start;
  while (i < body.length && body[i] !== QUOTE) i += body[i] === BACKSLASH ? 2 : 1;
  return i;
}
