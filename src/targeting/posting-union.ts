import type { Postings, TermSink } from './postings.js';

const NO_WORDS = new Uint32Array(0);

/**
 * The line items of several terms together, for one request. Bitmaps are only remembered and read word by word when
 * somebody asks; lists are written into a bitset, which `clear` empties by walking the same lists again, so that its
 * cost follows what was found and not the size of the index.
 */
export class PostingUnion implements TermSink {
  readonly #postings: Postings;
  readonly #bitmapsAt: number[] = [];
  #bitmapCount = 0;
  readonly #listTerms: number[] = [];
  #listCount = 0;
  readonly #fromLists: Uint32Array;

  constructor(postings: Postings, words: number) {
    this.#postings = postings;
    this.#fromLists = postings.entries.length > 0 ? new Uint32Array(words) : NO_WORDS;
  }

  add(term: number): void {
    const { bitmapAt, entries, starts } = this.#postings;
    const bitmap = bitmapAt[term] as number;
    if (bitmap >= 0) {
      this.#bitmapsAt[this.#bitmapCount++] = bitmap;
      return;
    }
    const start = starts[term] as number;
    const end = starts[term + 1] as number;
    if (start === end) return;
    const bits = this.#fromLists;
    for (let i = start; i < end; i++) {
      const lineItem = entries[i] as number;
      bits[lineItem >>> 5] = (bits[lineItem >>> 5] as number) | (1 << (lineItem & 31));
    }
    this.#listTerms[this.#listCount++] = term;
  }

  /** The 32 line items from `word * 32` on, as bits. */
  word(word: number): number {
    let bits = this.#listCount === 0 ? 0 : (this.#fromLists[word] as number);
    const { bitmaps } = this.#postings;
    for (let i = 0; i < this.#bitmapCount; i++) {
      bits |= bitmaps[(this.#bitmapsAt[i] as number) + word] as number;
    }
    return bits;
  }

  clear(): void {
    const { entries, starts } = this.#postings;
    for (let i = 0; i < this.#listCount; i++) {
      const term = this.#listTerms[i] as number;
      const end = starts[term + 1] as number;
      for (let at = starts[term] as number; at < end; at++) {
        this.#fromLists[(entries[at] as number) >>> 5] = 0;
      }
    }
    this.#listCount = 0;
    this.#bitmapCount = 0;
  }
}
