import type { FoundProfile, ProfileChange, ProfileStore } from '../domain/ports.js';
import { randomBytes } from 'node:crypto';
import type { Touch } from '../domain/event.js';
import type { FrequencyRecord } from '../domain/frequency.js';
import { touchesOf } from '../domain/frequency-log.js';
import type { Profile, ProfileKey } from '../domain/profile.js';
import { hasFrequencyLog, profileKeyText } from '../domain/profile.js';
import { systemClock } from '../lib/clock.js';
import { FrequencyMemory } from './frequency-memory.js';

/** A profile store in this process's memory. */
export interface EmbeddedStore extends ProfileStore {
  /** Keys about which something is stored. */
  readonly size: number;
  /** `find`, without a promise. */
  findNow(keys: readonly ProfileKey[]): readonly FoundProfile[];
}

/** What is stored under one key. */
interface Entry {
  readonly key: ProfileKey;
  profile: Profile | undefined;
  /** Of an exchange's user id: the cookie of the same person. */
  cookie: string | undefined;
  /** Of a cookie: the texts of the user ids that lead to it. */
  readonly linked: Set<string>;
}

/**
 * Everything in one map by the text of the key; links stand on both sides. Frequency logs stand apart, by their names.
 *
 * @param profilesMax most keys about which something is held, at roughly a kilobyte each; a full store takes no new key,
 *   yet replaces what it has
 * @param logs the frequency logs; undefined for some that end with the process
 */
export function createEmbeddedStore(profilesMax = 2_000_000, logs = passingLogs()): EmbeddedStore {
  return new MapStore(profilesMax, logs);
}

function passingLogs(): FrequencyMemory {
  return new FrequencyMemory({
    keyRing: [{ id: 'passing', secret: randomBytes(32) }],
    ttlMs: Infinity,
    clock: systemClock,
    metrics: { frequencyRecords: () => undefined },
  });
}

const NO_NAMES: readonly string[] = [];

class MapStore implements EmbeddedStore {
  readonly #profilesMax: number;
  readonly #logs: FrequencyMemory;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners: ((change: ProfileChange) => void)[] = [];

  constructor(profilesMax: number, logs: FrequencyMemory) {
    this.#profilesMax = profilesMax;
    this.#logs = logs;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(keys: readonly ProfileKey[]): Promise<readonly FoundProfile[]> {
    return Promise.resolve(this.findNow(keys));
  }

