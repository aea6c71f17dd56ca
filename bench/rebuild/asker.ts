import type { BidEnvironment } from '../../src/bid/environment.js';
import { decide } from '../../src/bid/path.js';
import { LatencyHistogram } from '../../src/load/latency.js';
import { requestBodies } from './configuration.js';

const EVERY_MS = 1;

/** How long requests waited from the moment they were due until they were answered, by the wall clock. */
export interface Waits {
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
}

/** Asks the bid path every millisecond. What became due in one long turn is asked once. */
export class Asker {
  readonly #timer: NodeJS.Timeout;
  readonly #bodies = requestBodies();
  readonly #env: BidEnvironment;
  readonly #waits = new LatencyHistogram();
  #count = 0;
  #dueMs = performance.now() + EVERY_MS;

  constructor(env: BidEnvironment) {
    this.#env = env;
    this.#timer = setInterval(() => void this.#ask(), EVERY_MS);
  }

  /** Of the requests since the last call. */
  take(): Waits {
    const { count, p50Ms, p99Ms, maxMs } = this.#waits.figures();
    this.#waits.reset();
    return { requests: count, p50Ms, p99Ms, longestMs: maxMs };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const dueMs = this.#dueMs;
    const receivedMs = performance.now();
    this.#dueMs = receivedMs + EVERY_MS;
    const body = this.#bodies[this.#count++ % this.#bodies.length] as Buffer;
    await decide(this.#env, { exchange: 'generic', body, receivedMs });
    this.#waits.record(Math.max(0, performance.now() - dueMs));
  }
}
