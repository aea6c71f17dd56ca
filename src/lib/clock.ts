/**
 * The only way to ask for the time. Decision folders never see it: they get `nowMs` as a value.
 */
export interface Clock {
  /** Wall-clock time, milliseconds since the Unix epoch. May jump; used for flights, tokens and hours. */
  nowMs(): number;
  /** Milliseconds since an arbitrary start, never going back. Used for deadlines and latencies. */
  monotonicMs(): number;
}

/** What does something later, or again and again. Like the clock, it is the machine's or somebody else's. */
export interface Timers {
  /** @returns ends it */
  every(periodMs: number, run: () => void): () => void;
  after(delayMs: number, run: () => void): void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** Of the machine; they keep no process from ending. */
export const systemTimers: Timers = {
  every(periodMs, run) {
    const timer = setInterval(run, periodMs).unref();
    return () => {
      clearInterval(timer);
    };
  },
  after(delayMs, run) {
    setTimeout(run, delayMs).unref();
  },
};

/** A clock that moves only when told to: tests and recorded traffic run on it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #monotonicMs = 0;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Moves both readings forward by `ms` (0 or more). */
  advance(ms: number): void {
    this.#nowMs += ms;
    this.#monotonicMs += ms;
  }
}
