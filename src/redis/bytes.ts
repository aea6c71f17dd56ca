import { readShortText, SHORT_TEXT_BYTES_MAX } from './short-texts.js';

/**
 * The alphabet in which values are laid down in Redis: varints, times, figures, texts, and sections of a tag, a length and
 * a content.
 *
 * A varint is a whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first, the eighth bit set on all but the
 * last. Times and figures are varints whose lowest two bits name the unit in which they are exact: days, minutes or
 * milliseconds for times; ones, hundredths or ten-thousandths for figures; unit 0 with 0 above it is Infinity, and with
 * 1 above it announces eight bytes of IEEE 754, which takes whatever fits none of the units. A text is UTF-8, with its
 * length in bytes before it unless it is all that its section has.
 */
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HUNDREDTHS = 100;
const TEN_THOUSANDTHS = 10_000;
const CODE_INFINITY = 0;
const CODE_IEEE_754 = 4;
/** Numbers below this leave room for the two bits of the unit. */
const IN_UNITS_LIMIT = 2 ** 51;
const VARINT_BYTES_MAX = 8;

/** Where values are put together. One writer is in use at a time, since encoding never waits for anything. */
const SCRATCH = Buffer.alloc(4096);

/** Puts a value together. A section is what is written between `beginSection` and `endSection`; they do not nest. */
export class ByteWriter {
  #bytes = SCRATCH;
  #position = 0;
  #sectionStart = 0;

  /** @param version the value's first byte */
  constructor(version: number) {
    this.#byte(version);
  }

  beginSection(tag: number): void {
    this.varint(tag);
    this.#sectionStart = this.#position;
    // Room for the length of a short section; a longer one is moved when its length is known.
    this.#byte(0);
  }

  endSection(): void {
    const start = this.#sectionStart + 1;
    const end = this.#position;
    const length = end - start;
    const moveBytes = varintBytes(length) - 1;
    if (moveBytes > 0) {
      this.#reserve(moveBytes);
      this.#bytes.copyWithin(start + moveBytes, start, end);
    }
    this.#position = this.#sectionStart;
    this.varint(length);
    this.#position = end + moveBytes;
  }

  /** @param number whole, 0 to 2^53 - 1 */
  varint(number: number): void {
    this.#reserve(VARINT_BYTES_MAX);
    let rest = number;
    while (rest > 127) {
      this.#bytes[this.#position++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#position++] = rest;
  }

  /** @param ms any number but NaN */
  time(ms: number): void {
    if (ms === Infinity) this.varint(CODE_INFINITY);
    else if (!fitsUnits(ms)) this.#ieee754(ms);
    else if (ms % DAY_MS === 0) this.varint((ms / DAY_MS) * 4 + 1);
    else if (ms % MINUTE_MS === 0) this.varint((ms / MINUTE_MS) * 4 + 2);
    else this.varint(ms * 4 + 3);
  }

  /** @param figure any number but NaN */
  figure(figure: number): void {
    const hundredths = Math.round(figure * HUNDREDTHS);
    const tenThousandths = Math.round(figure * TEN_THOUSANDTHS);
    if (fitsUnits(figure)) this.varint(figure * 4 + 1);
    else if (fitsUnits(hundredths) && hundredths / HUNDREDTHS === figure) this.varint(hundredths * 4 + 2);
    else if (fitsUnits(tenThousandths) && tenThousandths / TEN_THOUSANDTHS === figure)
      this.varint(tenThousandths * 4 + 3);
    else this.#ieee754(figure);
  }

  /** A text with its length before it. */
  text(text: string): void {
    if (text.length <= SHORT_TEXT_BYTES_MAX) {
      this.#reserve(1 + SHORT_TEXT_BYTES_MAX);
      const start = this.#position;
      this.#bytes[this.#position++] = text.length;
      if (this.#ascii(text)) return;
      this.#position = start;
    }
    this.varint(Buffer.byteLength(text));
    this.#utf8(text);
  }

  /** A text that is the rest of its section. */
  lastText(text: string): void {
    if (text.length <= SHORT_TEXT_BYTES_MAX) {
      this.#reserve(SHORT_TEXT_BYTES_MAX);
      const start = this.#position;
      if (this.#ascii(text)) return;
      this.#position = start;
    }
    this.#utf8(text);
  }

  /** @returns a copy, so that the next value can be put together */
  finish(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#position));
  }

  /** @returns whether all of the text could be written; room for it is there already */
  #ascii(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return false;
      this.#bytes[this.#position++] = code;
    }
    return true;
  }

  #utf8(text: string): void {
    this.#reserve(3 * text.length);
    this.#position += this.#bytes.write(text, this.#position, 'utf8');
  }

