import type { Steps } from './steps.js';

/**
 * A set of millions of texts that only ever answers "is it in?": of each text a hash of 64 bits is kept, 8 bytes an
 * entry and about half a byte for the way to it.
 *
 * Hashes lie in buckets by their highest bits, four to eight in a bucket on average, so that an answer looks at one
 * bucket, however large the set is. A text that is not in the set is taken for one that is with a chance of about
 * n / 2^64: once in 10^12 questions for ten million entries. The hash has no secret, so whoever wants to be taken for an
 * entry could look for a text that is; but naming the entry itself is easier. Immutable.
 */
export class TextSet {
  /** How many texts were added; one that was added twice counts twice. */
  readonly size: number;
  readonly #cells: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;
  readonly #sums: Uint32Array;

  /** Sets are made by `TextSetBuilder`. */
  constructor(cells: Uint32Array, starts: Uint32Array, shift: number, sums: Uint32Array) {
    this.size = cells.length / 2;
    this.#sums = sums;
    this.#cells = cells;
    this.#starts = starts;
    this.#shift = shift;
  }

  has(text: string): boolean {
    if (this.size === 0) return false;
    hash(text);
    const high = hashed[0] as number;
    const low = hashed[1] as number;
    const bucket = bucketOf(high, this.#shift);
    const end = this.#starts[bucket + 1] as number;
    for (let entry = this.#starts[bucket] as number; entry < end; entry++) {
      if (this.#cells[2 * entry] === low && this.#cells[2 * entry + 1] === high) return true;
    }
    return false;
  }

  /** What the set takes in memory. */
  get bytes(): number {
    return this.#cells.byteLength + this.#starts.byteLength;
  }

  /** True when both were made of the same texts in whatever order, told by sums of their hashes as surely as by each. */
  equals(other: TextSet): boolean {
    return this.size === other.size && this.#sums.every((sum, i) => sum === other.#sums[i]);
  }
}

/** Entries that are worked on in one step. */
const CHUNK_ENTRIES = 16_384;
const BUCKET_ENTRIES_MAX = 8;

/** Collects hashes in chunks, since one array that grows would be copied again and again. */
export class TextSetBuilder {
  readonly #chunks: Uint32Array[] = [];
  /** Of high and of low halves. */
  readonly #sums = new Uint32Array(2);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    hash(text);
    const at = (this.#count % CHUNK_ENTRIES) * 2;
    if (at === 0) this.#chunks.push(new Uint32Array(CHUNK_ENTRIES * 2));
    const chunk = this.#chunks[this.#chunks.length - 1] as Uint32Array;
    const high = hashed[0] as number;
    const low = hashed[1] as number;
    chunk[at] = low;
    chunk[at + 1] = high;
    this.#sums[0] = (this.#sums[0] as number) + high;
    this.#sums[1] = (this.#sums[1] as number) + low;
    this.#count++;
  }

  /** Lays the entries out, a chunk a step; the builder is empty afterwards. */
  *finish(): Steps<TextSet> {
    const count = this.#count;
    const bits = count <= BUCKET_ENTRIES_MAX ? 0 : Math.ceil(Math.log2(count / BUCKET_ENTRIES_MAX));
    const shift = 32 - bits;
    const starts = new Uint32Array(2 ** bits + 1);
    for (const [i, chunk] of this.#chunks.entries()) {
      const end = Math.min(CHUNK_ENTRIES, count - i * CHUNK_ENTRIES);
      for (let entry = 0; entry < end; entry++) {
        const after = bucketOf(chunk[2 * entry + 1] as number, shift) + 1;
        starts[after] = (starts[after] as number) + 1;
      }
      yield;
    }
    for (let bucket = 1; bucket < starts.length; bucket++) {
      starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
      if (bucket % CHUNK_ENTRIES === 0) yield;
    }
    const cells = new Uint32Array(count * 2);
    const next = starts.slice();
    for (const [i, chunk] of this.#chunks.entries()) {
      const end = Math.min(CHUNK_ENTRIES, count - i * CHUNK_ENTRIES);
      for (let entry = 0; entry < end; entry++) {
        const bucket = bucketOf(chunk[2 * entry + 1] as number, shift);
        const at = next[bucket] as number;
        next[bucket] = at + 1;
        cells[2 * at] = chunk[2 * entry] as number;
        cells[2 * at + 1] = chunk[2 * entry + 1] as number;
      }
      yield;
    }
    this.#chunks.length = 0;
    this.#count = 0;
    return new TextSet(cells, starts, shift, this.#sums.slice());
  }
}

/** JavaScript shifts by 32 as by 0. */
function bucketOf(high: number, shift: number): number {
  return shift === 32 ? 0 : high >>> shift;
}

/** High and low half of the last hash: a pair made for each text would be garbage. */
const hashed = new Uint32Array(2);

/**
 * Two lanes of multiply and rotate over UTF-16 code units, the second fed by the first, mixed into each other at the
 * end by the finisher of murmur3.
 */
function hash(text: string): void {
  let a = 0x9e3779b9 ^ text.length;
  let b = 0x7f4a7c15;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x85ebca6b);
    a = (a << 13) | (a >>> 19);
    b = Math.imul((b + code) ^ a, 0xc2b2ae35);
    b = (b << 17) | (b >>> 15);
  }
  a = mixed(a + b);
  b = mixed(b + a);
  hashed[0] = a + b;
  hashed[1] = b;
}

function mixed(value: number): number {
  let bits = value ^ (value >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
