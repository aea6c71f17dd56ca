import { countOf, holderOf } from '../domain/ledger.js';

const CHUNK_BIDS = 8_192;
const BITS_A_WORD = 32;

interface Chunk {
  readonly words: Uint32Array;
  /** When the last bid in it was made, as far as is known. */
  lastBidMs: number;
}

/**
 * Which bids are billed, exactly and in little room. The bids of one holder are counted, so one bit a bid does: stretches of
 * 8,192 bids share a kilobyte, which is only there when one of them was billed. A bid whose id is not of that kind is kept as text.
 */
export class BilledBids {
  readonly #chunks = new Map<string, Chunk>();
  readonly #others = new Map<string, number>();

  /** Kilobytes in use, roughly: chunks and texts. */
  get size(): number {
    return this.#chunks.size + this.#others.size;
  }

  has(bidId: string): boolean {
    const count = countOf(bidId);
    if (count === undefined) return this.#others.has(bidId);
    const chunk = this.#chunks.get(chunkName(bidId, count));
    return chunk !== undefined && (wordOf(chunk, count) & bitOf(count)) !== 0;
  }

  /** @returns whether it is new */
  add(bidId: string, bidAtMs: number): boolean {
    if (this.has(bidId)) return false;
    const count = countOf(bidId);
    if (count === undefined) {
      this.#others.set(bidId, bidAtMs);
      return true;
    }
    const name = chunkName(bidId, count);
    let chunk = this.#chunks.get(name);
    if (!chunk) {
      chunk = { words: new Uint32Array(CHUNK_BIDS / BITS_A_WORD), lastBidMs: bidAtMs };
      this.#chunks.set(name, chunk);
    }
    chunk.words[wordIndex(count)] = (wordOf(chunk, count) | bitOf(count)) >>> 0;
    chunk.lastBidMs = Math.max(chunk.lastBidMs, bidAtMs);
    return true;
  }

  /** Forgets stretches whose last billed bid was made before. */
  forgetBefore(bidAtMs: number): void {
    for (const [name, { lastBidMs }] of this.#chunks) if (lastBidMs < bidAtMs) this.#chunks.delete(name);
    for (const [bidId, madeMs] of this.#others) if (madeMs < bidAtMs) this.#others.delete(bidId);
  }

  toJson(): BilledBidsJson {
    return {
      chunks: [...this.#chunks].map(([name, { words, lastBidMs }]) => [
        name,
        lastBidMs,
        Buffer.from(words.buffer).toString('base64'),
      ]),
      others: [...this.#others],
    };
  }

  static fromJson({ chunks, others }: BilledBidsJson): BilledBids {
    const billed = new BilledBids();
    for (const [name, lastBidMs, text] of chunks) {
      const words = new Uint32Array(CHUNK_BIDS / BITS_A_WORD);
      Buffer.from(words.buffer).set(Buffer.from(text, 'base64').subarray(0, words.byteLength));
      billed.#chunks.set(name, { words, lastBidMs });
    }
    for (const [bidId, bidAtMs] of others) billed.#others.set(bidId, bidAtMs);
    return billed;
  }
}

export interface BilledBidsJson {
  readonly chunks: readonly (readonly [name: string, lastBidMs: number, bits: string])[];
  readonly others: readonly (readonly [bidId: string, bidAtMs: number])[];
}

function chunkName(bidId: string, count: number): string {
  return `${holderOf(bidId)}-${Math.floor(count / CHUNK_BIDS)}`;
}

function wordIndex(count: number): number {
  return Math.floor((count % CHUNK_BIDS) / BITS_A_WORD);
}

function wordOf({ words }: Chunk, count: number): number {
  return words[wordIndex(count)] as number;
}

function bitOf(count: number): number {
  return 1 << (count % BITS_A_WORD);
}
