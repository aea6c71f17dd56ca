import { integerBetween, type Random } from '../../src/lib/prng.js';
import type { Settlement } from '../../src/domain/ledger.js';
import type { Timeline } from './timeline.js';

const SYNC_MS_MAX = 15;

interface Waiting {
  readonly settlement: Settlement;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * The event log of one machine, as far as it is money: it outlives the processes that write it. A line is there for good once its
 * writer was told so. What was on its way when the process died is there or not, and nobody knows which.
 */
export class SimulatedDisk {
  readonly lines: Settlement[] = [];
  isFull = false;
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #onLine: (line: Settlement) => void;
  #waiting: Waiting[] = [];
  #isSyncing = false;

  /** @param onLine told of each line that is there for good */
  constructor(timeline: Timeline, random: Random, onLine: (line: Settlement) => void) {
    this.#timeline = timeline;
    this.#random = random;
    this.#onLine = onLine;
  }

  /** Resolves when the line is on disk, rejects when it is not going to be. */
  append(settlement: Settlement): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ settlement, resolve, reject });
      this.#sync();
    });
  }

  /** The process that was writing is gone: nobody hears of what was on its way. */
  writerDied(): void {
    for (const { settlement } of this.#waiting.splice(0))
      if (!this.isFull && this.#random() < 0.5) this.#write(settlement);
  }

  /** All that is waiting becomes durable at once, as with a group commit. */
  #sync(): void {
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    this.#timeline.after(integerBetween(this.#random, 1, SYNC_MS_MAX), () => {
      this.#isSyncing = false;
      for (const { settlement, resolve, reject } of this.#waiting.splice(0)) {
        if (this.isFull) reject(new Error('no space left on device'));
        else {
          this.#write(settlement);
          resolve();
        }
      }
    });
  }

  #write(settlement: Settlement): void {
    this.lines.push(settlement);
    this.#onLine(settlement);
  }
}
