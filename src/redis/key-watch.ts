import { FINGERPRINTS_NAME, type KeyRing } from './keys.js';
import type { RedisReports } from './link.js';
import type { RedisServers } from './servers.js';
import type { WriteBatch } from './write-batch.js';

const CHECK_MS = 1_000;
const PROBLEM =
  'the keys of this process are not those that the profiles in Redis are filed under: nobody would be found, and nobody ' +
  'else would find what is written; set PROFILE_KEYS, or the DATA_DIR with the key file, as for the other processes ' +
  `(or, when the former keys are lost, DEL ${FINGERPRINTS_NAME})`;

/**
 * Holds the ring's secrets against the fingerprints in Redis: whenever it is asked to, and once a second for the report,
 * since Redis may come late, and may lose the fingerprints with all else.
 */
export class KeyWatch {
  readonly #ring: KeyRing;
  readonly #servers: RedisServers;
  readonly #writes: WriteBatch;
  readonly #reports: RedisReports;
  readonly #timer: NodeJS.Timeout;
  #isReported = false;

  constructor(ring: KeyRing, servers: RedisServers, writes: WriteBatch, reports: RedisReports) {
    this.#ring = ring;
    this.#servers = servers;
    this.#writes = writes;
    this.#reports = reports;
    this.#timer = setInterval(() => void this.#check(), CHECK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /**
   * Leaves the fingerprints of the ring, unless the secrets are the wrong ones.
   *
   * @returns for the operator why they are; undefined when they are not
   * @throws RedisStoreError
   */
  async problem(): Promise<string | undefined> {
    const members = await this.#writes.run(FINGERPRINTS_NAME, ['SMEMBERS', FINGERPRINTS_NAME]);
    const known = new Set(Array.isArray(members) ? members : []);
    const missing = this.#ring.fingerprints.filter((fingerprint) => !known.has(fingerprint));
    if (known.size > 0 && missing.length === this.#ring.fingerprints.length) return PROBLEM;
    if (missing.length > 0)
      await this.#writes.run(FINGERPRINTS_NAME, ['SADD', FINGERPRINTS_NAME, ...missing]);
    return undefined;
  }

  async #check(): Promise<void> {
    if (this.#servers.linkOf(FINGERPRINTS_NAME) === undefined) return;
    try {
      const problem = await this.problem();
      if ((problem !== undefined) === this.#isReported) return;
      this.#isReported = problem !== undefined;
      if (problem !== undefined) this.#reports.problem(problem);
      else this.#reports.recovered('the keys of this process are known in Redis');
    } catch {
      // Whoever does not answer is reported by the connection; the next look asks again.
    }
  }
}
