import { pointsToParse } from './parse-cost.js';

/** So many are parsed uncounted: at their worst they take 0.2 ms. */
const UNCOUNTED_CHARACTERS_MAX = 4_096;
/** 0.4 ms, which is about eighty different requests for the usual seven assets. */
const POINTS_MAX = 40_000;

/**
 * JSON that stands as text within one bid request, which the scanner of the body does not see into: what
 * all of it together may cost is bounded here. The same text is parsed once, since pages that offer several places
 * for native advertisements mostly describe them alike.
 */
export class NestedJson {
  #charactersLeft = UNCOUNTED_CHARACTERS_MAX;
  #pointsLeft = POINTS_MAX;
  #isCounted = false;
  #lastText: string | undefined;
  #lastValue: unknown;

  /** @returns undefined for what is not JSON and for what would take too long */
  parse(text: string): unknown {
    if (text !== this.#lastText) {
      this.#lastText = text;
      this.#lastValue = this.#isQuick(text) ? parsed(text) : undefined;
    }
    return this.#lastValue;
  }

  #isQuick(text: string): boolean {
    this.#charactersLeft -= text.length;
    if (this.#charactersLeft >= 0) return true;
    if (this.#pointsLeft < 0) return false;
    this.#pointsLeft -= pointsToParse(Buffer.from(text), !this.#isCounted);
    this.#isCounted = true;
    return this.#pointsLeft >= 0;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
