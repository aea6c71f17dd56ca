import type {
  FoundProfile,
  ProfileAnswer,
  ProfileCacheFigures,
  ProfileCacheMetrics,
  ProfileReader,
  ProfileStore,
} from '../domain/ports.js';
import { profileKeyText, type ProfileKey } from '../domain/profile.js';
import { CircuitBreaker, type Permission } from '../lib/circuit-breaker.js';
import type { Clock } from '../lib/clock.js';
import { ProfileCache } from './profile-cache.js';

export interface CachedReaderOptions {
  readonly bytesMax: number;
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly metrics: ProfileCacheMetrics;
}

/**
 * Ten failures show soon enough under load that a store is in trouble, and are too many to be one slow command. A probe
 * every 200 ms finds a recovered store well within a second.
 */
const BREAKER = { failuresMin: 10, windowMs: 1_000, probeMs: 200 };

/**
 * A question that takes longer says that the store is in trouble. Measured on the question itself: how long a lookup can
 * wait is the exchange's affair, and says nothing about the store.
 */
const TROUBLE_MS = 100;

const LATE: ProfileAnswer = { kind: 'late' };
const BROKEN: ProfileAnswer = { kind: 'broken' };

/** Keys that went to the store together. */
interface Question {
  readonly permission: Permission;
  readonly askedMs: number;
  /** Has the breaker been told how it went? */
  judged: boolean;
}

/** One key that is on its way from the store, and the places where it is waited for. */
interface Flight {
  readonly question: Question;
  readonly waiting: { readonly waiter: Waiter; readonly index: number }[];
}

/** One lookup that waits for keys. */
interface Waiter {
  readonly keys: readonly ProfileKey[];
  readonly found: (FoundProfile | undefined)[];
  /** The keys that it waits for. */
  readonly missing: Map<number, Question>;
  readonly settle: (answer: ProfileAnswer) => void;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Puts a store that may be far away, slow or broken behind a reader that always answers in time.
 *
 * A key that the cache knows costs the store nothing. The other keys of a lookup are one question to the store; a key
 * that is already on its way is waited for, not asked again. A lookup waits until all of its keys are there or its
 * deadline is; an answer that comes later still goes into the cache. Questions that fail or take long count against a
 * circuit breaker. While that is open nobody waits, and now and then a question goes out as a probe.
 *
 * A lookup is all or nothing: of a visitor whose address alone is known in time, a campaign may have banned the person,
 * so half an answer would be worse than none.
 */
export class CachedReader implements ProfileReader {
  readonly #store: Pick<ProfileStore, 'find' | 'onChange' | 'logNames'>;
  readonly #clock: Clock;
  readonly #metrics: ProfileCacheMetrics;
  readonly #cache: ProfileCache;
  readonly #breaker = new CircuitBreaker(BREAKER);
  readonly #flights = new Map<string, Flight>();

  constructor(store: Pick<ProfileStore, 'find' | 'onChange' | 'logNames'>, options: CachedReaderOptions) {
    this.#store = store;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
    this.#cache = new ProfileCache(options);
    store.onChange((change) => {
      this.#cache.forget(change);
    });
  }

