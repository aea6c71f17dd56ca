import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { EventLogMetrics, EventLogWork } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { parseEventFileName, type EventFileName } from './file-name.js';
import { hasCode, messageOf, syncFolder } from './rotating-file.js';

export interface UpkeepOptions {
  readonly folder: string;
  readonly keepMs: number;
  readonly bytesMax: number;
  readonly clock: Clock;
  readonly metrics: EventLogMetrics;
  readonly onTrouble: (message: string) => void;
  /** The file that this process has in its hands now. */
  readonly nameInUse: () => string | undefined;
}

/** Longer than any line. */
const TAIL_BYTES = 64 * 1024;

/**
 * Looks after the files that nobody writes any more, one at a time: what a killed process left half-written is cut to
 * whole lines, every finished file is compressed, and the oldest are deleted when there are too many.
 */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #stopping = new AbortController();
  #run: Promise<void> | undefined;
  #again = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
  }

  /** Does what there is to do, in the background; what fails is told, counted and tried again at the next call. */
  start(): void {
    this.#again = true;
    this.#run ??= this.#work();
  }

  /** Stops in the middle of a file; the next process begins it anew. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#run;
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#stopping.signal.aborted) {
      this.#again = false;
      await this.#attempt('delete', () => this.#deleteOld());
      await this.#attempt('compress', () => this.#compressFinished());
      await this.#attempt('delete', () => this.#deleteOld());
    }
    this.#run = undefined;
  }

  async #attempt(work: EventLogWork, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      this.#options.metrics.eventLogFailed(work);
      this.#options.onTrouble(`old files of the event log: cannot ${work}: ${messageOf(error)}`);
    }
  }

  async #compressFinished(): Promise<void> {
    const { folder } = this.#options;
    for (const file of await eventFiles(folder)) {
      if (file.state === 'compressed' || this.#isInUse(file)) continue;
      const path = join(folder, file.name);
      if (file.state === 'half-compressed') await rm(path, { force: true });
      else await this.#compress(path);
    }
  }

  /** Another process of this machine writes to the folder as well, or what was ours is not finished. */
  #isInUse({ name, pid }: EventFileName): boolean {
    return pid === process.pid ? name === this.#options.nameInUse() : isAlive(pid);
  }

  /** The compressed file takes its name when all of it is on disk, and only then the plain one goes. */
  async #compress(path: string): Promise<void> {
    const half = `${path}.gz.${process.pid}.tmp`;
    const { signal } = this.#stopping;
    try {
      if ((await cutToWholeLines(path)) > 0) {
        await pipeline(createReadStream(path), createGzip(), createWriteStream(half, { mode: 0o640 }), {
          signal,
        });
        await syncFile(half);
        await rename(half, `${path}.gz`);
        await syncFolder(this.#options.folder);
      }
      await rm(path, { force: true });
    } catch (error) {
      await rm(half, { force: true });
      // Another process of this machine was faster.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }

  async #deleteOld(): Promise<void> {
    const { folder, keepMs, bytesMax, clock } = this.#options;
    const files = await eventFiles(folder);
    const sizes = await Promise.all(files.map(({ name }) => sizeOf(join(folder, name))));
    let bytes = sizes.reduce((sum, size) => sum + size, 0);
    for (const [i, { name, startMs, state }] of files.entries()) {
      if (state !== 'compressed') continue;
      if (bytes <= bytesMax && clock.nowMs() - startMs <= keepMs) continue;
      await rm(join(folder, name), { force: true });
      bytes -= sizes[i] as number;
    }
  }
}

/** The oldest first. */
async function eventFiles(folder: string): Promise<readonly EventFileName[]> {
  const names = await readdir(folder);
  return names.sort().flatMap((name) => parseEventFileName(name) ?? []);
}

/** @returns 0 for a file that has gone meanwhile */
async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** Cuts off a last line without an end, which a killed process leaves. @returns the bytes that stay */
async function cutToWholeLines(path: string): Promise<number> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const tailStart = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - tailStart), 0, undefined, tailStart);
    const wholeBytes = tailStart + buffer.subarray(0, bytesRead).lastIndexOf('\n') + 1;
    if (wholeBytes < size) await file.truncate(wholeBytes);
    return wholeBytes;
  } finally {
    await file.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It belongs to somebody else, but it is there.
    return hasCode(error, 'EPERM');
  }
}
