import { countOf, holderOf } from '../domain/ledger.js';
import { assert } from '../lib/assert.js';
import { NumberQueue } from '../lib/number-queue.js';
import type { Lease } from './lease.js';

/** What was set aside for a bid, and of which lease. */
export interface OpenBid {
  readonly lease: Lease;
  readonly micros: number;
}

const PAGE_LENGTH = 1_024;

/** Bids with successive numbers, each at its place. */
class Page {
  /** Undefined where no bid is open. */
  readonly leases = Array.from<Lease | undefined>({ length: PAGE_LENGTH });
  readonly micros = new Float64Array(PAGE_LENGTH);
  readonly holdsMs = new Float64Array(PAGE_LENGTH);
  /** On the monotonic clock. */
  readonly endsMs = new Float64Array(PAGE_LENGTH);
  /** 1 where the bid is held a second time. */
  readonly heldAnew = new Uint8Array(PAGE_LENGTH);
  openCount = 0;
}

/**
 * The bids of this process whose end is not known, by id, and by when they end.
 *
 * There may be millions, and nobody may ever tell of them, so they take some 40 bytes each and nothing that a collection of garbage
 * has to follow one by one. Ids end in a running number: it tells the page on which a bid stands, and its place there. A page that is
 * full goes when none of its bids is open any more, so soon after the longest time that bids are held.
 *
 * There are few different hold times, and within one of them bids end in the order in which they began: each has a queue of
 * numbers, in which only the first has to be looked at. A bid that has ended otherwise stays in it until its turn comes; one that is held anew
 * is in it twice, the second time as its number's complement.
 */
export class OpenBids {
  readonly #holder: string;
  readonly #pages = new Map<number, Page>();
  readonly #queues = new Map<number, NumberQueue>();
  #newestPage = -1;
  #size = 0;

  /** @param holder what the ids of its bids begin with; bids with other ids are not known here */
  constructor(holder: string) {
    this.#holder = holder;
  }

  get size(): number {
    return this.#size;
  }

  /** @param bidId of the holder; each once */
  add(lease: Lease, bidId: string, micros: number, holdMs: number, nowMs: number): void {
    const count = this.#countOf(bidId);
    assert(count !== undefined, `a bid of ${this.#holder}: ${bidId}`);
    const page = this.#pageFor(count);
    const place = count % PAGE_LENGTH;
    assert(page.leases[place] === undefined, `a bid reserves once: ${bidId}`);
    page.leases[place] = lease;
    page.micros[place] = micros;
    page.holdsMs[place] = holdMs;
    page.endsMs[place] = nowMs + holdMs;
    page.heldAnew[place] = 0;
    page.openCount += 1;
    this.#size += 1;
    this.#queueOf(holdMs).push(count);
  }

  /** @returns undefined for a bid that is not open, or not any more */
  end(bidId: string): OpenBid | undefined {
    const count = this.#countOf(bidId);
    return count === undefined ? undefined : this.#end(count);
  }

  /** Holds a bid from now on for as long as it was to be held at first; once, however often it is told that it was won. */
  holdAnew(bidId: string, nowMs: number): void {
    const count = this.#countOf(bidId);
    if (count === undefined) return;
    const page = this.#pages.get(Math.floor(count / PAGE_LENGTH));
    const place = count % PAGE_LENGTH;
    if (page?.leases[place] === undefined || page.heldAnew[place] === 1) return;
    const holdMs = page.holdsMs[place] as number;
    page.heldAnew[place] = 1;
    page.endsMs[place] = nowMs + holdMs;
    this.#queueOf(holdMs).push(-1 - count);
  }

  /** Ends the bids whose time is over. */
  endOverdue(nowMs: number, onEnd: (bid: OpenBid) => void): void {
    for (const [holdMs, queue] of this.#queues) {
      let queued = queue.peek();
      for (; queued !== undefined && this.#isPast(queued, nowMs, onEnd); queued = queue.peek()) queue.shift();
      if (queued === undefined) this.#queues.delete(holdMs);
    }
  }

  /** Is what is first in a queue done with? If its time is over it is now. */
  #isPast(queued: number, nowMs: number, onEnd: (bid: OpenBid) => void): boolean {
    const isAnew = queued < 0;
    const count = isAnew ? -1 - queued : queued;
    const page = this.#pages.get(Math.floor(count / PAGE_LENGTH));
    const place = count % PAGE_LENGTH;
    if (page?.leases[place] === undefined) return true;
    if (!isAnew && page.heldAnew[place] === 1) return true;
    if ((page.endsMs[place] as number) > nowMs) return false;
    const bid = this.#end(count);
    assert(bid !== undefined, 'a bid whose time is over was open');
    onEnd(bid);
    return true;
  }

  #end(count: number): OpenBid | undefined {
    const number = Math.floor(count / PAGE_LENGTH);
    const page = this.#pages.get(number);
    const place = count % PAGE_LENGTH;
    const lease = page?.leases[place];
    if (!page || !lease) return undefined;
    page.leases[place] = undefined;
    page.openCount -= 1;
    this.#size -= 1;
    if (number !== this.#newestPage) this.#dropIfEmpty(number);
    return { lease, micros: page.micros[place] as number };
  }

  #countOf(bidId: string): number | undefined {
    return holderOf(bidId) === this.#holder ? countOf(bidId) : undefined;
  }

  #pageFor(count: number): Page {
    const number = Math.floor(count / PAGE_LENGTH);
    let page = this.#pages.get(number);
    if (!page) {
      page = new Page();
      this.#pages.set(number, page);
      this.#dropIfEmpty(this.#newestPage);
      this.#newestPage = number;
    }
    return page;
  }

  #dropIfEmpty(number: number): void {
    if (this.#pages.get(number)?.openCount === 0) this.#pages.delete(number);
  }

  #queueOf(holdMs: number): NumberQueue {
    let queue = this.#queues.get(holdMs);
    if (!queue) {
      queue = new NumberQueue();
      this.#queues.set(holdMs, queue);
    }
    return queue;
  }
}
