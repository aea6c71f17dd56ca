import type { Clock } from '../../src/lib/clock.js';
import { Timeline as BareTimeline } from '../../src/replay/timeline.js';

/** How many of the last things that happened are kept for a failing seed. */
const TRACE_LINES_MAX = 60;

/** A timeline that remembers what happened last. */
export class Timeline extends BareTimeline {
  readonly #trace: string[] = [];

  note(line: string): void {
    this.#trace.push(`${(this.nowMs / 1000).toFixed(3).padStart(11)} s  ${line}`);
    if (this.#trace.length > 2 * TRACE_LINES_MAX) this.#trace.splice(0, TRACE_LINES_MAX);
  }

  /** The newest at the end. */
  lastEvents(): readonly string[] {
    return this.#trace.slice(-TRACE_LINES_MAX);
  }
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
