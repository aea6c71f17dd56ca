import { LatencyHistogram } from './latency.js';

/**
 * Number n is due n intervals after the start, whatever became of those before it. At each turn of the event loop everything that is due
 * is handed over. Until the next one is near, turns come by a timer, then one after the other without sleeping, because a timer is late by
 * a millisecond and would hand over several at once.
 */

export interface PacerOptions {
  readonly intervalMs: number;
  readonly count: number;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly onDue: (number: number, dueMs: number) => void;
  /** Every 10 ms or so, whether or not something is due. */
  readonly onChores: (nowMs: number) => void;
  /** The last one has been handed over. */
  readonly onLast: (nowMs: number) => void;
  /** Has everything that was handed over come to an end? */
  readonly isSettled: () => boolean;
}

/** Between the call and the first one. */
const START_MS = 5;
const CHORES_MS = 10;
/** How late a timer may be. */
const TIMER_LATE_MS = 2;
/** So many in one turn at most, so that answers are read in between. */
const PER_TURN_MAX = 64;

export class Pacer {
  /** How long after they were due numbers were handed over. */
  readonly lag = new LatencyHistogram();
  /** In turns without sleep that found nothing to do. */
  spunMs = 0;
  /** To be set by whoever does something between two turns. */
  hasWorked = false;
  readonly #options: PacerOptions;
  #endNumber: number;
  #next = 0;
  #startMs = 0;
  #choresAtMs = 0;
  #lastTurnMs = 0;
  #isSpinning = false;
  #isLastTold = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #onDone: () => void = () => undefined;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#endNumber = options.count;
  }

  /** How many have been handed over. */
  get handedOver(): number {
    return this.#next;
  }

  /** When number 0 is due. */
  get startMs(): number {
    return this.#startMs;
  }

  get isStopped(): boolean {
    return this.#endNumber < this.#options.count;
  }

  /** Fulfilled when all have been handed over and are settled. Called once. */
  run(): Promise<void> {
    this.#lastTurnMs = this.#options.nowMs();
    this.#startMs = this.#lastTurnMs + START_MS;
    return new Promise((resolve) => {
      this.#onDone = resolve;
      this.#turn();
    });
  }

  /** Hands nothing more over. */
  stop(): void {
    this.#endNumber = this.#next;
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  readonly #turn = (): void => {
    const nowMs = this.#options.nowMs();
    if (this.#isSpinning && !this.hasWorked) this.spunMs += nowMs - this.#lastTurnMs;
    this.#lastTurnMs = nowMs;
    this.hasWorked = false;
    this.#handOver();
    if (nowMs >= this.#choresAtMs) {
      this.#choresAtMs = nowMs + CHORES_MS;
      this.#options.onChores(nowMs);
    }
    if (this.#next >= this.#endNumber) {
      if (!this.#isLastTold) this.#options.onLast(nowMs);
      this.#isLastTold = true;
      if (this.#options.isSettled()) {
        this.#onDone();
        return;
      }
    }
    this.#planTurn();
  };

  #handOver(): void {
    const { nowMs, onDue } = this.#options;
    for (let handed = 0; handed < PER_TURN_MAX && this.#next < this.#endNumber; handed += 1) {
      const dueMs = this.#dueMs(this.#next);
      const lateMs = nowMs() - dueMs;
      if (lateMs < 0) return;
      const number = this.#next;
      this.#next += 1;
      this.hasWorked = true;
      onDue(number, dueMs);
      this.lag.record(lateMs);
    }
  }

  #planTurn(): void {
    const isLastOver = this.#next >= this.#endNumber;
    const waitMs = isLastOver ? CHORES_MS : this.#dueMs(this.#next) - this.#options.nowMs() - TIMER_LATE_MS;
    this.#isSpinning = waitMs < 1;
    if (this.#isSpinning) this.#immediate = setImmediate(this.#turn);
    else this.#timer = setTimeout(this.#turn, Math.min(waitMs, CHORES_MS));
  }

  #dueMs(number: number): number {
    return this.#startMs + number * this.#options.intervalMs;
  }
}
