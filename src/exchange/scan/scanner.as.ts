/*
 * The scanner of bid requests: AssemblyScript, compiled to WebAssembly (scanner-code.ts) by `npm run scanner`.
 *
 * One pass over the bytes of a body checks that it is JSON, to the letter of RFC 8259, and writes down where the fields
 * in use are; everything else is passed over. Which fields those are is told once, as a tree of nodes: a node is an
 * object of the request, and has slots for its fields. Strings are searched sixteen bytes at a time.
 *
 * What is found goes to the tape, 32-bit words:
 *
 *     object    two words for each slot of its node, in order; zeros where the field is absent
 *     entry     of a list: two words, and where on the tape the next entry is, 0 for none
 *
 * The two words of a value are (kind | x << 4, y):
 *
 *     NULL, TRUE, FALSE, EMPTY_LIST, OTHER_LIST, OTHER_OBJECT    nothing more is known of it
 *     INTEGER       y is its value
 *     NUMBER        x to y is where it stands in the body
 *     ASCII, UTF8, ESCAPED    likewise, without quotes: plain, with characters beyond ASCII, with escapes of any kind
 *     OBJECT        x is its node, y where on the tape it is
 *     LIST          y is where on the tape its first entry is
 *
 * A field that comes twice has its last value. A node holds for the entries of a list as well; a list within a list is
 * not looked into. Zeros behind the body end whatever is not ended.
 */

const NULL: u32 = 1;
const TRUE: u32 = 2;
const FALSE: u32 = 3;
const INTEGER: u32 = 4;
const NUMBER: u32 = 5;
const ASCII: u32 = 6;
const UTF8: u32 = 7;
const ESCAPED: u32 = 8;
const OBJECT: u32 = 9;
const LIST: u32 = 10;
const EMPTY_LIST: u32 = 11;
const OTHER_LIST: u32 = 12;
const OTHER_OBJECT: u32 = 13;

const DONE: i32 = 0;
const NOT_JSON: i32 = 1;
const NO_OBJECT: i32 = 2;
const TOO_COMPLEX: i32 = 3;
/** Like DONE, but there are characters beyond ASCII; whether they are UTF-8 nobody has looked. */
const DONE_BEYOND_ASCII: i32 = 4;

/**
 * Memory, in bytes: tables, then the tape, then the body with zeros behind it, then a bit for each level of nesting that is
 * open while values are passed over.
 */
const NODES_MAX: u32 = 64;
const NAMES_MAX: u32 = 256;
const NAME_BYTES: usize = 32;
const HASH_SLOTS: u32 = 1024;
const FIELDS: usize = 0;
const NAMES: usize = FIELDS + <usize>(NODES_MAX * NAMES_MAX) * 2;
const HASHES: usize = NAMES + <usize>NAMES_MAX * NAME_BYTES;
const SLOTS: usize = HASHES + <usize>HASH_SLOTS * 2;
const ESCAPED_NAME: usize = SLOTS + <usize>NODES_MAX;
const TAPE: usize = 65536;
const TAPE_END: usize = TAPE + 1048576;
const BODY: usize = TAPE_END;
const PADDING: usize = 64;

/** What it takes to read what is kept, in units of 10 ns, found by measurement; more would hold others up. */
const POINTS_MAX: i32 = 180000;
const ENTRY_POINTS: i32 = 12;
const TEXT_ENTRY_POINTS: i32 = 5;
const OBJECT_POINTS: i32 = 14;
/** Beside those of an entry, for a number that is not read on the way. */
const NUMBER_POINTS: i32 = 8;
/** Beside those of an entry, for a text that is not cut out as it is. */
const DECODED_TEXT_POINTS: i32 = 4;
/** For each comma and slash in a long text, which may make parts that are looked at one by one. */
const MARK_POINTS: i32 = 15;
const LONG_TEXT_BYTES: usize = 256;

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const COMMA: u8 = 0x2c;
const COLON: u8 = 0x3a;
const SLASH: u8 = 0x2f;
const SPACE: u8 = 0x20;
const OPENING_BRACKET: u8 = 0x5b;
const CLOSING_BRACKET: u8 = 0x5d;
const OPENING_BRACE: u8 = 0x7b;
const CLOSING_BRACE: u8 = 0x7d;

