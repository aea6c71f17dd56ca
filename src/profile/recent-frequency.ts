import type { FrequencyLogs, FrequencyRecord } from '../domain/frequency.js';
import type { Clock } from '../lib/clock.js';

/**
 * What this process itself has recorded in the last minutes, on its way to the store. It is laid over what the store or the
 * cache says, so that a bid is counted from the moment at which it was made: by the next request, not when the store has
 * announced it. Records that come back from the store meet their own copies and count once.
 */
const REMEMBERED_MS = 180_000;
/** Names with a record; beyond them the oldest go, and the store alone knows. */
const NAMES_MAX = 50_000;
const RECORDS_MAX_A_NAME = 100;
/** So many logs are told again at a time, and then others get their turn. */
const TOLD_AGAIN_NAMES = 500;
const TOLD_AGAIN_MS = 50;

interface Recent {
  readonly records: readonly FrequencyRecord[];
  readonly lastMs: number;
}

const NONE: readonly FrequencyRecord[] = [];

/** Passes records on to a store and remembers them for a while. */
export class RecentFrequency implements FrequencyLogs {
  readonly #store: FrequencyLogs;
  readonly #clock: Clock;
  /** In the order of their last record. */
  readonly #byName = new Map<string, Recent>();
  #untold: string[] = [];
  #telling: NodeJS.Timeout | undefined;

  constructor(store: FrequencyLogs, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  record(names: readonly string[], record: FrequencyRecord): void {
    const nowMs = this.#clock.monotonicMs();
    for (const name of names) {
      const before = this.of(name);
      this.#byName.delete(name);
      this.#byName.set(name, {
        records: [...before.slice(1 - RECORDS_MAX_A_NAME), record],
        lastMs: nowMs,
      });
    }
    this.#dropOld(nowMs);
    this.#store.record(names, record);
  }

  /** @returns what was recorded lately under a name */
  of(name: string): readonly FrequencyRecord[] {
    const recent = this.#byName.get(name);
    if (recent === undefined) return NONE;
    return this.#clock.monotonicMs() - recent.lastMs > REMEMBERED_MS ? NONE : recent.records;
  }

  /**
   * The store was out of reach, or has lost what it was told last: it is told everything again that is remembered, since what
   * it has already counts once.
   */
  tellAgain(): void {
    this.#untold = [...this.#byName.keys()];
    this.#telling ??= setInterval(() => this.#tellSome(), TOLD_AGAIN_MS).unref();
  }

  #tellSome(): void {
    for (const name of this.#untold.splice(0, TOLD_AGAIN_NAMES))
      for (const record of this.of(name)) this.#store.record([name], record);
    if (this.#untold.length > 0) return;
    clearInterval(this.#telling);
    this.#telling = undefined;
  }

  #dropOld(nowMs: number): void {
    for (const [name, { lastMs }] of this.#byName) {
      if (this.#byName.size <= NAMES_MAX && nowMs - lastMs <= REMEMBERED_MS) return;
      this.#byName.delete(name);
    }
  }
}
