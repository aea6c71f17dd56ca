import type { Clock, Timers } from '../lib/clock.js';

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * The time of a simulated world, in milliseconds since it began, and everything that is going to happen in it. Nothing in it waits: what is planned happens in the
 * order of its time, and in the order in which it was planned where times are equal; in between every promise that can be kept is
 * kept. So the same seed always lives through the same world, at whatever speed the machine has.
 */
export class Timeline {
  nowMs = 0;
  #planned: Planned[] = [];
  #orders = 0;
  #isStopped = false;

  /** @param delayMs 0 or more */
  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + delayMs, order: this.#orders++, run });
  }

  /** Does something again and again until it says that it is over. */
  every(periodMs: number, run: () => 'again' | 'over'): void {
    this.after(periodMs, () => {
      if (run() === 'again') this.every(periodMs, run);
    });
  }

  /** Lets everything happen that is planned until then, unless it is stopped. */
  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#planned[0]; next !== undefined && next.atMs <= endMs; next = this.#planned[0]) {
      if (this.#isStopped) return;
      this.#pop();
      this.nowMs = next.atMs;
      next.run();
      await promisesKept();
    }
    this.nowMs = Math.max(this.nowMs, endMs);
  }

  /** Nothing happens any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** A binary heap: the earliest is at 0, and nobody is earlier than the one at half its place. */
  #push(planned: Planned): void {
    const heap = this.#planned;
    let at = heap.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = heap[parentAt] as Planned;
      if (!isEarlier(planned, parent)) break;
      heap[at] = parent;
      at = parentAt;
    }
    heap[at] = planned;
  }

  #pop(): void {
    const heap = this.#planned;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= heap.length) break;
      if (childAt + 1 < heap.length && isEarlier(heap[childAt + 1] as Planned, heap[childAt] as Planned))
        childAt++;
      if (!isEarlier(heap[childAt] as Planned, last)) break;
      heap[at] = heap[childAt] as Planned;
      at = childAt;
    }
    heap[at] = last;
  }
}

function isEarlier(a: Planned, b: Planned): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** The queue of `nextTick` is looked at when no promise is left that could go on. */
function promisesKept(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** @param startMs what the wall clock shows when the timeline is at 0 */
export function clockOf(timeline: Timeline, startMs: number): Clock {
  return { nowMs: () => startMs + timeline.nowMs, monotonicMs: () => timeline.nowMs };
}

/** What is done again and again is done so often in a time in which nothing else happens, however long it is. */
const QUIET_STEPS = 50;
const QUIET_STEP_MS_MAX = 10_000;

/**
 * The timers of a timeline. Where nothing is going to come for a while, what is done again and again is done less often, at
 * least every ten seconds and as usual towards the end: a night without traffic passes at once.
 *
 * @param quietUntilMs until when nothing comes, on the timeline
 */
export function timersOf(timeline: Timeline, quietUntilMs: () => number): Timers {
  return {
    every(periodMs, run) {
      let isOver = false;
      const plan = (): void => {
        const quietMs = Math.floor((quietUntilMs() - timeline.nowMs) / QUIET_STEPS);
        timeline.after(Math.max(periodMs, Math.min(quietMs, QUIET_STEP_MS_MAX)), () => {
          if (isOver) return;
          run();
          plan();
        });
      };
      plan();
      return () => {
        isOver = true;
      };
    },
    after(delayMs, run) {
      timeline.after(delayMs, run);
    },
  };
}
