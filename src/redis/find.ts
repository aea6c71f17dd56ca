import type { FoundProfile, RemoteStoreMetrics, StoredProfile } from '../domain/ports.js';
import type { ProfileKey } from '../domain/profile.js';
import type { KeyNames, KeyRing } from './keys.js';
import type { RedisFrequencyLogs } from './frequency-logs.js';
import { decodeProfile } from './profile-codec.js';
import type { Persons } from './persons.js';
import type { ReadBatch } from './read-batch.js';
import type { Convert, Mover } from './rotation.js';

export interface TimesToLive {
  readonly profileTtlMs: number;
  readonly addressTtlMs: number;
  /** From the last record of a log; older records of it are forgotten too, as soon as there are many. */
  readonly frequencyTtlMs: number;
  readonly linkTtlMs: number;
}

/** What stands under one key itself. */
interface Found {
  readonly names: KeyNames;
  readonly profile: StoredProfile['profile'];
  readonly frequency: StoredProfile['frequency'];
  readonly cookie: string | undefined;
}

/** How one kind of record is read, and moved to the name of a newer secret. */
interface RecordKind<T> {
  readonly ttlMs: number;
  readonly decode: (value: Buffer) => T | undefined;
  /** @param newest the name that it moves to */
  readonly convertFor: (newest: string) => Convert;
}

/** Reads what is stored under keys: all of their names in one batch, then the cookies that links lead to in another. */
export class Finder {
  readonly #ring: KeyRing;
  readonly #reads: ReadBatch;
  readonly #mover: Mover;
  readonly #persons: Persons;
  readonly #logs: RedisFrequencyLogs;
  readonly #ttls: TimesToLive;
  readonly #metrics: RemoteStoreMetrics;

  constructor(
    ring: KeyRing,
    reads: ReadBatch,
    mover: Mover,
    persons: Persons,
    logs: RedisFrequencyLogs,
    ttls: TimesToLive,
    metrics: RemoteStoreMetrics,
  ) {
    this.#ring = ring;
    this.#reads = reads;
    this.#mover = mover;
    this.#persons = persons;
    this.#logs = logs;
    this.#ttls = ttls;
    this.#metrics = metrics;
  }

  /** @returns one entry a key, in order. @throws RedisStoreError when one of them cannot be asked for */
  async find(keys: readonly ProfileKey[]): Promise<readonly FoundProfile[]> {
    const found = await this.#findThemselves(keys);
    const cookies = found.flatMap(({ cookie }) => (cookie === undefined ? [] : [cookie]));
    if (cookies.length === 0) return found.map((one) => toFoundProfile(one, undefined));
    const linked = await this.#findThemselves(cookies.map((id) => ({ kind: 'cookie', id })));
    let next = 0;
    return found.map((one) => toFoundProfile(one, one.cookie === undefined ? undefined : linked[next++]));
  }

  async #findThemselves(keys: readonly ProfileKey[]): Promise<readonly Found[]> {
    const names = keys.map((key) => this.#ring.namesOf(key));
    const values = await this.#reads.ask(
      names.flatMap(({ profile, frequency, link }) => [...profile, ...frequency, ...link]),
    );
    let at = 0;
    const next = (of: readonly string[]) => values.slice(at, (at += of.length));
    const take = <T>(of: readonly string[], kind: RecordKind<T>): T | undefined =>
      this.#firstReadable(of, next(of), kind);
    const { profileTtlMs, addressTtlMs, linkTtlMs } = this.#ttls;
    const convertFor = () => asItIs;
    const link = {
      ttlMs: linkTtlMs,
      decode: (value: Buffer) => this.#ring.openCookie(value),
      convertFor: (newest: string) => (value: Buffer) => this.#persons.reseal(newest, value),
    };
    return names.map((of, i): Found => {
      const ttlMs = keys[i]?.kind === 'ip' ? addressTtlMs : profileTtlMs;
      const profile = take(of.profile, { ttlMs, decode: decodeProfile, convertFor });
      // What was logged under an older secret counts where it stands, and expires there.
      const frequency = this.#logs.read(of.frequency, next(of.frequency));
      return { names: of, profile, frequency, cookie: take(of.link, link) };
    });
  }

  /** @param names of one record under each secret, newest first */
  #firstReadable<T>(
    names: readonly string[],
    values: readonly (Buffer | undefined)[],
    { ttlMs, decode, convertFor }: RecordKind<T>,
  ): T | undefined {
    const [newest] = names;
    for (const [i, value] of values.entries()) {
      const decoded = value && decode(value);
      if (decoded !== undefined) {
        const name = names[i];
        if (i > 0 && name !== undefined && newest !== undefined) {
          this.#mover.move(name, newest, ttlMs, convertFor(newest));
        }
        return decoded;
      }
      if (value !== undefined) this.#metrics.storeTrouble('damaged');
    }
    return undefined;
  }
}

const asItIs: Convert = (value) => Promise.resolve(value);

/** @param linked what the key's link leads to */
function toFoundProfile(found: Found, linked: Found | undefined): FoundProfile {
  const changeNames =
    linked === undefined ? found.names.changes : [...found.names.changes, ...linked.names.changes];
  return { changeNames, stored: toStored(found, linked && toStored(linked, undefined)) };
}

function toStored(
  { profile, frequency }: Found,
  linked: StoredProfile | undefined,
): StoredProfile | undefined {
  const isEmpty = profile === undefined && frequency === undefined && linked === undefined;
  return isEmpty ? undefined : { profile, frequency, linked };
}
