import { randomBytes } from 'node:crypto';
import type { RedisServers } from './servers.js';
import type { ReadBatch } from './read-batch.js';
import type { WriteBatch } from './write-batch.js';

const CHECK_MS = 1_000;
const EPOCH_BYTES = 12;

/**
 * Notices that data were thrown away without an announcement (FLUSHALL, a restart without a dump): once a second, one
 * name on each node is read whose random value was set when it was missing. Another value, or none, means that whatever
 * was remembered of the store may be wrong. The reads are also what shows that an idle connection still answers.
 */
export class EpochWatch {
  readonly #servers: RedisServers;
  readonly #reads: ReadBatch;
  readonly #writes: WriteBatch;
  readonly #onLoss: () => void;
  readonly #known = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;

  constructor(servers: RedisServers, reads: ReadBatch, writes: WriteBatch, onLoss: () => void) {
    this.#servers = servers;
    this.#reads = reads;
    this.#writes = writes;
    this.#onLoss = onLoss;
    this.#timer = setInterval(() => {
      for (const name of servers.epochNames()) void this.#check(name);
    }, CHECK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #check(name: string): Promise<void> {
    if (this.#servers.linkOf(name) === undefined) return;
    try {
      const epoch = (await this.#read(name)) ?? (await this.#begin(name));
      const known = this.#known.get(name);
      if (epoch === undefined || epoch === known) return;
      this.#known.set(name, epoch);
      if (known !== undefined) this.#onLoss();
    } catch {
      // Whoever does not answer is reported by the connection; the next look compares with what was known before.
    }
  }

  async #read(name: string): Promise<string | undefined> {
    const [value] = await this.#reads.ask([name]);
    return value?.toString('latin1');
  }

  /** Several processes may find it missing at once: the first value stands. */
  async #begin(name: string): Promise<string | undefined> {
    await this.#writes.run(name, ['SET', name, randomBytes(EPOCH_BYTES).toString('hex'), 'NX']);
    return this.#read(name);
  }
}
