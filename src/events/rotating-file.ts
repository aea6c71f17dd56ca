import { access, open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { plainName } from './file-name.js';

const HOUR_MS = 3_600_000;

/** What is asked of an open file. */
export type WritableFile = Pick<FileHandle, 'write' | 'datasync' | 'truncate' | 'close'>;

export interface RotatingFileOptions {
  readonly folder: string;
  /** A file that would grow beyond it is finished first. */
  readonly fileBytesMax: number;
  /** @param path of a file that must not be there yet */
  readonly openFile?: (path: string) => Promise<WritableFile>;
  readonly onFinished: () => void;
}

interface CurrentFile {
  readonly name: string;
  readonly hour: number;
  readonly file: WritableFile;
  bytes: number;
}

/**
 * The file that is written now, and the next one after each full hour (UTC) or when it is full. Not for calls that
 * overlap.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #current: CurrentFile | undefined;
  #nameInUse: string | undefined;
  /** No name is used twice, though the clock may stand still or go back. */
  #lastStartMs = -Infinity;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
  }

  /** Name of the file that is being made, written or closed: nobody else may touch it. */
  get nameInUse(): string | undefined {
    return this.#nameInUse;
  }

  /**
   * @param durable on disk when it resolves, and not only handed to the system
   * @throws what the file system throws; then nothing of the bytes stays, and the next call begins a new file
   */
  async append(bytes: Uint8Array, nowMs: number, durable: boolean): Promise<void> {
    await this.finishIfOver(nowMs, bytes.length);
    const current = (this.#current ??= await this.#begin(nowMs));
    try {
      for (let written = 0; written < bytes.length;) {
        const { file, bytes: start } = current;
        const result = await file.write(bytes, written, bytes.length - written, start + written);
        written += result.bytesWritten;
      }
      if (durable) await current.file.datasync();
    } catch (error) {
      await this.#abandon(current, error);
    }
    current.bytes += bytes.length;
  }

  /**
   * Writes so many bytes to a file of its own, and takes it away again.
   *
   * @throws what the file system throws
   */
  async probe(bytes: number): Promise<void> {
    const { folder, openFile = openNew } = this.#options;
    const path = join(folder, `probe-${process.pid}.tmp`);
    await rm(path, { force: true });
    try {
      const file = await openFile(path);
      try {
        await file.write(Buffer.alloc(bytes), 0, bytes, 0);
        await file.datasync();
      } finally {
        await file.close();
      }
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Finishes the file when its hour is over or the bytes to come would make it too long. */
  async finishIfOver(nowMs: number, bytesToCome = 0): Promise<void> {
    const current = this.#current;
    if (!current) return;
    const isFull = current.bytes + bytesToCome > this.#options.fileBytesMax;
    if (isFull || current.hour !== hourOf(nowMs)) await this.finish();
  }

  /** Closes the file, all of it on disk. */
  async finish(): Promise<void> {
    const current = this.#current;
    this.#current = undefined;
    if (!current) return;
    try {
      await current.file.datasync();
    } finally {
      await current.file.close();
      this.#nameInUse = undefined;
    }
    this.#options.onFinished();
  }

  async #begin(nowMs: number): Promise<CurrentFile> {
    const { folder, openFile = openNew } = this.#options;
    for (let startMs = Math.max(nowMs, this.#lastStartMs + 1); ; startMs++) {
      this.#lastStartMs = startMs;
      const name = plainName(startMs, process.pid);
      if (await isThere(join(folder, `${name}.gz`))) continue;
      this.#nameInUse = name;
      try {
        const file = await openFile(join(folder, name));
        const current = { name, hour: hourOf(nowMs), file, bytes: 0 };
        await syncFolder(folder).catch((error: unknown) => this.#abandon(current, error));
        return current;
      } catch (error) {
        // An earlier process with this number was there at a time that has come again.
        if (!hasCode(error, 'EEXIST')) throw error;
      }
    }
  }

  /**
   * After an error nobody can say what of the bytes is on disk: they are cut off, and the file is not written again.
   *
   * @throws the error, and what went wrong in putting it right
   */
  async #abandon(current: CurrentFile, error: unknown): Promise<never> {
    this.#current = undefined;
    const { file, bytes, name } = current;
    const cutOff = async (): Promise<void> => {
      await file.truncate(bytes);
      await file.datasync();
    };
    const settled = [
      ...(await Promise.allSettled([cutOff()])),
      ...(await Promise.allSettled([file.close()])),
      ...(bytes === 0
        ? await Promise.allSettled([rm(join(this.#options.folder, name), { force: true })])
        : []),
    ];
    this.#nameInUse = undefined;
    this.#options.onFinished();
    const others: unknown[] = settled.flatMap((each) =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    );
    if (others.length === 0) throw error;
    throw new AggregateError([error, ...others], [error, ...others].map(messageOf).join('; '));
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A new file is there after a crash only when its folder was written, too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

function openNew(path: string): Promise<FileHandle> {
  return open(path, 'wx', 0o640);
}
