/**
 * Counts how often each of very many keys came lately, in little memory that never grows: a count-min sketch. A key has a
 * place in each of three rows of counters, by its hash; it came at most as often as the smallest of the three says, since
 * other keys can only add to them (and only the smallest are raised, which keeps others from adding much).
 *
 * There are two such sketches, for this window of time and the one before. A count is this window's and as much of the former
 * one's as still reaches into the last window's length of time: a sliding window, near enough. Nothing of a key is kept but
 * counters, and none longer than two windows.
 */
export class RateSketch {
  readonly #windowMs: number;
  #now = new Uint16Array(ROWS * WIDTH);
  #before = new Uint16Array(ROWS * WIDTH);
  #window = -Infinity;

  /** @param windowMs the length of time that counts are of */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /**
   * Counts a key once.
   *
   * @param hash all its 32 bits are used, so it should depend on a secret where keys are chosen by others
   * @param nowMs never going back
   * @returns how often it came in the last window, this time included: never less than in this window so far
   */
  add(hash: number, nowMs: number): number {
    this.#turn(nowMs);
    const now = this.#now;
    const step = stepOf(hash);
    const first = placeOf(hash, 0, step);
    const second = placeOf(hash, 1, step);
    const third = placeOf(hash, 2, step);
    const least = Math.min(now[first] as number, now[second] as number, now[third] as number);
    const count = Math.min(least + 1, COUNT_MAX);
    if ((now[first] as number) < count) now[first] = count;
    if ((now[second] as number) < count) now[second] = count;
    if ((now[third] as number) < count) now[third] = count;
    return count + this.#lingering(hash, nowMs);
  }

  /** As `add` would answer, without counting. */
  peek(hash: number, nowMs: number): number {
    const windows = Math.floor(nowMs / this.#windowMs) - this.#window;
    if (windows > 1) return 1;
    if (windows === 1) return 1 + leastOf(this.#now, hash) * this.#leftShare(nowMs);
    return 1 + leastOf(this.#now, hash) + this.#lingering(hash, nowMs);
  }

  #lingering(hash: number, nowMs: number): number {
    const before = leastOf(this.#before, hash);
    return before === 0 ? 0 : before * this.#leftShare(nowMs);
  }

  /** How much of the former window lies within a window's length of now. */
  #leftShare(nowMs: number): number {
    return 1 - (nowMs / this.#windowMs - Math.floor(nowMs / this.#windowMs));
  }

  #turn(nowMs: number): void {
    const window = Math.floor(nowMs / this.#windowMs);
    if (window === this.#window) return;
    const isNext = window === this.#window + 1;
    this.#window = window;
    [this.#now, this.#before] = [this.#before, this.#now];
    this.#now.fill(0);
    if (!isNext) this.#before.fill(0);
  }
}

const ROWS = 3;
/** 200 KB a window: half a million keys a minute add one or two to each other's counts. */
const WIDTH = 32_768;
/** The most that a counter holds; more is not told apart. */
export const COUNT_MAX = 65_535;

function leastOf(counters: Uint16Array, hash: number): number {
  const step = stepOf(hash);
  return Math.min(
    counters[placeOf(hash, 0, step)] as number,
    counters[placeOf(hash, 1, step)] as number,
    counters[placeOf(hash, 2, step)] as number,
  );
}

/** Two keys that share a place in one row mostly part in the next, since their steps differ. */
function stepOf(hash: number): number {
  return Math.imul(hash, 0x9e3779b1) >>> 15;
}

function placeOf(hash: number, row: number, step: number): number {
  return row * WIDTH + ((hash + row * step) & (WIDTH - 1));
}
