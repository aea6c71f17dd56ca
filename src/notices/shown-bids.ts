/**
 * When ads were shown, as far as this process was told lately. It remembers the newest, and from when on it knows all: of a bid
 * from before that nothing can be said.
 */
export class ShownBids {
  readonly #entriesMax: number;
  readonly #shown = new Map<string, Shown>();
  #knowsFromMs: number;

  /** @param nowMs wall clock: what came before is not known */
  constructor(nowMs: number, entriesMax = 65_536) {
    this.#entriesMax = entriesMax;
    this.#knowsFromMs = nowMs;
  }

  /** @param nowMs wall clock. Of an ad that is shown twice, the first time counts. */
  add(bidId: string, nowMs: number, monotonicMs: number): void {
    if (this.#shown.has(bidId)) return;
    this.#shown.set(bidId, { nowMs, monotonicMs });
    if (this.#shown.size <= this.#entriesMax) return;
    for (const [oldest, { nowMs: shownMs }] of this.#shown) {
      this.#shown.delete(oldest);
      this.#knowsFromMs = Math.max(this.#knowsFromMs, shownMs);
      break;
    }
  }

  /** @returns milliseconds since the ad of a bid was shown; undefined when this process was not told of it */
  sinceMs(bidId: string, monotonicMs: number): number | undefined {
    const shown = this.#shown.get(bidId);
    return shown && monotonicMs - shown.monotonicMs;
  }

  /** Would an impression of a bid of that time be known here? */
  knows(bidAtMs: number): boolean {
    return bidAtMs > this.#knowsFromMs;
  }
}

interface Shown {
  readonly nowMs: number;
  readonly monotonicMs: number;
}
