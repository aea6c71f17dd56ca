import type { Clock } from '../../src/lib/clock.js';

interface Planned {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** How many of the last things that happened are kept for a failing seed. */
const TRACE_LINES_MAX = 60;

/**
 * The time of a simulated world, and everything that is going to happen in it. Nothing in it waits: what is planned happens in the
 * order of its time, and in the order in which it was planned where times are equal; in between every promise that can be kept is
 * kept. So the same seed always lives through the same world, at whatever speed the machine has.
 */
export class Timeline {
  nowMs = 0;
  #planned: Planned[] = [];
  #orders = 0;
  #isStopped = false;
  readonly #trace: string[] = [];

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

  note(line: string): void {
    this.#trace.push(`${(this.nowMs / 1000).toFixed(3).padStart(11)} s  ${line}`);
    if (this.#trace.length > 2 * TRACE_LINES_MAX) this.#trace.splice(0, TRACE_LINES_MAX);
  }

  /** What happened last, the newest at the end. */
  lastEvents(): readonly string[] {
    return this.#trace.slice(-TRACE_LINES_MAX);
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

/** What one machine takes for the time. Its wall clock may be set to another time; the monotonic one never is. */
export class MachineClock implements Clock {
  readonly #timeline: Timeline;
  #wallMs: number;

  /** @param startMs what the wall clock shows when the timeline is at 0 */
  constructor(timeline: Timeline, startMs: number) {
    this.#timeline = timeline;
    this.#wallMs = startMs;
  }

  nowMs(): number {
    return this.#wallMs + this.#timeline.nowMs;
  }

  monotonicMs(): number {
    return this.#timeline.nowMs;
  }

  jump(ms: number): void {
    this.#wallMs += ms;
  }
}