let nameCount: u32 = 0;
/** Of the string that was passed last. */
let kindOfString: u32 = ASCII;
let beyondAscii: i32 = 0;
let top: usize = TAPE;
let openLevels: usize = 0;
let points: i32 = 0;
let isTooComplex: bool = false;

export function bodyOffset(): i32 {
  return BODY as i32;
}

export function tapeOffset(): i32 {
  return TAPE as i32;
}

/** Takes up the name of a field, written where the body belongs. @returns its number, the one it has if it is known */
export function addName(length: i32): i32 {
  const known = numberOfName(BODY, BODY + length);
  if (known >= 0) return known;
  const record = NAMES + <usize>nameCount * NAME_BYTES;
  memory.fill(record, 0, NAME_BYTES);
  memory.copy(record, BODY, length);
  store<u8>(record + NAME_BYTES - 1, <u8>length);
  let slot = hashOfName(BODY, length);
  while (load<u16>(HASHES + <usize>slot * 2) != 0) slot = (slot + 1) & (HASH_SLOTS - 1);
  nameCount++;
  store<u16>(HASHES + <usize>slot * 2, <u16>nameCount);
  return nameCount - 1;
}

/** A field of a node: its slot, counted from 0, and the node of the objects in it, 0 for none. */
export function addField(node: i32, name: i32, slot: i32, child: i32): void {
  store<u16>(FIELDS + (<usize>node * <usize>NAMES_MAX + <usize>name) * 2, <u16>((child << 8) | (slot + 1)));
  if (load<u8>(SLOTS + node) <= <u8>slot) store<u8>(SLOTS + node, <u8>(slot + 1));
}

/** @param length of the body, which the caller has written @returns DONE with the root object, which has node 0, at the beginning of the tape; or why there is none */
export function scan(length: i32): i32 {
  top = TAPE;
  points = 0;
  isTooComplex = false;
  beyondAscii = 0;
  const end = BODY + length;
  memory.fill(end, 0, PADDING);
  openLevels = end + PADDING;
  let p = afterBlanks(BODY);
  const first = load<u8>(p);
  if (first != OPENING_BRACE) {
    p = afterBlanks(afterValue(p));
    return p == end ? NO_OBJECT : NOT_JSON;
  }
  p = keptObject(p + 1, 0, newObject(0));
  if (isTooComplex || points > POINTS_MAX) return TOO_COMPLEX;
  if (p == 0 || afterBlanks(p) != end) return NOT_JSON;
  return beyondAscii == 0 ? DONE : DONE_BEYOND_ASCII;
}

function afterBlanks(p: usize): usize {
  let byte = load<u8>(p);
  while (byte <= SPACE && (byte == SPACE || byte == 0x0a || byte == 0x0d || byte == 0x09))
    byte = load<u8>(++p);
  return p;
}

/** @returns where the object is, on the tape or, when that is full, nowhere good: `isTooComplex` is set then */
function newObject(node: u32): usize {
  const bytes = <usize>load<u8>(SLOTS + node) * 8;
  const object = newOnTape(bytes);
  memory.fill(object, 0, bytes);
  points += OBJECT_POINTS;
  return object;
}

function newOnTape(bytes: usize): usize {
  if (top + bytes > TAPE_END || points > POINTS_MAX) {
    isTooComplex = true;
    return TAPE_END - bytes;
  }
  const place = top;
  top += bytes;
  return place;
}

