import type { Pace, Steps } from '../lib/steps.js';
import { BLOCK_LINE_ITEMS, BLOCK_WORDS } from './block.js';

/**
 * Which line items each term of a dimension concerns: one immutable set of numbers a term.
 *
 * A set with more than one line item in thirty-two is a bitmap, any other a sorted list, whichever is shorter; so a
 * hundred thousand line items with tens of thousands of values stay in bounded memory. Bitmaps and lists each lie in
 * one flat array.
 */
export interface Postings {
  /** Length of a bitmap. */
  readonly words: number;
  /** By term: how many line items are in its set. */
  readonly counts: Uint32Array;
  /** Bitmaps one after the other, each of the index's words. */
  readonly bitmaps: Uint32Array;
  /** By term: where its bitmap starts, or -1 when its set is a list. */
  readonly bitmapAt: Int32Array;
  /** Lists one after the other. */
  readonly entries: Uint32Array;
  /** By term: where its list starts; it ends where the next one starts. Empty for a term with a bitmap. */
  readonly starts: Uint32Array;
}

/** Receives terms one by one: while an index is built from a condition, while it is asked from a request. */
export interface TermSink {
  add(term: number): void;
}

/** Length of a bitmap over `size` line items, in words of 32 bits: whole blocks. */
export function wordsFor(size: number): number {
  return Math.ceil(size / BLOCK_LINE_ITEMS) * BLOCK_WORDS;
}

export function setBit(bitmap: Uint32Array, position: number): void {
  bitmap[position >>> 5] = (bitmap[position >>> 5] as number) | (1 << (position & 31));
}

/** The place of the lowest bit that is set in a word other than 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Calls `each` with every line item of a term, ascending. */
export function* eachOf(
  { words, bitmaps, bitmapAt, entries, starts }: Postings,
  term: number,
  pace: Pace,
  each: (lineItem: number) => void,
): Steps<void> {
  const at = bitmapAt[term] as number;
  if (at < 0) {
    const end = starts[term + 1] as number;
    for (let i = starts[term] as number; i < end; i++) {
      each(entries[i] as number);
      if (pace.isDue()) yield;
    }
    return;
  }
  for (let word = 0; word < words; word++) {
    for (let bits = bitmaps[at + word] as number; bits !== 0; bits &= bits - 1) {
      each(word * 32 + lowestBit(bits));
      if (pace.isDue()) yield;
    }
  }
}

/** Collects terms line item by line item, then lays them out term by term. */
export class PostingsBuilder implements TermSink {
  /** The line item that `add` speaks of; of one term they must come ascending. */
  lineItem = 0;
  readonly #terms: number[] = [];
  readonly #lineItems: number[] = [];

  add(term: number): void {
    this.#terms.push(term);
    this.#lineItems.push(this.lineItem);
  }

  /** @param size of the index, in line items */
  *finish(termCount: number, size: number, pace: Pace): Steps<Postings> {
    const counts = new Uint32Array(termCount);
    for (const term of this.#terms) {
      counts[term] = (counts[term] as number) + 1;
      if (pace.isDue()) yield;
    }
    const layout = yield* layOut(counts, size, pace);
    const next = layout.starts.slice();
    for (let i = 0; i < this.#terms.length; i++) {
      const term = this.#terms[i] as number;
      const lineItem = this.#lineItems[i] as number;
      const bitmapAt = layout.bitmapAt[term] as number;
      if (bitmapAt >= 0) {
        setBit(layout.bitmaps, bitmapAt * 32 + lineItem);
      } else {
        const at = next[term] as number;
        layout.entries[at] = lineItem;
        next[term] = at + 1;
      }
      if (pace.isDue()) yield;
    }
    return layout;
  }
}

function* layOut(counts: Uint32Array, size: number, pace: Pace): Steps<Postings> {
  const words = wordsFor(size);
  const bitmapAt = new Int32Array(counts.length).fill(-1);
  const starts = new Uint32Array(counts.length + 1);
  let bitmapWords = 0;
  let entries = 0;
  for (let term = 0; term < counts.length; term++) {
    const count = counts[term] as number;
    if (count > words) {
      bitmapAt[term] = bitmapWords;
      bitmapWords += words;
    } else {
      entries += count;
    }
    starts[term + 1] = entries;
    if (pace.isDue()) yield;
  }
  const bitmaps = new Uint32Array(bitmapWords);
  return { words, counts, bitmaps, bitmapAt, entries: new Uint32Array(entries), starts };
}
