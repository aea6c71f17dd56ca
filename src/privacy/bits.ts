/** By character code: the six bits that it stands for in base64url (RFC 4648 §5); -1 = it stands for none. */
const SIX_BITS = new Int8Array(128).fill(-1);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
for (let i = 0; i < ALPHABET.length; i++) SIX_BITS[ALPHABET.charCodeAt(i)] = i;

/** 25 bits reach beyond a hundred thousand, and so beyond every id of 16 bits. */
const FIBONACCI_BITS_MAX = 25;

/**
 * Reads numbers of any width out of base64url text, most significant bit first, as the strings of the IAB are written. It
 * unpacks nothing: each number is taken from the characters that it lies in, so a reader costs one small object.
 *
 * Never throws. Whoever reads past the end gets 0, and `failed` says so from then on.
 */
export class BitReader {
  readonly #text: string;
  readonly #start: number;
  readonly #endBit: number;
  #bit = 0;
  #failed: boolean;

  /** @param end behind the last character; a stretch without characters, or with ones of another alphabet, has failed */
  constructor(text: string, start = 0, end = text.length) {
    this.#text = text;
    this.#start = start;
    this.#endBit = 6 * (end - start);
    this.#failed = !isBase64Url(text, start, end);
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** How many bits have been read. */
  get bit(): number {
    return this.#bit;
  }

  get bitCount(): number {
    return this.#endBit;
  }

  /** @param width 1 to 36 */
  read(width: number): number {
    const until = this.#bit + width;
    if (this.#failed || until > this.#endBit) {
      this.#failed = true;
      return 0;
    }
    let value = 0;
    while (this.#bit < until) {
      const within = this.#bit % 6;
      const taken = Math.min(6 - within, until - this.#bit);
      const character = SIX_BITS[this.#text.charCodeAt(this.#start + (this.#bit - within) / 6)] as number;
      // Not shifted: 36 bits are more than a shift can hold.
      value = value * (1 << taken) + ((character >> (6 - within - taken)) & ((1 << taken) - 1));
      this.#bit += taken;
    }
    return value;
  }

  readBit(): boolean {
    return this.read(1) === 1;
  }

  /**
   * @returns the sum of the Fibonacci numbers 1, 2, 3, 5 … whose bits are set, the lowest first; two bits that are set in a row
   *   end it
   */
  readFibonacci(): number {
    let value = 0;
    let current = 1;
    let next = 2;
    let wasSet = false;
    for (let i = 0; i < FIBONACCI_BITS_MAX; i++) {
      const isNowSet = this.readBit();
      if (isNowSet && wasSet) return value;
      if (isNowSet) value += current;
      wasSet = isNowSet;
      const sum = current + next;
      current = next;
      next = sum;
    }
    this.#failed = true;
    return 0;
  }

  skip(width: number): void {
    if (this.#bit + width > this.#endBit) this.#failed = true;
    else this.#bit += width;
  }

  /** For what can be read but must not stand there. */
  fail(): void {
    this.#failed = true;
  }

  /** @returns the bit at a place that has been skipped */
  isSetAt(place: number): boolean {
    const character = SIX_BITS[this.#text.charCodeAt(this.#start + Math.floor(place / 6))] ?? 0;
    return !this.#failed && ((character >> (5 - (place % 6))) & 1) === 1;
  }
}

function isBase64Url(text: string, start: number, end: number): boolean {
  if (start >= end) return false;
  for (let i = start; i < end; i++) if ((SIX_BITS[text.charCodeAt(i)] ?? -1) < 0) return false;
  return true;
}