/** @param p behind the opening brace @returns the position behind the object, 0 when it is not JSON */
function keptObject(p: usize, node: u32, object: usize): usize {
  p = afterBlanks(p);
  if (load<u8>(p) == CLOSING_BRACE) return p + 1;
  const fields = FIELDS + <usize>node * <usize>NAMES_MAX * 2;
  while (true) {
    if (load<u8>(p) != QUOTE) return 0;
    const start = p + 1;
    const end = endOfString(start);
    if (end == 0) return 0;
    const name = kindOfString == ESCAPED ? numberOfEscapedName(start, end) : numberOfName(start, end);
    p = afterBlanks(end + 1);
    if (load<u8>(p) != COLON) return 0;
    p = afterBlanks(p + 1);
    const field: u32 = name < 0 ? 0 : load<u16>(fields + <usize>name * 2);
    if (field == 0) p = afterValue(p);
    else p = keptValue(p, object + <usize>((field & 0xff) - 1) * 8, field >> 8, false);
    if (p == 0 || isTooComplex) return 0;
    p = afterBlanks(p);
    const next = load<u8>(p);
    if (next == CLOSING_BRACE) return p + 1;
    if (next != COMMA) return 0;
    p = afterBlanks(p + 1);
  }
}

/** @param place where the two words go @returns the position behind the value, 0 when it is not JSON */
function keptValue(p: usize, place: usize, child: u32, isInList: bool): usize {
  const byte = load<u8>(p);
  if (byte == QUOTE) {
    const start = p + 1;
    const end = endOfString(start);
    if (end == 0) return 0;
    if (isInList) points += TEXT_ENTRY_POINTS;
    if (kindOfString != ASCII) points += DECODED_TEXT_POINTS;
    if (end - start > LONG_TEXT_BYTES) points += MARK_POINTS * marksIn(start, end);
    put(place, kindOfString | ((<u32>(start - BODY)) << 4), <u32>(end - BODY));
    return end + 1;
  }
  if (byte == OPENING_BRACE) {
    if (child == 0) {
      put(place, OTHER_OBJECT, 0);
      return afterValue(p);
    }
    const object = newObject(child);
    put(place, OBJECT | (child << 4), <u32>((object - TAPE) >> 2));
    return keptObject(p + 1, child, object);
  }
  if (byte == OPENING_BRACKET) {
    p = afterBlanks(p + 1);
    if (load<u8>(p) == CLOSING_BRACKET) {
      put(place, EMPTY_LIST, 0);
      return p + 1;
    }
    if (isInList) {
      put(place, OTHER_LIST, 0);
      return afterList(p);
    }
    return keptList(p, place, child);
  }
  if (byte == 0x74) {
    put(place, TRUE, 0);
    return afterTrue(p);
  }
  if (byte == 0x66) {
    put(place, FALSE, 0);
    return afterFalse(p);
  }
  if (byte == 0x6e) {
    put(place, NULL, 0);
    return afterNull(p);
  }
  return keptNumber(p, place);
}

function put(place: usize, first: u32, second: u32): void {
  store<u32>(place, first);
  store<u32>(place, second, 4);
}

/** @param p at the first entry */
function keptList(p: usize, place: usize, child: u32): usize {
  let entry = newOnTape(12);
  put(place, LIST, <u32>((entry - TAPE) >> 2));
  while (true) {
    store<u32>(entry, 0, 8);
    points += ENTRY_POINTS;
    p = keptValue(p, entry, child, true);
    if (p == 0 || isTooComplex) return 0;
    p = afterBlanks(p);
    const byte = load<u8>(p);
    if (byte == CLOSING_BRACKET) return p + 1;
    if (byte != COMMA) return 0;
    p = afterBlanks(p + 1);
    const next = newOnTape(12);
    store<u32>(entry, <u32>((next - TAPE) >> 2), 8);
    entry = next;
  }
}

