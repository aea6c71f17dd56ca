import type { FrequencyRecord } from '../domain/frequency.js';
import { decodeLog, encodeRecord, RECORD_BYTES } from '../domain/frequency-codec.js';
import { compactLog, LOG_RECORDS_MAX, newestMs } from '../domain/frequency-log.js';
import type { RemoteStoreMetrics } from '../domain/ports.js';
import { frequencyLogOf } from './keys.js';
import type { WriteBatch } from './write-batch.js';

/** More than any log of ours grows to before somebody reads it: not worth the time on the bid path. */
const LOG_BYTES_MAX = 1024 * 1024;
const COMPACTIONS_MAX = 64;

/**
 * Puts a shorter log in place of the one that was read, and behind it what was appended since. Logs only grow, so the one
 * that was read is how the present one begins, unless somebody else was first; then nothing is done.
 */
const COMPACT = `
local present = redis.call('GET', KEYS[1])
if not present or string.sub(present, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2] .. string.sub(present, #ARGV[1] + 1), 'KEEPTTL')
return 1`;

/**
 * Frequency logs in Redis: texts that are written by APPEND, so that nobody has to read before he writes and no two writers
 * are in each other's way. Every record sets the log's time to live anew and is announced like a change of the profile. A
 * log that has grown long is written anew by whoever reads it, in the background.
 */
export class RedisFrequencyLogs {
  readonly #writes: WriteBatch;
  readonly #ttlMs: number;
  readonly #metrics: RemoteStoreMetrics;
  readonly #compacting = new Set<string>();

  constructor(writes: WriteBatch, ttlMs: number, metrics: RemoteStoreMetrics) {
    this.#writes = writes;
    this.#ttlMs = ttlMs;
    this.#metrics = metrics;
  }

  record(names: readonly string[], record: FrequencyRecord): void {
    const bytes = encodeRecord(record);
    for (const name of names) {
      const log = frequencyLogOf(name);
      if (bytes === undefined || log === undefined) this.#metrics.frequencyRecords('refused', 1);
      else void this.#append(log.key, bytes, log.change);
    }
  }

  async #append(key: string, bytes: Buffer, change: string): Promise<void> {
    try {
      await Promise.all([
        this.#writes.run(key, ['APPEND', key, bytes], [change]),
        this.#writes.run(key, ['PEXPIRE', key, String(this.#ttlMs)]),
      ]);
      this.#metrics.frequencyRecords('written', 1);
    } catch {
      // Why Redis did not take it is reported by the connection; a record less means at most an impression more.
      this.#metrics.frequencyRecords('lost', 1);
    }
  }

  /**
   * @param names of one log under each secret
   * @param values what stands there
   * @returns undefined when there is nothing
   */
  read(
    names: readonly string[],
    values: readonly (Buffer | undefined)[],
  ): readonly FrequencyRecord[] | undefined {
    let records: readonly FrequencyRecord[] | undefined;
    for (const [i, value] of values.entries()) {
      const name = names[i];
      if (value === undefined || name === undefined) continue;
      const read = this.#readOne(name, value);
      if (read.length > 0) records = records === undefined ? read : [...records, ...read];
    }
    return records;
  }

  #readOne(name: string, value: Buffer): readonly FrequencyRecord[] {
    if (value.length > LOG_BYTES_MAX) {
      this.#metrics.storeTrouble('damaged');
      return [];
    }
    const { records, damaged } = decodeLog(value);
    if (damaged > 0) this.#metrics.storeTrouble('damaged');
    if (records.length > LOG_RECORDS_MAX) this.#compact(name, value, records);
    return records;
  }

  #compact(name: string, value: Buffer, records: readonly FrequencyRecord[]): void {
    if (this.#compacting.size >= COMPACTIONS_MAX || this.#compacting.has(name)) return;
    this.#compacting.add(name);
    const kept = compactLog(records, newestMs(records), this.#ttlMs).flatMap(
      (record) => encodeRecord(record) ?? [],
    );
    this.#writes
      .run(name, ['EVAL', COMPACT, '1', name, value, Buffer.concat(kept, kept.length * RECORD_BYTES)])
      .catch(() => {
        // The log stays as it is, and the next one who reads it tries again.
      })
      .finally(() => this.#compacting.delete(name));
  }
}