  findNow(keys: readonly ProfileKey[]): readonly FoundProfile[] {
    return keys.map((key) => this.#find(key));
  }

  put(key: ProfileKey, profile: Profile): Promise<'stored' | 'full'> {
    const entry = this.#entryOf(key);
    if (entry === undefined) return Promise.resolve('full');
    entry.profile = profile;
    this.#announce(key);
    return Promise.resolve('stored');
  }

  record(names: readonly string[], record: FrequencyRecord): void {
    for (const name of names) if (this.#logs.add(name, record)) this.#tell([name]);
  }

  logNames(key: ProfileKey, changeNames?: readonly string[]): readonly string[] {
    if (!hasFrequencyLog(key)) return NO_NAMES;
    const names = changeNames ?? this.#find(key).changeNames;
    const own = names[1] as string;
    // Behind the names of the key stand, likewise, those of the cookie that it is linked to.
    const linked = names[this.#logs.namesPerKey + 2];
    return linked === undefined ? [own] : [own, linked];
  }

  touchesOf(cookie: string, advertiser: number): Promise<readonly Touch[]> {
    const person = cookieKey(cookie);
    const records = [...(this.#logs.recordsOf(person) ?? [])];
    for (const text of this.#entries.get(profileKeyText(person))?.linked ?? []) {
      const user = this.#entries.get(text);
      if (user !== undefined) records.push(...(this.#logs.recordsOf(user.key) ?? []));
    }
    return Promise.resolve(touchesOf(records, advertiser));
  }

  link(exchange: string, userId: string, cookie: string): Promise<void> {
    const userKey: ProfileKey = { kind: 'user', exchange, id: userId };
    const user = this.#entryOf(userKey);
    const person = user && this.#entryOf({ kind: 'cookie', id: cookie });
    if (user === undefined || person === undefined) {
      this.#forgetIfEmpty(userKey);
      return Promise.reject(new Error('the store is full'));
    }
    if (user.cookie !== cookie) this.#unlink(userKey);
    user.cookie = cookie;
    person.linked.add(profileKeyText(userKey));
    this.#announce(userKey);
    return Promise.resolve();
  }

  erase(key: ProfileKey, what: 'everything' | 'own' = 'everything'): Promise<number> {
    const entry = this.#entries.get(profileKeyText(key));
    if (entry === undefined) return Promise.resolve(this.#eraseLog(key));
    const { cookie } = entry;
    const person = cookie === undefined ? undefined : this.#entries.get(profileKeyText(cookieKey(cookie)));
    return Promise.resolve(
      (person === undefined ? 0 : this.#eraseWithLinks(person, what)) + this.#eraseWithLinks(entry, what),
    );
  }

  onChange(listener: (change: ProfileChange) => void): void {
    this.#listeners.push(listener);
  }

  problem(): undefined {
    return undefined;
  }

  keysProblem(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #find(key: ProfileKey): FoundProfile {
    const text = profileKeyText(key);
    const entry = this.#entries.get(text);
    const names = this.#logs.namesOf(key);
    const profile = entry?.profile;
    const frequency = this.#logs.recordsUnder(names);
    const linked = entry?.cookie === undefined ? undefined : this.#find(cookieKey(entry.cookie));
    const isEmpty = profile === undefined && frequency === undefined && linked?.stored === undefined;
    return {
      changeNames: [text, ...names, ...(linked?.changeNames ?? NO_NAMES)],
      stored: isEmpty ? undefined : { profile, frequency, linked: linked?.stored },
    };
  }

  /** @returns undefined when it would be a new one and there is no room */
  #entryOf(key: ProfileKey): Entry | undefined {
    const text = profileKeyText(key);
    const known = this.#entries.get(text);
    if (known !== undefined || this.#entries.size >= this.#profilesMax) return known;
    const linked = new Set<string>();
    const entry: Entry = { key, profile: undefined, cookie: undefined, linked };
    this.#entries.set(text, entry);
    return entry;
  }

  #eraseWithLinks(entry: Entry, what: 'everything' | 'own'): number {
    const { key, linked } = entry;
    let count = 0;
    for (const text of linked) {
      const user = this.#entries.get(text);
      if (user === undefined) continue;
      if (what === 'everything') {
        count += this.#eraseWithLinks(user, what);
        continue;
      }
      count++;
      this.#unlink(user.key);
      user.cookie = undefined;
      this.#forgetIfEmpty(user.key);
      this.#announce(user.key);
    }
    const text = profileKeyText(key);
    if (this.#entries.get(text) !== entry) return count;
    count += countRecords(entry) + this.#eraseLog(key);
    this.#unlink(key);
    this.#entries.delete(text);
    this.#announce(key);
    return count;
  }

  /** @returns how many there were */
  #eraseLog(key: ProfileKey): number {
    const count = this.#logs.erase(key);
    if (count > 0) this.#announce(key);
    return count;
  }

  /** Takes a user id from the cookie that it led to. */
  #unlink(userKey: ProfileKey): void {
    const text = profileKeyText(userKey);
    const user = this.#entries.get(text);
    if (user?.cookie === undefined) return;
    const person = cookieKey(user.cookie);
    user.cookie = undefined;
    this.#entries.get(profileKeyText(person))?.linked.delete(text);
    this.#forgetIfEmpty(person);
  }

  #forgetIfEmpty(key: ProfileKey): void {
    const text = profileKeyText(key);
    const entry = this.#entries.get(text);
    if (entry !== undefined && entry.linked.size === 0 && countRecords(entry) === 0)
      this.#entries.delete(text);
  }

  #announce(key: ProfileKey): void {
    this.#tell([profileKeyText(key)]);
  }

  #tell(change: readonly string[]): void {
    for (const listener of this.#listeners) listener(change);
  }
}

function cookieKey(id: string): ProfileKey {
  return { kind: 'cookie', id };
}

function countRecords({ profile, cookie }: Entry): number {
  return [profile, cookie].filter((record) => record !== undefined).length;
}
