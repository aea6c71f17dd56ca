/** When each ad was clicked last: of the newest clicks, by bid. */
export class ClickTimes {
  readonly #entriesMax: number;
  readonly #lastMs = new Map<string, number>();

  constructor(entriesMax = 65_536) {
    this.#entriesMax = entriesMax;
  }

  /** Remembers a click. @returns milliseconds since the one before, `Infinity` when none is remembered */
  since(bidId: string, monotonicMs: number): number {
    const lastMs = this.#lastMs.get(bidId);
    this.#lastMs.delete(bidId);
    this.#lastMs.set(bidId, monotonicMs);
    if (this.#lastMs.size > this.#entriesMax) {
      for (const oldest of this.#lastMs.keys()) {
        this.#lastMs.delete(oldest);
        break;
      }
    }
    return lastMs === undefined ? Infinity : monotonicMs - lastMs;
  }
}
