/**
 * How long the bid path takes from the profile to the answer, as it was lately: the lookup must leave that much of a
 * request's time. Remembers the longest, and lets it shrink by a thousandth with every request, so that one slow answer
 * is forgotten after some thousands; what it promises is twice that, within bounds.
 */
const RESERVE_MS_MIN = 1;
const RESERVE_MS_MAX = 20;
const SAFETY = 2;
const SHRINK = 0.999;

export class AnswerReserve {
  #peakMs = 0;

  /** @param durationMs from the profile to the answer */
  observe(durationMs: number): void {
    const shrunkMs = this.#peakMs * SHRINK;
    this.#peakMs = durationMs > shrunkMs ? durationMs : shrunkMs;
  }

  /** Milliseconds to leave for the rest of the path, 1 to 20. */
  get reserveMs(): number {
    return Math.min(RESERVE_MS_MAX, Math.max(RESERVE_MS_MIN, SAFETY * this.#peakMs));
  }
}
