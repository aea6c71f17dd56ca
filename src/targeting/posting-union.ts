import { BLOCK_LINE_ITEMS, BLOCK_WORDS, type Block } from './block.js';
import type { Postings, TermSink } from './postings.js';

/** The bits of a block in which nobody is. */
export const NOBODY = new Uint32Array(BLOCK_WORDS);

/**
 * The line items of several terms together, for one request, a block of 512 line items at a time. Of each list only as
 * much is read as the walk gets to see: when it enters a block, the list is read on up to the block's end. So what a
 * request costs follows how far it walks, not how many line items its terms have. Blocks must be asked for in ascending
 * order, until `rewind`.
 */
export class PostingUnion implements TermSink {
  readonly #postings: Postings;
  readonly #bitmapsAt: number[] = [];
  #bitmapCount = 0;
  /** Terms with lists. */
  readonly #terms: number[] = [];
  #termCount = 0;
  /** Lists that are not yet read to their end: their next line item, where it stands, and where the end is. */
  readonly #next: number[] = [];
  readonly #at: number[] = [];
  readonly #end: number[] = [];
  #openCount = 0;
  readonly #bits = new Uint32Array(BLOCK_WORDS);
  #isDirty = false;
  /** How many line items there are at most: those of two terms count twice. */
  count = 0;

  constructor(postings: Postings) {
    this.#postings = postings;
  }

  add(term: number): void {
    const { counts, bitmapAt } = this.#postings;
    const count = counts[term] as number;
    if (count === 0) return;
    this.count += count;
    const bitmap = bitmapAt[term] as number;
    if (bitmap >= 0) {
      this.#bitmapsAt[this.#bitmapCount++] = bitmap;
      return;
    }
    this.#terms[this.#termCount++] = term;
    this.#open(term);
  }

  /** @returns who is in a block, as bits by word, of the lit words at least; holds until the next one is asked for */
  of(block: Block): Uint32Array {
    if (this.#bitmapCount === 0 && this.#openCount === 0) return NOBODY;
    if (this.#isDirty) this.#bits.fill(0);
    this.#isDirty = this.#bitmapCount > 0;
    if (this.#bitmapCount > 0) this.#addBitmaps(block);
    if (this.#openCount > 0) this.#readOn(block.number);
    return this.#bits;
  }

  /** Goes back to the first block. */
  rewind(): void {
    this.#openCount = 0;
    for (let i = 0; i < this.#termCount; i++) this.#open(this.#terms[i] as number);
  }

  clear(): void {
    this.#termCount = 0;
    this.#bitmapCount = 0;
    this.#openCount = 0;
    this.count = 0;
  }

  #open(term: number): void {
    const { entries, starts } = this.#postings;
    const at = starts[term] as number;
    this.#next[this.#openCount] = entries[at] as number;
    this.#at[this.#openCount] = at;
    this.#end[this.#openCount] = starts[term + 1] as number;
    this.#openCount++;
  }

  #addBitmaps({ number, lit, litCount }: Block): void {
    const { bitmaps } = this.#postings;
    const bits = this.#bits;
    for (let i = 0; i < this.#bitmapCount; i++) {
      const at = (this.#bitmapsAt[i] as number) + number * BLOCK_WORDS;
      for (let j = 0; j < litCount; j++) {
        const place = lit[j] as number;
        bits[place] = (bits[place] as number) | (bitmaps[at + place] as number);
      }
    }
  }

  #readOn(number: number): void {
    const next = this.#next;
    const after = (number + 1) * BLOCK_LINE_ITEMS;
    for (let i = 0; i < this.#openCount;) {
      if ((next[i] as number) >= after || this.#readList(i, number)) i++;
    }
  }

  /** @returns whether there is more of the list; if not, another one has taken its place */
  #readList(i: number, number: number): boolean {
    const { entries } = this.#postings;
    const bits = this.#bits;
    const first = number * BLOCK_LINE_ITEMS;
    const end = this.#end[i] as number;
    let at = this.#at[i] as number;
    // Blocks that were left out.
    while (at < end && (entries[at] as number) < first) at++;
    for (; at < end; at++) {
      const place = (entries[at] as number) - first;
      if (place >= BLOCK_LINE_ITEMS) {
        this.#next[i] = entries[at] as number;
        this.#at[i] = at;
        return true;
      }
      bits[place >>> 5] = (bits[place >>> 5] as number) | (1 << (place & 31));
      this.#isDirty = true;
    }
    const last = --this.#openCount;
    this.#next[i] = this.#next[last] as number;
    this.#at[i] = this.#at[last] as number;
    this.#end[i] = this.#end[last] as number;
    return false;
  }
}