/** Whole numbers of up to nine digits are read on the way. */
function keptNumber(p: usize, place: usize): usize {
  const start = p;
  const isNegative = load<u8>(p) == 0x2d;
  if (isNegative) p++;
  let value: u32 = 0;
  let digit = <u32>load<u8>(p) - 0x30;
  const firstDigit = p;
  while (digit <= 9) {
    value = value * 10 + digit;
    digit = <u32>load<u8>(++p) - 0x30;
  }
  const digits = p - firstDigit;
  const byte = load<u8>(p);
  if (byte != 0x2e && (byte | 0x20) != 0x65 && digits > 0 && digits <= 9) {
    if (load<u8>(firstDigit) == 0x30 && digits > 1) return 0;
    if (!isNegative || value != 0) {
      put(place, INTEGER, isNegative ? 0 - value : value);
      return p;
    }
  }
  p = afterNumber(start);
  if (p == 0) return 0;
  points += NUMBER_POINTS + (((p - start) >> 3) as i32);
  put(place, NUMBER | ((<u32>(start - BODY)) << 4), <u32>(p - BODY));
  return p;
}

/** @returns the position behind a number, 0 when it is none */
function afterNumber(p: usize): usize {
  if (load<u8>(p) == 0x2d) p++;
  let digit = <u32>load<u8>(p) - 0x30;
  if (digit > 9) return 0;
  p++;
  if (digit != 0) while (<u32>load<u8>(p) - 0x30 <= 9) p++;
  if (load<u8>(p) == 0x2e) {
    p++;
    if (<u32>load<u8>(p) - 0x30 > 9) return 0;
    while (<u32>load<u8>(p) - 0x30 <= 9) p++;
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    p++;
    const sign = load<u8>(p);
    if (sign == 0x2b || sign == 0x2d) p++;
    if (<u32>load<u8>(p) - 0x30 > 9) return 0;
    while (<u32>load<u8>(p) - 0x30 <= 9) p++;
  }
  return p;
}

function afterTrue(p: usize): usize {
  return load<u32>(p) == 0x65757274 ? p + 4 : 0;
}

function afterFalse(p: usize): usize {
  return load<u32>(p, 1) == 0x65736c61 ? p + 5 : 0;
}

function afterNull(p: usize): usize {
  return load<u32>(p) == 0x6c6c756e ? p + 4 : 0;
}

/** Sets `kindOfString`. @param p behind the opening quote @returns the closing quote, 0 when there is none */
function endOfString(p: usize): usize {
  const quotes = i8x16.splat(0x22);
  const backslashes = i8x16.splat(0x5c);
  const lastControl = i8x16.splat(0x1f);
  let high: i32 = 0;
  let kind = ASCII;
  while (true) {
    const bytes = v128.load(p);
    const controls = i8x16.eq(i8x16.min_u(bytes, lastControl), bytes);
    const marks = v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes));
    const ends = i8x16.bitmask(v128.or(marks, controls));
    if (ends == 0) {
      high |= i8x16.bitmask(bytes);
      p += 16;
      continue;
    }
    const passed = ctz(ends);
    high |= i8x16.bitmask(bytes) & ((1 << passed) - 1);
    p += passed;
    const byte = load<u8>(p);
    if (byte == QUOTE) {
      beyondAscii |= high;
      kindOfString = kind == ESCAPED || high == 0 ? kind : UTF8;
      return p;
    }
    if (byte != BACKSLASH) return 0;
    kind = ESCAPED;
    p = afterEscape(p);
    if (p == 0) return 0;
  }
}

/** @param p at the backslash */
function afterEscape(p: usize): usize {
  const byte = load<u8>(p, 1);
  if (byte == 0x75) {
    for (let i: usize = 2; i < 6; i++) if (hexDigit(load<u8>(p + i)) < 0) return 0;
    return p + 6;
  }
  const isKnown =
    byte == QUOTE ||
    byte == BACKSLASH ||
    byte == SLASH ||
    byte == 0x62 ||
    byte == 0x66 ||
    byte == 0x6e ||
    byte == 0x72 ||
    byte == 0x74;
  return isKnown ? p + 2 : 0;
}