  #ieee754(number: number): void {
    this.varint(CODE_IEEE_754);
    this.#reserve(8);
    this.#position = this.#bytes.writeDoubleLE(number, this.#position);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#position++] = byte;
  }

  #reserve(bytes: number): void {
    const needed = this.#position + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.#bytes.copy(larger, 0, 0, this.#position);
    this.#bytes = larger;
  }
}

/** A whole number that is exact in a varint with its unit. Minus zero is not. */
function fitsUnits(number: number): boolean {
  return number >= 0 && number < IN_UNITS_LIMIT && Number.isInteger(number) && !Object.is(number, -0);
}

function varintBytes(number: number): number {
  let bytes = 1;
  for (let rest = number; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/**
 * Takes a value apart that may be anything. The first thing that cannot be fails the reader for good: it stands at the
 * end from there on, so loops over what is left come to theirs, and what it returned meanwhile is not to be used. No
 * length is believed before it is known to lie within the value, so nothing is allocated beyond the bytes at hand.
 */
export class ByteReader {
  /** Whether something could not be read. */
  failed = false;
  readonly #bytes: Buffer;
  #position = 0;
  /** Where the section at hand ends, or the value. */
  #limit: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#limit = bytes.length;
  }

  /** Whether there is more in the section at hand, or in the value. */
  hasMore(): boolean {
    return this.#position < this.#limit;
  }

  /** What is wrong in the eyes of the caller. */
  fail(): void {
    this.failed = true;
    this.#position = this.#bytes.length;
    this.#limit = this.#position;
  }

  /** @returns the tag; content is read from here until `endSection` */
  beginSection(): number {
    const tag = this.varint();
    const length = this.varint();
    if (length > this.#limit - this.#position) this.fail();
    else this.#limit = this.#position + length;
    return tag;
  }

  /** Fails when some of the section was not read. */
  endSection(): void {
    if (this.hasMore()) this.fail();
    this.#limit = this.#bytes.length;
  }

  /** Passes over the content of a section that is to end here. */
  skipSection(): void {
    this.#position = this.#limit;
  }

  varint(): number {
    let number = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX && this.#position < this.#limit; i++) {
      const byte = this.#bytes[this.#position++] as number;
      if (byte < 128) {
        number += byte * scale;
        if (number <= Number.MAX_SAFE_INTEGER) return number;
        break;
      }
      number += (byte - 128) * scale;
      scale *= 128;
    }
    this.fail();
    return 0;
  }

  /** @returns milliseconds; Infinity and any other number but NaN are possible */
  time(): number {
    const code = this.varint();
    const number = Math.floor(code / 4);
    const unit = code % 4;
    if (unit === 1) return number * DAY_MS;
    if (unit === 2) return number * MINUTE_MS;
    return unit === 3 ? number : this.#special(code);
  }

  /** @returns any number but NaN */
  figure(): number {
    const code = this.varint();
    const number = Math.floor(code / 4);
    const unit = code % 4;
    if (unit === 1) return number;
    if (unit === 2) return number / HUNDREDTHS;
    return unit === 3 ? number / TEN_THOUSANDTHS : this.#special(code);
  }

  text(): string {
    const length = this.varint();
    if (length > this.#limit - this.#position) {
      this.fail();
      return '';
    }
    return this.#textTo(this.#position + length);
  }

  /** The rest of the section. */
  lastText(): string {
    return this.#textTo(this.#limit);
  }

  #textTo(end: number): string {
    const start = this.#position;
    this.#position = end;
    if (end - start > SHORT_TEXT_BYTES_MAX) return this.#bytes.toString('utf8', start, end);
    return readShortText(this.#bytes, start, end);
  }

  #special(code: number): number {
    if (code === CODE_INFINITY && !this.failed) return Infinity;
    if (code !== CODE_IEEE_754 || this.#limit - this.#position < 8) {
      this.fail();
      return 0;
    }
    const number = this.#bytes.readDoubleLE(this.#position);
    this.#position += 8;
    if (Number.isNaN(number)) this.fail();
    return number;
  }
}
