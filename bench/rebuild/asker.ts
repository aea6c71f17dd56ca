import type { BidEnvironment } from '../../src/bid/environment.js';
import { decide } from '../../src/bid/path.js';
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
  #waitsMs: number[] = [];
  #count = 0;
  #dueMs = performance.now() + EVERY_MS;

  constructor(env: BidEnvironment) {
    this.#env = env;
    this.#timer = setInterval(() => void this.#ask(), EVERY_MS);
  }

  /** Of the requests since the last call. */
  take(): Waits {
    const sorted = this.#waitsMs.sort((a, b) => a - b);
    this.#waitsMs = [];
    const percentile = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
    return {
      requests: sorted.length,
      p50Ms: percentile(0.5),
      p99Ms: percentile(0.99),
      longestMs: sorted.at(-1) ?? 0,
    };
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
    this.#waitsMs.push(Math.max(0, performance.now() - dueMs));
  }
}
