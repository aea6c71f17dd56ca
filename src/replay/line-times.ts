import type { TrafficLine } from '../files/read-traffic.js';

/** A longer recording is a mistake in its times. */
const TRAFFIC_DAYS_MAX = 366;
const TRAFFIC_MS_MAX = TRAFFIC_DAYS_MAX * 24 * 60 * 60 * 1000;

/** When the requests of a traffic file come: never before the one before, in whole milliseconds. */
export class LineTimes {
  /** Lines with a time before that of the line before, which come at once. */
  backwards = 0;
  /** Of the last request. */
  lastMs = 0;
  readonly #everyMs: number;
  #isFirst = true;
  /** Of the last request, not rounded, so that many requests a millisecond are spaced evenly. */
  #exactMs = 0;

  /** @param rate how many requests a second come that have no time */
  constructor(rate: number) {
    this.#everyMs = 1000 / rate;
  }

  /** @returns milliseconds from the start, or what is wrong with the line's time */
  next({ tMs }: Pick<TrafficLine, 'tMs'>): number | string {
    const evenMs = this.#isFirst ? 0 : this.#exactMs + this.#everyMs;
    const wantedMs = tMs ?? evenMs;
    if (wantedMs > TRAFFIC_MS_MAX)
      return `"t_ms" is ${wantedMs}, expected at most ${TRAFFIC_MS_MAX}, which is ${TRAFFIC_DAYS_MAX} days`;
    if (wantedMs < this.#exactMs) this.backwards += 1;
    else this.#exactMs = wantedMs;
    this.#isFirst = false;
    this.lastMs = Math.floor(this.#exactMs);
    return this.lastMs;
  }
}