  figures(): ProfileCacheFigures {
    return { ...this.#cache.figures(), breaker: this.#breaker.state };
  }

  find(keys: readonly ProfileKey[], deadlineMs: number): ProfileAnswer | Promise<ProfileAnswer> {
    const found: (FoundProfile | undefined)[] = [];
    const missing: number[] = [];
    for (const key of keys) {
      const entry = this.#cache.get(profileKeyText(key));
      if (entry === undefined) missing.push(found.length);
      else this.#metrics.keyLookup(key.kind, entry.stored === undefined ? 'negative' : 'lru');
      found.push(entry);
    }
    if (missing.length === 0) return answerOf(found);
    return this.#findMissing(keys, found, missing, deadlineMs);
  }

  logNames(key: ProfileKey, changeNames?: readonly string[]): readonly string[] {
    return this.#store.logNames(key, changeNames);
  }

  #findMissing(
    keys: readonly ProfileKey[],
    found: (FoundProfile | undefined)[],
    missing: readonly number[],
    deadlineMs: number,
  ): ProfileAnswer | Promise<ProfileAnswer> {
    const texts = keys.map(profileKeyText);
    const nowMs = this.#clock.monotonicMs();
    const permission = this.#breaker.permission(nowMs);
    if (permission !== 'refuse') {
      const question: Question = { permission, askedMs: nowMs, judged: false };
      const unasked = missing.filter((i) => !this.#flights.has(texts[i] as string));
      for (const i of unasked) this.#flights.set(texts[i] as string, { question, waiting: [] });
      if (unasked.length > 0) void this.#ask(pickAll(keys, unasked), pickAll(texts, unasked), question);
    }
    if (permission !== 'ask') {
      for (const i of missing) this.#count(keys, i, 'broken');
      return BROKEN;
    }
    return new Promise((settle) => {
      const waiter: Waiter = { keys, found, missing: new Map(), settle, timer: undefined };
      for (const index of missing) {
        const flight = this.#flights.get(texts[index] as string) as Flight;
        flight.waiting.push({ waiter, index });
        waiter.missing.set(index, flight.question);
      }
      // Rounded down: rather a lookup given up a little early than an answer sent too late.
      waiter.timer = setTimeout(this.#giveUp, Math.max(0, Math.floor(deadlineMs - nowMs)), waiter);
    });
  }

  async #ask(keys: readonly ProfileKey[], texts: readonly string[], question: Question): Promise<void> {
    let found: readonly FoundProfile[];
    try {
      found = await this.#store.find(keys);
    } catch {
      // Why it failed is the store's to report. Here it counts, and those who wait go on.
      this.#judge(question, false);
      for (const text of texts)
        this.#land(text, (waiter) => {
          this.#finish(waiter, BROKEN);
        });
      return;
    }
    const nowMs = this.#clock.monotonicMs();
    this.#metrics.storeAnswered(nowMs - question.askedMs);
    this.#judge(question, nowMs - question.askedMs <= TROUBLE_MS);
    for (const [i, text] of texts.entries()) {
      const entry = found[i] as FoundProfile;
      this.#cache.remember(text, entry, question.askedMs);
      this.#land(text, (waiter, index) => {
        this.#arrive(waiter, index, entry);
      });
    }
  }

  /** The key is no longer on its way. */
  #land(text: string, tell: (waiter: Waiter, index: number) => void): void {
    const waiting = this.#flights.get(text)?.waiting ?? [];
    this.#flights.delete(text);
    for (const { waiter, index } of waiting) tell(waiter, index);
  }

  #arrive(waiter: Waiter, index: number, entry: FoundProfile): void {
    if (!waiter.missing.delete(index)) return;
    waiter.found[index] = entry;
    this.#count(waiter.keys, index, 'redis');
    if (waiter.missing.size === 0) this.#finish(waiter, answerOf(waiter.found));
  }

  readonly #giveUp = (waiter: Waiter): void => {
    const nowMs = this.#clock.monotonicMs();
    for (const question of waiter.missing.values()) {
      if (nowMs - question.askedMs > TROUBLE_MS) this.#judge(question, false);
    }
    this.#finish(waiter, LATE);
  };

  /** The first to finish a waiter counts; keys that arrive afterwards find nobody. */
  #finish(waiter: Waiter, answer: ProfileAnswer): void {
    clearTimeout(waiter.timer);
    if (answer.kind !== 'answered') {
      for (const index of waiter.missing.keys()) this.#count(waiter.keys, index, answer.kind);
      waiter.missing.clear();
    }
    waiter.settle(answer);
  }

  #judge(question: Question, inTime: boolean): void {
    if (question.judged) return;
    question.judged = true;
    const nowMs = this.#clock.monotonicMs();
    if (inTime) this.#breaker.succeeded(question.permission, nowMs);
    else this.#breaker.failed(question.permission, nowMs);
  }

  #count(
    keys: readonly ProfileKey[],
    index: number,
    source: Parameters<ProfileCacheMetrics['keyLookup']>[1],
  ) {
    this.#metrics.keyLookup((keys[index] as ProfileKey).kind, source);
  }
}

/** @param found with nothing missing any more */
function answerOf(found: readonly (FoundProfile | undefined)[]): ProfileAnswer {
  return { kind: 'answered', found: found as readonly FoundProfile[] };
}

function pickAll<T>(all: readonly T[], indexes: readonly number[]): readonly T[] {
  return indexes.map((i) => all[i] as T);
}
