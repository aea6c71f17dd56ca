import { LRUCache } from 'lru-cache';
import type { ProfileCacheFigures, ProfileChange, StoredProfile } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { ownText } from '../lib/own-text.js';
import { storedBytes } from './stored-bytes.js';

/**
 * What the store said about a key, and about most keys it said that there is nothing. Both are remembered for `ttlMs`,
 * the least recently asked going first when `bytesMax` is full.
 *
 * The store announces changes under names of its own, so each entry is also filed under its change names. An answer may
 * be on its way while the change that outdates it is announced; therefore the names of the last changes are kept for as
 * long as an answer may be on its way, and an answer that one of them concerns is not remembered.
 */
export interface ProfileCacheOptions {
  readonly bytesMax: number;
  readonly ttlMs: number;
  readonly clock: Clock;
}

interface Entry {
  /** Undefined: nothing is stored under this key. */
  readonly stored: StoredProfile | undefined;
  readonly changeNames: readonly string[];
}

/** An answer that was longer on its way than this is not remembered: what changed meanwhile is forgotten by then. */
const ANSWER_AGE_MS_MAX = 2_000;
/** Changes beyond this many within the age above are not kept by name. */
const CHANGES_MAX = 50_000;

export class ProfileCache {
  readonly #clock: Clock;
  readonly #options: ProfileCacheOptions;
  #entries: LRUCache<string, Entry>;
  /** Change name to the keys of the entries that it concerns: mostly one. */
  #keysByName = new Map<string, readonly string[]>();
  /** Change name to when it was announced, oldest first. */
  readonly #changes = new Map<string, number>();
  /** Answers to questions asked up to here may be older than a change that is no longer known by name. */
  #changesLostMs = -Infinity;
  #evictions = 0;

  constructor(options: ProfileCacheOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#entries = this.#newEntries();
  }

  /** @returns undefined when it is not known whether anything is stored */
  get(key: string): Entry | undefined {
    return this.#entries.get(key);
  }

  /** @param askedMs monotonic time at which the store was asked */
  remember(text: string, entry: Entry, askedMs: number): void {
    if (this.#isOutdated(entry, askedMs)) return;
    const key = ownText(text);
    const size = storedBytes(key, entry.stored, entry.changeNames);
    this.#entries.set(key, entry, { size });
    // The cache takes no entry that is larger than the whole of it.
    if (this.#entries.peek(key) === entry) this.#file(key, entry);
  }

  forget(change: ProfileChange): void {
    const nowMs = this.#clock.monotonicMs();
    if (change === 'everything') {
      this.#forgetEverything(nowMs);
      return;
    }
    for (const name of change) {
      for (const key of this.#keysByName.get(name) ?? []) this.#entries.delete(key);
      this.#changes.delete(name);
      this.#changes.set(name, nowMs);
    }
    this.#dropOldChanges(nowMs);
    if (this.#changes.size <= CHANGES_MAX) return;
    // As when many profiles are loaded. What they concerned is forgotten already; only answers on their way are given up.
    this.#changes.clear();
    this.#changesLostMs = nowMs;
  }

  figures(): Omit<ProfileCacheFigures, 'breaker'> {
    const { size, calculatedSize } = this.#entries;
    return { entries: size, bytes: calculatedSize, evictions: this.#evictions };
  }

  /** Lets go of everything as a whole: a million entries one by one would hold up the requests. */
  #forgetEverything(nowMs: number): void {
    this.#entries = this.#newEntries();
    this.#keysByName = new Map();
    this.#changes.clear();
    this.#changesLostMs = nowMs;
  }

  #newEntries(): LRUCache<string, Entry> {
    const { bytesMax, ttlMs, clock } = this.#options;
    return new LRUCache({
      maxSize: bytesMax,
      ttl: ttlMs,
      perf: { now: () => clock.monotonicMs() },
      dispose: (entry, key, reason) => {
        if (reason === 'evict') this.#evictions++;
        this.#unfile(key, entry);
      },
    });
  }

  #dropOldChanges(nowMs: number): void {
    for (const [name, changedMs] of this.#changes) {
      if (nowMs - changedMs <= ANSWER_AGE_MS_MAX) return;
      this.#changes.delete(name);
    }
  }

  #isOutdated(entry: Entry, askedMs: number): boolean {
    if (askedMs <= this.#changesLostMs) return true;
    if (this.#clock.monotonicMs() - askedMs > ANSWER_AGE_MS_MAX) return true;
    return entry.changeNames.some((name) => (this.#changes.get(name) ?? -Infinity) >= askedMs);
  }

  #file(key: string, entry: Entry): void {
    for (const name of entry.changeNames) {
      const others = this.#keysByName.get(name);
      // A list literal of one takes a third of the room of a spread one, which is made to grow.
      this.#keysByName.set(name, others === undefined ? [key] : [...others, key]);
    }
  }

  #unfile(key: string, entry: Entry): void {
    for (const name of entry.changeNames) {
      const others = (this.#keysByName.get(name) ?? []).filter((other) => other !== key);
      if (others.length === 0) this.#keysByName.delete(name);
      else this.#keysByName.set(name, others);
    }
  }
}
