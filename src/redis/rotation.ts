import type { ReadBatch } from './read-batch.js';
import type { WriteBatch } from './write-batch.js';

const MOVES_MAX = 256;

export type Convert = (value: Buffer) => Promise<Buffer>;

/**
 * Moves what was found under a name of an older secret to the name of the newest, in the background. Beyond 256 at a time
 * nothing is begun: whoever is found again later is moved then.
 *
 * A profile that is written meanwhile is newer than what is moved, so the new name is set only when it is free. If the
 * old one is gone by the time that it is deleted, the visitor was erased in between, and the copy goes as well.
 */
export class Mover {
  readonly #writes: WriteBatch;
  readonly #reads: ReadBatch;
  readonly #moving = new Set<string>();

  constructor(reads: ReadBatch, writes: WriteBatch) {
    this.#reads = reads;
    this.#writes = writes;
  }

  /**
   * @param convert makes the new value of the old one, and whatever else must be there first
   * @param ttlMs time to live where the old one has none
   */
  move(from: string, to: string, ttlMs: number, convert: Convert): void {
    if (this.#moving.size >= MOVES_MAX || this.#moving.has(from)) return;
    this.#moving.add(from);
    this.#move(from, to, ttlMs, convert)
      .catch(() => {
        // The old one is still there, and is found and moved the next time.
      })
      .finally(() => this.#moving.delete(from));
  }

  async #move(from: string, to: string, ttlMs: number, convert: Convert): Promise<void> {
    const [left, [value]] = await Promise.all([
      this.#writes.run(from, ['PTTL', from]),
      this.#reads.ask([from]),
    ]);
    if (value === undefined) return;
    const leftMs = typeof left === 'number' && left > 0 ? left : ttlMs;
    const set = await this.#writes.run(to, ['SET', to, await convert(value), 'PX', String(leftMs), 'NX']);
    if (set !== 'OK') return;
    const deleted = await this.#writes.run(from, ['DEL', from]);
    if (deleted === 0) await this.#writes.run(to, ['DEL', to]);
  }
}
