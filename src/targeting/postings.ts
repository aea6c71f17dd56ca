/**
 * Which line items each term of a dimension concerns: one immutable set of numbers a term.
 *
 * A set with more than one line item in thirty-two is a bitmap, any other a sorted list, whichever is shorter; so a
 * hundred thousand line items with tens of thousands of values stay in bounded memory. Bitmaps and lists each lie in
 * one flat array.
 */
export interface Postings {
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

/** Length of a bitmap over `size` line items, in words of 32 bits. */
export function wordsFor(size: number): number {
  return Math.ceil(size / 32);
}

export function setBit(bitmap: Uint32Array, position: number): void {
  bitmap[position >>> 5] = (bitmap[position >>> 5] as number) | (1 << (position & 31));
}

/** Collects terms line item by line item, then lays them out term by term. */
export class PostingsBuilder implements TermSink {
  /** The line item that `add` speaks of. */
  lineItem = 0;
  readonly #terms: number[] = [];
  readonly #lineItems: number[] = [];

  add(term: number): void {
    this.#terms.push(term);
    this.#lineItems.push(this.lineItem);
  }

  /** @param size of the index, in line items */
  finish(termCount: number, size: number): Postings {
    const counts = new Uint32Array(termCount);
    for (const term of this.#terms) counts[term] = (counts[term] as number) + 1;
    const layout = layOut(counts, size);
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
    }
    return layout;
  }
}

function layOut(counts: Uint32Array, size: number): Postings {
  const words = wordsFor(size);
  const bitmapAt = new Int32Array(counts.length).fill(-1);
  const starts = new Uint32Array(counts.length + 1);
  let bitmapWords = 0;
  let entries = 0;
  for (let term = 0; term < counts.length; term++) {
    const count = counts[term] as number;
    if (count * 32 > size) {
      bitmapAt[term] = bitmapWords;
      bitmapWords += words;
    } else {
      entries += count;
    }
    starts[term + 1] = entries;
  }
  return { bitmaps: new Uint32Array(bitmapWords), bitmapAt, entries: new Uint32Array(entries), starts };
}
