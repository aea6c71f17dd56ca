import type { NoticeWhy } from '../domain/event.js';

/** Between the bid and the click lie at least an auction, a page that is drawn, and a hand that moves. */
const REACTION_MS = 300;
const REPEATED_MS = 1_000;

/**
 * Tells clicks that no person makes from those that somebody may have made: sooner after the bid than anybody can click, or again
 * within a second. Remembers the newest clicks, by bid, and when they were.
 */
export class ClickWatch {
  readonly #entriesMax: number;
  readonly #lastMs = new Map<string, number>();

  constructor(entriesMax = 65_536) {
    this.#entriesMax = entriesMax;
  }

  /**
   * @param ageMs since the bid; below 0 when the clock of whoever made the bid is ahead, of which nothing follows
   * @param monotonicMs now
   * @returns what is suspect about a click, undefined when nothing is
   */
  judge(
    bidId: string,
    ageMs: number,
    monotonicMs: number,
  ): Extract<NoticeWhy, 'too-fast' | 'repeated'> | undefined {
    const lastMs = this.#lastMs.get(bidId);
    this.#lastMs.delete(bidId);
    this.#lastMs.set(bidId, monotonicMs);
    if (this.#lastMs.size > this.#entriesMax) {
      for (const oldest of this.#lastMs.keys()) {
        this.#lastMs.delete(oldest);
        break;
      }
    }
    if (ageMs >= 0 && ageMs < REACTION_MS) return 'too-fast';
    return lastMs !== undefined && monotonicMs - lastMs < REPEATED_MS ? 'repeated' : undefined;
  }
}