function hexDigit(byte: u8): i32 {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

function marksIn(start: usize, end: usize): i32 {
  const commas = i8x16.splat(0x2c);
  const slashes = i8x16.splat(0x2f);
  let marks: i32 = 0;
  for (let p = start; p < end; p += 16) {
    const bytes = v128.load(p);
    let found = i8x16.bitmask(v128.or(i8x16.eq(bytes, commas), i8x16.eq(bytes, slashes)));
    if (p + 16 > end) found &= (1 << ((end - p) as i32)) - 1;
    marks += popcnt(found);
  }
  return marks;
}

function firstBytes(p: usize, length: usize): u64 {
  return load<u64>(p) & (length >= 8 ? u64.MAX_VALUE : ((<u64>1) << (<u64>length * 8)) - 1);
}

function hashOfName(start: usize, length: usize): u32 {
  const mixed = (firstBytes(start, length) + <u64>length) * 0x9e3779b97f4a7c15;
  return <u32>(mixed >> 54);
}

/** @returns -1 for a name that no field in use has */
function numberOfName(start: usize, end: usize): i32 {
  const length = end - start;
  if (length >= NAME_BYTES) return -1;
  let slot = hashOfName(start, length);
  while (true) {
    const found = <u32>load<u16>(HASHES + <usize>slot * 2);
    if (found == 0) return -1;
    const record = NAMES + <usize>(found - 1) * NAME_BYTES;
    if (<usize>load<u8>(record + NAME_BYTES - 1) == length && isSameName(record, start, length))
      return found - 1;
    slot = (slot + 1) & (HASH_SLOTS - 1);
  }
}

function isSameName(record: usize, start: usize, length: usize): bool {
  if (load<u64>(record) != firstBytes(start, length)) return false;
  for (let i: usize = 8; i < length; i++) if (load<u8>(record + i) != load<u8>(start + i)) return false;
  return true;
}

/** A name that is spelt with escapes, such as `"\u0069d"`; no name in use has characters beyond ASCII. */
function numberOfEscapedName(start: usize, end: usize): i32 {
  let length: usize = 0;
  let p = start;
  while (p < end) {
    let byte = load<u8>(p);
    if (byte == BACKSLASH) {
      byte = load<u8>(p, 1);
      if (byte == 0x75) {
        let code = 0;
        for (let i: usize = 2; i < 6; i++) code = (code << 4) | hexDigit(load<u8>(p + i));
        if (code > 0x7f) return -1;
        byte = <u8>code;
        p += 6;
      } else {
        // Of the other escapes only that of the slash stands for a character that a name could have.
        if (byte != SLASH) return -1;
        p += 2;
      }
    } else p++;
    if (length >= NAME_BYTES) return -1;
    store<u8>(ESCAPED_NAME + length++, byte);
  }
  memory.fill(ESCAPED_NAME + length, 0, 8);
  return numberOfName(ESCAPED_NAME, ESCAPED_NAME + length);
}

/** Passes a value over. @returns the position behind it, 0 when it is not JSON */
function afterValue(p: usize): usize {
  const byte = load<u8>(p);
  if (byte == QUOTE) {
    const end = endOfString(p + 1);
    return end == 0 ? 0 : end + 1;
  }
  if (byte == OPENING_BRACE || byte == OPENING_BRACKET) return afterContainer(p);
  return afterWord(p, byte);
}

function afterWord(p: usize, byte: u8): usize {
  if (byte == 0x74) return afterTrue(p);
  if (byte == 0x66) return afterFalse(p);
  if (byte == 0x6e) return afterNull(p);
  return afterNumber(p);
}

/** The rest of a list that is not empty. @param p at its first entry */
function afterList(p: usize): usize {
  while (true) {
    p = afterValue(p);
    if (p == 0) return 0;
    p = afterBlanks(p);
    const byte = load<u8>(p);
    if (byte == CLOSING_BRACKET) return p + 1;
    if (byte != COMMA) return 0;
    p = afterBlanks(p + 1);
  }
}

/**
 * Passes an object or a list over, however deep it is nested: a bit for each level that is open tells which of the two
 * it is.
 */
function afterContainer(p: usize): usize {
  let depth: usize = 0;
  let isObject = load<u8>(p) == OPENING_BRACE;
  p = afterBlanks(p + 1);
  let byte = load<u8>(p);
  let isFirst = true;
  while (true) {
    // At the first byte behind an opening or a comma.
    if (isFirst && byte == (isObject ? CLOSING_BRACE : CLOSING_BRACKET)) {
      // Closed at once.
    } else {
      if (isObject) {
        if (byte != QUOTE) return 0;
        p = endOfString(p + 1);
        if (p == 0) return 0;
        p = afterBlanks(p + 1);
        if (load<u8>(p) != COLON) return 0;
        p = afterBlanks(p + 1);
        byte = load<u8>(p);
      }
      if (byte == OPENING_BRACE || byte == OPENING_BRACKET) {
        open(depth++, isObject);
        isObject = byte == OPENING_BRACE;
        p = afterBlanks(p + 1);
        byte = load<u8>(p);
        isFirst = true;
        continue;
      }
      if (byte == QUOTE) {
        p = endOfString(p + 1);
        if (p == 0) return 0;
        p++;
      } else {
        if (!isObject) {
          const start = p;
          p = afterIntegers(p);
          if (p != start) {
            p = afterBlanks(p);
            byte = load<u8>(p);
            isFirst = false;
            continue;
          }
        }
        p = afterWord(p, byte);
        if (p == 0) return 0;
      }
      p = afterBlanks(p);
      byte = load<u8>(p);
    }
    // Behind a value, or at the end of an empty container.
    while (byte != COMMA) {
      if (byte != (isObject ? CLOSING_BRACE : CLOSING_BRACKET)) return 0;
      if (depth == 0) return p + 1;
      isObject = isOpenObject(--depth);
      p = afterBlanks(p + 1);
      byte = load<u8>(p);
    }
    p = afterBlanks(p + 1);
    byte = load<u8>(p);
    isFirst = false;
  }
}

/**
 * Passes over whole numbers in a list, sixteen bytes at a time, as long as nothing but a comma stands between them:
 * exchanges list categories, attributes and vendors by the hundred.
 *
 * @param p at an entry of a list @returns the beginning of a later entry, or `p`
 */
function afterIntegers(p: usize): usize {
  const nines = i8x16.splat(9);
  const zeros = i8x16.splat(0x30);
  const commas = i8x16.splat(0x2c);
  while (true) {
    const bytes = v128.load(p);
    const values = i8x16.sub(bytes, zeros);
    const digitAt = i8x16.bitmask(i8x16.eq(i8x16.min_u(values, nines), values));
    let commaAt = i8x16.bitmask(i8x16.eq(bytes, commas));
    commaAt &= (1 << ctz(~(digitAt | commaAt) | 0x10000)) - 1;
    if (commaAt == 0) return p;
    const passed = 32 - clz(commaAt);
    const startAt = ((commaAt << 1) | 1) & ((1 << passed) - 1);
    const zeroAt = i8x16.bitmask(i8x16.eq(bytes, zeros));
    if ((startAt & commaAt) != 0 || (startAt & zeroAt & (digitAt >> 1)) != 0) return p;
    p += passed;
  }
}

function open(depth: usize, isObject: bool): void {
  const place = openLevels + (depth >> 3);
  const bit = (1 << ((depth & 7) as u8)) as u8;
  const bits = load<u8>(place);
  store<u8>(place, isObject ? bits | bit : bits & ~bit);
}

function isOpenObject(depth: usize): bool {
  return ((load<u8>(openLevels + (depth >> 3)) >> (<u8>(depth & 7))) & 1) == 1;
}
