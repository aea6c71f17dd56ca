import { PerformanceObserver } from 'node:perf_hooks';
import { threadClock } from './thread-clock.js';

/** The pause that nobody may make. */
export const TURN_MS_MAX = 5;
/** Shorter turns are counted and forgotten. */
const KEPT_MS = 1;

/** A turn of the event loop. */
interface Turn {
  readonly startMs: number;
  readonly endMs: number;
  /** Processor time of the thread, so that what other processes take of the machine does not count. */
  readonly cpuMs: number;
}

interface Pause {
  readonly startMs: number;
  readonly durationMs: number;
}

export interface TurnFigures {
  /** Of them all. */
  readonly turns: number;
  readonly longestMs: number;
  readonly overMax: number;
  /** Without the pauses of garbage collection in it. */
  readonly longestOwnMs: number;
  readonly ownOverMax: number;
  /** The longest pause of garbage collection, by the wall clock. */
  readonly longestGcMs: number;
}

/**
 * Measures every turn of the event loop of this thread, from one check phase to the next. The loop never sleeps meanwhile.
 */
export class TurnMeter {
  readonly #cpuMs = threadClock();
  readonly #observer: PerformanceObserver;
  #pauses: Pause[] = [];
  #turns: Turn[] = [];
  #count = 0;
  #startMs = performance.now();
  #startCpuMs = this.#cpuMs();
  #isStopped = false;

  constructor() {
    this.#observer = new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries())
        this.#pauses.push({ startMs: startTime, durationMs: duration });
    });
    this.#observer.observe({ entryTypes: ['gc'] });
    setImmediate(this.#turn);
  }

  /** What was measured since the last call. Resolves in a turn of its own, when the pauses so far have been told. */
  async take(): Promise<TurnFigures> {
    // The observer hears of a pause in a later turn.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    const figures = figuresOf(this.#turns, this.#pauses, this.#count);
    this.#turns = [];
    this.#pauses = [];
    this.#count = 0;
    return figures;
  }

  stop(): void {
    this.#isStopped = true;
    this.#observer.disconnect();
  }

  readonly #turn = (): void => {
    const nowMs = performance.now();
    const nowCpuMs = this.#cpuMs();
    const cpuMs = nowCpuMs - this.#startCpuMs;
    this.#count++;
    if (cpuMs >= KEPT_MS) this.#turns.push({ startMs: this.#startMs, endMs: nowMs, cpuMs });
    this.#startMs = nowMs;
    this.#startCpuMs = nowCpuMs;
    if (!this.#isStopped) setImmediate(this.#turn);
  };
}

function figuresOf(turns: readonly Turn[], pauses: readonly Pause[], count: number): TurnFigures {
  const own = turns.map(({ startMs, endMs, cpuMs }) => {
    const within = pauses.filter((pause) => pause.startMs >= startMs && pause.startMs < endMs);
    return Math.max(0, cpuMs - within.reduce((sum, { durationMs }) => sum + durationMs, 0));
  });
  return {
    turns: count,
    longestMs: Math.max(0, ...turns.map(({ cpuMs }) => cpuMs)),
    overMax: turns.filter(({ cpuMs }) => cpuMs > TURN_MS_MAX).length,
    longestOwnMs: Math.max(0, ...own),
    ownOverMax: own.filter((ms) => ms > TURN_MS_MAX).length,
    longestGcMs: Math.max(0, ...pauses.map(({ durationMs }) => durationMs)),
  };
}
