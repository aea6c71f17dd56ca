import { LatencyHistogram } from './latency.js';
import type { IntervalFigures } from './load-result.js';

const INTERVALS = 120;
const INTERVAL_MS_MIN = 100;

/** Figures of one interval after the other. An answer counts where it came, not where its request was due. */
export class Series {
  readonly intervals: IntervalFigures[] = [];
  readonly #latency = new LatencyHistogram();
  readonly #lengthMs: number;
  readonly #warmUpMs: number;
  #startMs = 0;
  #sent = 0;
  #answered = 0;
  #bad = 0;

  /** @param wholeMs how long the run is to last, the warm-up included */
  constructor(wholeMs: number, warmUpMs: number) {
    this.#lengthMs = Math.max(INTERVAL_MS_MIN, Math.ceil(wholeMs / INTERVALS));
    this.#warmUpMs = warmUpMs;
  }

  addSent(): void {
    this.#sent += 1;
  }

  addAnswer(latencyMs: number, isGood: boolean): void {
    this.#answered += 1;
    this.#latency.record(latencyMs);
    if (!isGood) this.#bad += 1;
  }

  /** @param waitedMs since it was due */
  addUnmet(waitedMs: number): void {
    this.#latency.record(waitedMs);
    this.#bad += 1;
  }

  addFailure(): void {
    this.#bad += 1;
  }

  /** Closes the intervals that are over. @param nowMs since the run began */
  advance(nowMs: number): void {
    while (nowMs >= this.#startMs + this.#lengthMs) this.#close(this.#lengthMs);
  }

  /** Closes the last interval, however long it was. */
  end(nowMs: number): void {
    this.advance(nowMs);
    if (this.#sent + this.#answered + this.#bad > 0) this.#close(Math.max(1, nowMs - this.#startMs));
  }

  #close(lengthMs: number): void {
    this.intervals.push({
      startMs: this.#startMs,
      lengthMs,
      isWarmUp: this.#startMs < this.#warmUpMs,
      sent: this.#sent,
      answered: this.#answered,
      bad: this.#bad,
      p50Ms: this.#latency.percentileMs(50),
      p99Ms: this.#latency.percentileMs(99),
      maxMs: this.#latency.percentileMs(100),
    });
    this.#latency.reset();
    this.#startMs += lengthMs;
    this.#sent = 0;
    this.#answered = 0;
    this.#bad = 0;
  }
}
