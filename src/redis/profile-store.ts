import type { FoundProfile, ProfileChange, ProfileStore, RemoteStoreMetrics } from '../domain/ports.js';
import type { Touch } from '../domain/event.js';
import type { FrequencyRecord } from '../domain/frequency.js';
import { touchesOf } from '../domain/frequency-log.js';
import type { Profile, ProfileKey } from '../domain/profile.js';
import type { SecretKey } from '../domain/secret-key.js';
import { ChangeListener } from './changes.js';
import { EpochWatch } from './epoch.js';
import { Finder, type TimesToLive } from './find.js';
import { KeyRing } from './keys.js';
import { KeyWatch } from './key-watch.js';
import type { RedisReports } from './link.js';
import { openServers } from './open-servers.js';
import { Persons } from './persons.js';
import { RedisFrequencyLogs } from './frequency-logs.js';
import { encodeProfile } from './profile-codec.js';
import { ReadBatch } from './read-batch.js';
import type { RedisTarget } from './redis-url.js';
import { Mover } from './rotation.js';
import type { RedisServers } from './servers.js';
import { RedisStoreError } from './store-error.js';
import { WriteBatch } from './write-batch.js';

export interface RedisStoreOptions extends TimesToLive {
  readonly target: RedisTarget;
  /** PEM of the authorities behind the server's certificate; undefined = those that Node knows. */
  readonly certificateAuthority?: string;
  /** Secrets that names are made with, newest first; at least one. */
  readonly keyRing: readonly SecretKey[];
  readonly metrics: RemoteStoreMetrics;
  readonly reports: RedisReports;
  /** Told each time that a connection has come up: what was told last may be lost. */
  readonly onConnected?: () => void;
}

/**
 * Profiles in Redis, one server or a Cluster. Connects in the background and for ever, so that the process starts while
 * Redis is down. Nothing waits for a connection: what cannot be asked now rejects now, with a RedisStoreError.
 */
export function createRedisStore(options: RedisStoreOptions): ProfileStore {
  return new RedisProfileStore(options);
}

class RedisProfileStore implements ProfileStore {
  readonly #options: RedisStoreOptions;
  readonly #ring: KeyRing;
  readonly #servers: RedisServers;
  readonly #reads: ReadBatch;
  readonly #writes: WriteBatch;
  readonly #logs: RedisFrequencyLogs;
  readonly #persons: Persons;
  readonly #finder: Finder;
  readonly #changes: ChangeListener;
  readonly #epoch: EpochWatch;
  readonly #keys: KeyWatch;
  readonly #listeners: ((change: ProfileChange) => void)[] = [];

  constructor(options: RedisStoreOptions) {
    const { metrics, reports, target } = options;
    const linkOptions = { ...target, certificateAuthority: options.certificateAuthority };
    this.#options = options;
    this.#ring = new KeyRing(options.keyRing);
    this.#servers = openServers(target, linkOptions, reports, options.onConnected);
    const reads = new ReadBatch(this.#servers, metrics);
    this.#reads = reads;
    this.#writes = new WriteBatch(this.#servers, metrics, reports);
    this.#persons = new Persons(this.#ring, reads, this.#writes, options.linkTtlMs);
    this.#logs = new RedisFrequencyLogs(this.#writes, options.frequencyTtlMs, metrics);
    const mover = new Mover(reads, this.#writes);
    this.#finder = new Finder(this.#ring, reads, mover, this.#persons, this.#logs, options, metrics);
    const announce = (change: ProfileChange) => {
      for (const listener of this.#listeners) listener(change);
    };
    this.#changes = new ChangeListener(this.#servers, linkOptions, reports, announce);
    this.#epoch = new EpochWatch(this.#servers, reads, this.#writes, () => announce('everything'));
    this.#keys = new KeyWatch(this.#ring, this.#servers, this.#writes, reports);
  }

  find(keys: readonly ProfileKey[]): Promise<readonly FoundProfile[]> {
    return this.#finder.find(keys);
  }

  async put(key: ProfileKey, profile: Profile): Promise<'stored' | 'full'> {
    const { profileTtlMs, addressTtlMs } = this.#options;
    const names = this.#ring.namesOf(key);
    try {
      const ttlMs = key.kind === 'ip' ? addressTtlMs : profileTtlMs;
      await this.#set(names.profile, encodeProfile(profile), ttlMs, names.changes);
    } catch (error) {
      if (error instanceof RedisStoreError && error.reply === 'OOM') return 'full';
      throw error;
    }
    return 'stored';
  }

  record(names: readonly string[], record: FrequencyRecord): void {
    this.#logs.record(names, record);
  }

  logNames(key: ProfileKey, changeNames?: readonly string[]): readonly string[] {
    return this.#ring.logNames(key, changeNames);
  }

  async touchesOf(cookie: string, advertiser: number): Promise<readonly Touch[]> {
    const names = await this.#persons.frequencyNames(cookie);
    return touchesOf(this.#logs.read(names, await this.#reads.ask(names)) ?? [], advertiser);
  }

  link(exchange: string, userId: string, cookie: string): Promise<void> {
    return this.#persons.link(exchange, userId, cookie);
  }

  erase(key: ProfileKey, what: 'everything' | 'own' = 'everything'): Promise<number> {
    return this.#persons.erase(key, what);
  }

  onChange(listener: (change: ProfileChange) => void): void {
    this.#listeners.push(listener);
  }

  problem(): string | undefined {
    return this.#servers.problem();
  }

  keysProblem(): Promise<string | undefined> {
    return this.#keys.problem();
  }

  close(): Promise<void> {
    this.#keys.close();
    this.#epoch.close();
    this.#changes.close();
    this.#servers.close();
    return Promise.resolve();
  }

  /**
   * What stands under an older secret goes, or a process that prefers that secret would find it again; but not before the
   * new value was taken.
   *
   * @param names under each secret, newest first; of a key that has no such record there are none, and nothing is kept
   */
  async #set(
    [name, ...older]: readonly string[],
    value: Buffer,
    ttlMs: number,
    changes: readonly string[],
  ): Promise<void> {
    if (name === undefined) return;
    await this.#writes.run(name, ['SET', name, value, 'PX', String(ttlMs)], changes);
    await Promise.all(older.map((each) => this.#writes.run(each, ['DEL', each])));
  }
}
