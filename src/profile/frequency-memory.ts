import { hkdfSync } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { FrequencyRecord } from '../domain/frequency.js';
import { encodeRecord } from '../domain/frequency-codec.js';
import { compactLog, LOG_RECORDS_MAX } from '../domain/frequency-log.js';
import type { FrequencyMetrics } from '../domain/ports.js';
import { hasFrequencyLog, profileKeyText, type ProfileKey } from '../domain/profile.js';
import type { SecretKey } from '../domain/secret-key.js';
import { assert } from '../lib/assert.js';
import { ownText } from '../lib/own-text.js';
import { KeyedHash } from '../secrets/keyed-hash.js';
import type { Clock } from '../lib/clock.js';

export interface FrequencyMemoryOptions {
  /** Secrets that names are made with, newest first; at least one. */
  readonly keyRing: readonly SecretKey[];
  /** What is older is forgotten when a log is made shorter, and at each start. */
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly metrics: FrequencyMetrics;
  /** Most records over all logs, at roughly 150 bytes each. */
  readonly recordsMax?: number;
}

/** What happens to the logs, for whoever writes it down. */
export interface FrequencyJournal {
  added(name: string, encoded: Buffer): void;
  erased(name: string): void;
}

const NAME_PURPOSE = 'narrowcast frequency log name in memory, layout 1';
const NAME_BYTES = 16;
const LOG_NAME = /^(?:u|ip):[A-Za-z0-9_-]{22}$/;
/** Names are keyed hashes, and the same visitors come again. */
const NAMES_REMEMBERED_MAX = 50_000;
const RECORDS_MAX = 1_000_000;
const NO_NAMES: readonly string[] = [];

/**
 * Frequency logs in this process's memory. Logs are kept in the order in which they were last written to; when there are too
 * many records the logs that nothing happened to for longest go. Their names are pseudonyms as in Redis, since links carry them.
 */
export class FrequencyMemory {
  readonly #options: FrequencyMemoryOptions;
  readonly #secrets: readonly KeyedHash[];
  readonly #names = new LRUCache<string, readonly string[]>({ max: NAMES_REMEMBERED_MAX });
  readonly #recordsMax: number;
  /** Never changed in place: readers may hold a log. */
  readonly #logs = new Map<string, readonly FrequencyRecord[]>();
  #recordCount = 0;
  #journal: FrequencyJournal | undefined;

  constructor(options: FrequencyMemoryOptions) {
    assert(options.keyRing.length > 0, 'names of frequency logs need at least one key');
    this.#options = options;
    this.#recordsMax = options.recordsMax ?? RECORDS_MAX;
    this.#secrets = options.keyRing.map(
      ({ secret }) => new KeyedHash(new Uint8Array(hkdfSync('sha256', secret, '', NAME_PURPOSE, 32))),
    );
  }

  /** @returns the names of a key's log under each secret, newest first; none for networks */
  namesOf(key: ProfileKey): readonly string[] {
    if (!hasFrequencyLog(key)) return NO_NAMES;
    const text = profileKeyText(key);
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const prefix = key.kind === 'ip' ? 'ip' : 'u';
    const names = this.#secrets.map(
      (secret) => `${prefix}:${secret.ofText(text).toString('base64url', 0, NAME_BYTES)}`,
    );
    this.#names.set(ownText(text), names);
    return names;
  }

  /** How many names a log has. */
  get namesPerKey(): number {
    return this.#secrets.length;
  }

  /** @returns what was recorded under a key; undefined when nothing was */
  recordsOf(key: ProfileKey): readonly FrequencyRecord[] | undefined {
    return this.recordsUnder(this.namesOf(key));
  }

  /** @param names of one log */
  recordsUnder(names: readonly string[]): readonly FrequencyRecord[] | undefined {
    let records: readonly FrequencyRecord[] | undefined;
    for (const name of names) {
      const log = this.#logs.get(name);
      if (log !== undefined) records = records === undefined ? log : [...records, ...log];
    }
    return records;
  }

  /** @param record of which the memory keeps no more than a log in Redis would. @returns whether name and record are ours */
  add(name: string, record: FrequencyRecord): boolean {
    const encoded = encodeRecord(record);
    if (encoded === undefined || !LOG_NAME.test(name)) {
      this.#options.metrics.frequencyRecords('refused', 1);
      return false;
    }
    this.#put(name, record);
    this.#journal?.added(name, encoded);
    this.#options.metrics.frequencyRecords('written', 1);
    return true;
  }

  /** Takes back what a journal has of an earlier life; uncounted. */
  restore(name: string, record: FrequencyRecord): void {
    if (LOG_NAME.test(name)) this.#put(name, record);
  }

  /** @returns how many logs there were */
  erase(key: ProfileKey): number {
    return this.namesOf(key).reduce((count, name) => count + (this.eraseLog(name) ? 1 : 0), 0);
  }

  eraseLog(name: string): boolean {
    const log = this.#logs.get(name);
    if (log === undefined) return false;
    this.#recordCount -= log.length;
    this.#logs.delete(name);
    this.#journal?.erased(name);
    return true;
  }

  /** Tells a journal of everything from now on. */
  keepIn(journal: FrequencyJournal): void {
    this.#journal = journal;
  }

  /** Makes every log as short as can be and forgets those of which nothing is left. */
  compact(): void {
    for (const [name, log] of this.#logs) {
      const kept = this.#compacted(log);
      this.#recordCount += kept.length - log.length;
      if (kept.length === 0) this.#logs.delete(name);
      else this.#logs.set(name, kept);
    }
  }

  /** @returns the names of the logs, those first to which nothing happened for longest */
  logNames(): readonly string[] {
    return [...this.#logs.keys()];
  }

  log(name: string): readonly FrequencyRecord[] {
    return this.#logs.get(name) ?? [];
  }

  #put(name: string, record: FrequencyRecord): void {
    const before = this.#logs.get(name) ?? [];
    const grown = [...before, record];
    const log = grown.length > LOG_RECORDS_MAX ? this.#compacted(grown) : grown;
    this.#logs.delete(name);
    this.#logs.set(name, log);
    this.#recordCount += log.length - before.length;
    if (this.#recordCount > this.#recordsMax) this.#evict(name);
  }

  #evict(except: string): void {
    for (const [name, log] of this.#logs) {
      if (this.#recordCount <= this.#recordsMax || name === except) return;
      this.#logs.delete(name);
      this.#recordCount -= log.length;
      this.#options.metrics.frequencyRecords('evicted', log.length);
    }
  }

  #compacted(log: readonly FrequencyRecord[]): readonly FrequencyRecord[] {
    return compactLog(log, this.#options.clock.nowMs(), this.#options.ttlMs);
  }
}
