import { existsSync, readFileSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { decodeLog, encodeRecord, RECORD_BYTES } from '../domain/frequency-codec.js';
import type { FrequencyMetrics } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import type { FrequencyJournal, FrequencyMemory } from './frequency-memory.js';

/**
 * Keeps the frequency logs of this process's memory in a file, so that a restart forgets nobody's impressions.
 *
 * The file is a line of text that names its layout, then entries: a byte that says what happened, a byte with the length of the
 * log's name, the name, and with a new record the 34 bytes of it. What happens is collected for a fifth of a second and
 * appended; a process that is killed loses that much, and caps are exceeded by as much. Nobody waits for the disk.
 *
 * At each start, after an erasure, after an error, and when it has doubled, the file is written anew from memory and put in
 * place of the old one. Entries that come meanwhile are appended behind: those that are told twice do no harm, since a log
 * is a set of records.
 */
const HEADER = Buffer.from('narrowcast frequency logs, layout 1\n');
const ADDED = 1;
const ERASED = 2;
const FLUSH_MS = 200;
const RETRY_MS = 5_000;
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
/** A small file may grow to this before it is worth writing anew. */
const GROWTH_BYTES_MIN = 16 * 1024 * 1024;

/**
 * Reads what an earlier life has kept. A part that cannot be read ends the reading, as after a process that was killed while
 * it wrote.
 *
 * @returns bytes that could not be read
 */
export function readFrequencyFile(file: string, memory: FrequencyMemory): number {
  if (!existsSync(file)) return 0;
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, HEADER.length).equals(HEADER)) return bytes.length;
  let at = HEADER.length;
  while (at < bytes.length) {
    const kind = bytes[at];
    const nameEnd = at + 2 + (bytes[at + 1] ?? 0);
    const end = kind === ADDED ? nameEnd + RECORD_BYTES : nameEnd;
    if ((kind !== ADDED && kind !== ERASED) || end > bytes.length) break;
    const name = bytes.toString('latin1', at + 2, nameEnd);
    if (kind === ERASED) memory.eraseLog(name);
    else for (const record of decodeLog(bytes.subarray(nameEnd, end)).records) memory.restore(name, record);
    at = end;
  }
  memory.compact();
  return bytes.length - at;
}

export interface FrequencyFileOptions {
  readonly memory: FrequencyMemory;
  readonly clock: Clock;
  readonly metrics: FrequencyMetrics;
  /** Told once when the file can no longer be written, in words for the operator. */
  readonly onTrouble: (message: string) => void;
}

/** Writes a file that nobody else writes. */
export class FrequencyFile implements FrequencyJournal {
  readonly #file: string;
  readonly #options: FrequencyFileOptions;
  #handle: FileHandle | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #work: Promise<void> = Promise.resolve();
  #mustRewrite = true;
  #retryMs = -Infinity;
  #bytes = 0;
  #bytesRewritten = 0;
  #closed = false;

  /** Begins with everything that is in memory, and is told of whatever happens from then on. */
  constructor(file: string, options: FrequencyFileOptions) {
    this.#file = file;
    this.#options = options;
    options.memory.keepIn(this);
    this.#schedule();
  }

  added(name: string, encoded: Buffer): void {
    if (this.#waitingBytes > WAITING_BYTES_MAX) {
      this.#options.metrics.frequencyRecords('lost', 1);
      return;
    }
    this.#enqueue(entry(ADDED, name, encoded));
  }

  /** What was erased must not stay on the disk, so the file is written anew. */
  erased(name: string): void {
    this.#enqueue(entry(ERASED, name));
    this.#mustRewrite = true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#retryMs = -Infinity;
    this.#work = this.#work.then(() => this.#flush());
    await this.#work;
    await this.#handle?.close();
  }

  #enqueue(bytes: Buffer): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#work = this.#work.then(() => this.#flush());
    }, FLUSH_MS);
    this.#timer.unref();
  }

  async #flush(): Promise<void> {
    const { clock, metrics, onTrouble } = this.#options;
    if (clock.monotonicMs() < this.#retryMs) {
      this.#schedule();
      return;
    }
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      // What is in memory is all that was told, so a file that is written anew needs no entries.
      if (this.#mustRewrite) await this.#rewrite();
      else await this.#append(Buffer.concat(batch));
      if (this.#bytes > 2 * this.#bytesRewritten + GROWTH_BYTES_MIN) this.#mustRewrite = true;
      this.#retryMs = -Infinity;
    } catch (error) {
      metrics.frequencyRecords('lost', batch.length);
      const isNews = this.#retryMs === -Infinity;
      this.#retryMs = clock.monotonicMs() + RETRY_MS;
      this.#mustRewrite = true;
      if (isNews)
        onTrouble(`what visitors were shown cannot be written to ${this.#file}: ${(error as Error).message}`);
    }
    if (this.#waiting.length > 0 || this.#mustRewrite) this.#schedule();
  }

  async #append(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    await this.#handle?.appendFile(bytes);
    this.#bytes += bytes.length;
  }

  async #rewrite(): Promise<void> {
    const { memory } = this.#options;
    this.#mustRewrite = false;
    await this.#handle?.close();
    this.#handle = undefined;
    memory.compact();
    const next = `${this.#file}.next`;
    const handle = await open(next, 'w', 0o600);
    try {
      this.#bytes = await writeAll(handle, memory);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await rename(next, this.#file);
    this.#handle = handle;
    this.#bytesRewritten = this.#bytes;
  }
}

/** In pieces, since others want the processor and the disk meanwhile. @returns how many bytes there are */
async function writeAll(handle: FileHandle, memory: FrequencyMemory): Promise<number> {
  let chunk: Buffer[] = [HEADER];
  let chunkBytes = HEADER.length;
  let bytes = 0;
  const writeChunk = async (): Promise<void> => {
    await handle.appendFile(Buffer.concat(chunk));
    bytes += chunkBytes;
    chunk = [];
    chunkBytes = 0;
  };
  for (const name of memory.logNames()) {
    for (const record of memory.log(name)) {
      const encoded = encodeRecord(record);
      if (encoded === undefined) continue;
      const added = entry(ADDED, name, encoded);
      chunk.push(added);
      chunkBytes += added.length;
    }
    if (chunkBytes >= CHUNK_BYTES) await writeChunk();
  }
  await writeChunk();
  return bytes;
}

function entry(kind: number, name: string, encoded: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([kind, name.length]), Buffer.from(name, 'latin1'), encoded]);
}
