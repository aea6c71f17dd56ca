import { assert } from '../lib/assert.js';
import type { Lease } from './lease.js';

/** A bid whose end is not known. */
export interface OpenBid {
  readonly bidId: string;
  readonly lease: Lease;
  readonly micros: number;
  readonly holdMs: number;
  /** On the monotonic clock. */
  endMs: number;
  isHeldAnew: boolean;
  earlier: OpenBid | undefined;
  later: OpenBid | undefined;
}

/** Bids that are held equally long, so the one that began first ends first: a list that grows at one end and is emptied from the other. */
interface HoldQueue {
  first: OpenBid | undefined;
  last: OpenBid | undefined;
}

/**
 * The bids of this process whose end is not known, by id, and by when they end. There are few different hold times, and within one of them
 * bids end in the order in which they began. So each has a list of its own, in which only the first bid has to be looked at; adding
 * a bid, ending it and holding it anew are a few assignments.
 */
export class OpenBids {
  readonly #bids = new Map<string, OpenBid>();
  readonly #queues = new Map<number, HoldQueue>();

  get size(): number {
    return this.#bids.size;
  }

  add(lease: Lease, bidId: string, micros: number, holdMs: number, nowMs: number): void {
    assert(!this.#bids.has(bidId), `a bid reserves once: ${bidId}`);
    const bid: OpenBid = {
      bidId,
      lease,
      micros,
      holdMs,
      endMs: nowMs + holdMs,
      isHeldAnew: false,
      earlier: undefined,
      later: undefined,
    };
    this.#bids.set(bidId, bid);
    this.#append(bid);
  }

  /** @returns undefined for a bid that is not open, or not any more */
  end(bidId: string): OpenBid | undefined {
    const bid = this.#bids.get(bidId);
    if (!bid) return undefined;
    this.#bids.delete(bidId);
    this.#unlink(bid);
    return bid;
  }

  /** Holds a bid from now on for as long as it was to be held at first; once, however often it is told that it was won. */
  holdAnew(bidId: string, nowMs: number): void {
    const bid = this.#bids.get(bidId);
    if (!bid || bid.isHeldAnew) return;
    bid.isHeldAnew = true;
    this.#unlink(bid);
    bid.endMs = nowMs + bid.holdMs;
    this.#append(bid);
  }

  /** Ends the bids whose time is over. */
  endOverdue(nowMs: number, onEnd: (bid: OpenBid) => void): void {
    for (const [holdMs, queue] of this.#queues) {
      for (let bid = queue.first; bid && bid.endMs <= nowMs; bid = queue.first) {
        this.end(bid.bidId);
        onEnd(bid);
      }
      if (!queue.first) this.#queues.delete(holdMs);
    }
  }

  #append(bid: OpenBid): void {
    let queue = this.#queues.get(bid.holdMs);
    if (!queue) {
      queue = { first: undefined, last: undefined };
      this.#queues.set(bid.holdMs, queue);
    }
    bid.earlier = queue.last;
    bid.later = undefined;
    if (queue.last) queue.last.later = bid;
    else queue.first = bid;
    queue.last = bid;
  }

  #unlink(bid: OpenBid): void {
    const queue = this.#queues.get(bid.holdMs);
    assert(queue !== undefined, `a list for bids held ${bid.holdMs} ms`);
    if (bid.earlier) bid.earlier.later = bid.later;
    else queue.first = bid.later;
    if (bid.later) bid.later.earlier = bid.earlier;
    else queue.last = bid.earlier;
  }
}
