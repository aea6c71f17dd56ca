import type { NoticeAnswer } from '../domain/ports.js';

/**
 * The bids that spent lately, so that a notice which is repeated a thousand times costs one line of the event log and one
 * booking. It is a saving and no ledger: what it has forgotten, and what other processes took, the ledger knows.
 *
 * `#onTheirWay` has the bids whose first notice is being written down; repetitions wait for the same end. When it ends well,
 * its answer moves to `#done`, which keeps the newest; when it does not, it is forgotten, and the next repetition gets
 * its own try.
 */
export class RecentBills {
  readonly #entriesMax: number;
  readonly #onTheirWay = new Map<string, Promise<NoticeAnswer>>();
  readonly #done = new Map<string, NoticeAnswer>();

  constructor(entriesMax = 65_536) {
    this.#entriesMax = entriesMax;
  }

  /**
   * @param bill called for the first notice of a bid; must not reject
   * @returns whether it was called, and the answer to this notice, at once where it is known
   */
  once(
    bidId: string,
    bill: () => Promise<NoticeAnswer>,
  ): { readonly isFirst: boolean; readonly answer: NoticeAnswer | Promise<NoticeAnswer> } {
    const earlier = this.#done.get(bidId) ?? this.#onTheirWay.get(bidId);
    if (earlier) return { isFirst: false, answer: earlier };
    const answer = bill().then((ended) => {
      this.#onTheirWay.delete(bidId);
      if (ended.kind !== 'unavailable') this.#remember(bidId, ended);
      return ended;
    });
    this.#onTheirWay.set(bidId, answer);
    return { isFirst: true, answer };
  }

  #remember(bidId: string, answer: NoticeAnswer): void {
    this.#done.set(bidId, answer);
    if (this.#done.size <= this.#entriesMax) return;
    const [oldest] = this.#done.keys();
    if (oldest !== undefined) this.#done.delete(oldest);
  }
}
