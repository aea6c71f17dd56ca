import { closeSync, mkdirSync, openSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RejectedLine } from './load-lines.js';

const HELD_CHARACTERS_MAX = 64 * 1024;

/**
 * The rejected lines of a load as NDJSON: file, line and reason, and nothing of the lines themselves, which are about
 * persons. The file is made with the first of them.
 */
export class RejectsFile {
  readonly path: string;
  #bytes: number;
  #held = '';
  #descriptor: number | undefined;

  /** @param keepBytes how much of an earlier file is kept: what a resumed load had written when it saved its place */
  constructor(path: string, keepBytes: number) {
    this.path = path;
    this.#bytes = keepBytes;
    if (keepBytes > 0) truncateSync(path, keepBytes);
    else rmSync(path, { force: true });
  }

  /** @throws what the file system throws */
  add(rejected: RejectedLine): void {
    this.#held += `${JSON.stringify(rejected)}\n`;
    if (this.#held.length > HELD_CHARACTERS_MAX) this.flush();
  }

  /** @returns the length of the file in bytes, now that everything is in it */
  flush(): number {
    if (this.#held !== '') {
      if (this.#descriptor === undefined) {
        mkdirSync(dirname(this.path), { recursive: true });
        this.#descriptor = openSync(this.path, 'a');
      }
      const bytes = Buffer.from(this.#held);
      this.#held = '';
      for (let written = 0; written < bytes.length;) {
        written += writeSync(this.#descriptor, bytes, written);
      }
      this.#bytes += bytes.length;
    }
    return this.#bytes;
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
