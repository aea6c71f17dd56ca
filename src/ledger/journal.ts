import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { lockFolder } from './folder-lock.js';

const SNAPSHOT = 'snapshot.json';
const JOURNAL = /^journal-(\d{1,15})\.ndjson$/;
const JOURNAL_BYTES_MAX = 32 * 1024 * 1024;
/** After a failure nothing is tried for so long. */
const PAUSE_MS = 1_000;

export interface JournalOptions {
  /** Made when missing; of one process at a time. */
  readonly folder: string;
  /** Everything, for the snapshot; taken at once. */
  readonly state: () => unknown;
  readonly onTrouble: (message: string) => void;
  /** Length at which the journal becomes part of the snapshot. Default 32 MiB. */
  readonly journalBytesMax?: number;
  readonly openFile?: (path: string) => Promise<WritableFile>;
}

export type WritableFile = Pick<FileHandle, 'write' | 'sync' | 'close'>;

export interface JournalReport {
  readonly snapshot: 'read' | 'missing' | 'damaged';
  readonly lines: number;
  /** Lines that say nothing sensible, a half-written last one not counted. */
  readonly damagedLines: number;
  readonly tornFiles: number;
}

/**
 * A snapshot, and what happened since, a line each. Every snapshot has a number, and the journal of the same number goes on where it
 * ends. To compact, lines go to the next journal from one moment on, the state of that moment is written beside, brought to disk and
 * renamed, and only then the older journals go. So at any moment a killed process leaves a snapshot and all journals since.
 *
 * Lines of one turn of the event loop are written together, and not brought to disk: they survive the process and not the
 * machine. What must survive the machine is in the event log, which is brought to disk before, and told again at each start.
 *
 * A write that fails leaves a gap that nobody can fill in later; so the lines are given up, and the next thing that is written is a
 * snapshot, which has all of it.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #unlock: () => Promise<void>;
  #number: number;
  #file: WritableFile | undefined;
  #bytes = 0;
  #waiting = '';
  #batch: Promise<void> | undefined;
  #work: Promise<void> = Promise.resolve();
  #problem: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: JournalOptions, unlock: () => Promise<void>, number: number) {
    this.#options = options;
    this.#unlock = unlock;
    this.#number = number;
  }

  /** Why nothing can be written now. */
  problem(): string | undefined {
    return this.#problem;
  }

  /** @returns when the system has it; rejects when it is not going to */
  append(entry: unknown): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error('the journal of the ledger is closed'));
    if (this.#problem !== undefined) return Promise.reject(new Error(this.#problem));
    this.#waiting += `${JSON.stringify(entry)}\n`;
    this.#batch ??= this.#then(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#writeBatch();
    });
    return this.#batch;
  }

  /** Writes a snapshot; the journal begins anew. @throws when that was not possible; then `problem()` says so until it was */
  compact(): Promise<void> {
    return this.#then(() => this.#compact());
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#batch?.catch(() => {});
    try {
      await this.#then(() => this.#compact());
    } finally {
      clearTimeout(this.#retry);
      await this.#file?.close();
      await this.#unlock();
    }
  }

  /** One thing at a time, whatever became of the one before. */
  #then(task: () => Promise<void>): Promise<void> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => {});
    return done;
  }

  async #writeBatch(): Promise<void> {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#batch = undefined;
    // Behind a gap, or behind half a line, nothing is written: the snapshot to come has it.
    if (this.#problem !== undefined) throw new Error(this.#problem);
    try {
      this.#file ??= await this.#open(this.#number);
      for (let written = 0; written < bytes.length;) {
        written += (await this.#file.write(bytes, written, bytes.length - written, null)).bytesWritten;
      }
      this.#bytes += bytes.length;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
    if (this.#bytes > (this.#options.journalBytesMax ?? JOURNAL_BYTES_MAX)) {
      this.compact().catch(() => {
        // Told where it failed, and tried again.
      });
    }
  }

  async #compact(): Promise<void> {
    const { folder, state } = this.#options;
    try {
      const next = this.#number + 1;
      // In one step: what is in the snapshot is not in the new journal, and what waits to be written is in both states told.
      const text = JSON.stringify({ number: next, state: state() });
      const old = this.#file;
      this.#file = undefined;
      this.#number = next;
      this.#bytes = 0;
      await old?.close();
      await this.#writeSnapshot(text);
      for (const { name, number } of await journalsOf(folder)) {
        if (number < next) await rm(join(folder, name), { force: true });
      }
      this.#problem = undefined;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  async #writeSnapshot(text: string): Promise<void> {
    const { folder } = this.#options;
    const path = join(folder, SNAPSHOT);
    const file = await this.#openPath(`${path}.tmp`, true);
    try {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) {
        written += (await file.write(bytes, written, bytes.length - written, null)).bytesWritten;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  #failed(error: unknown): void {
    const why = `the ledger's journal cannot be written: ${messageOf(error)}`;
    if (this.#problem !== why) this.#options.onTrouble(why);
    this.#problem = why;
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.compact().catch(() => {
        // Told where it failed, and tried again.
      });
    }, PAUSE_MS);
    this.#retry.unref();
  }

  #open(number: number): Promise<WritableFile> {
    return this.#openPath(join(this.#options.folder, `journal-${number}.ndjson`), false);
  }

  async #openPath(path: string, isNew: boolean): Promise<WritableFile> {
    const { openFile } = this.#options;
    if (isNew) await rm(path, { force: true });
    return openFile ? openFile(path) : open(path, 'a', 0o640);
  }
}

/**
 * Opens the journal of a folder, reads what is there and writes the first snapshot.
 *
 * @param load given the snapshot's state, before anything else
 * @param replay given each line; @returns false for one that says nothing sensible
 * @throws FolderInUse, and what the file system throws
 */
export async function openJournal(
  options: JournalOptions,
  load: (state: unknown) => void,
  replay: (entry: unknown) => boolean,
): Promise<{ readonly journal: Journal; readonly report: JournalReport }> {
  const { folder, onTrouble } = options;
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const unlock = await lockFolder(folder);
  try {
    const { snapshot, number } = await readSnapshot(folder, load, onTrouble);
    const report = { snapshot, lines: 0, damagedLines: 0, tornFiles: 0 };
    let last = number;
    for (const { name, number: each } of await journalsOf(folder)) {
      last = Math.max(last, each);
      if (each < number) continue;
      const read = await readLines(join(folder, name), replay);
      report.lines += read.lines;
      report.damagedLines += read.damagedLines;
      report.tornFiles += read.isTorn ? 1 : 0;
    }
    if (report.damagedLines > 0) {
      onTrouble(`${report.damagedLines} lines of the ledger's journal are damaged and were left out`);
    }
    if (report.tornFiles > 0)
      onTrouble("the last line of the ledger's journal was written by half and left out");
    const journal = new Journal(options, unlock, last);
    await journal.compact().catch(() => {
      // `problem()` says so, and it is tried again.
    });
    return { journal, report };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function readSnapshot(
  folder: string,
  load: (state: unknown) => void,
  onTrouble: (message: string) => void,
): Promise<{ snapshot: JournalReport['snapshot']; number: number }> {
  const path = join(folder, SNAPSHOT);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { snapshot: 'missing', number: 0 };
    throw error;
  }
  try {
    const { number, state } = JSON.parse(text) as { number: unknown; state: unknown };
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw new Error('it has no number');
    load(state);
    return { snapshot: 'read', number };
  } catch (error) {
    await rename(path, `${path}.damaged`);
    onTrouble(`the ledger's snapshot is damaged and kept as ${SNAPSHOT}.damaged: ${messageOf(error)}`);
    return { snapshot: 'damaged', number: 0 };
  }
}

async function readLines(
  path: string,
  replay: (entry: unknown) => boolean,
): Promise<{ lines: number; damagedLines: number; isTorn: boolean }> {
  const read = { lines: 0, damagedLines: 0, isTorn: false };
  let lastIsDamaged = false;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    if (lastIsDamaged) read.damagedLines += 1;
    lastIsDamaged = !replayLine(line, replay);
    read.lines += lastIsDamaged ? 0 : 1;
  }
  read.isTorn = lastIsDamaged;
  return read;
}

function replayLine(line: string, replay: (entry: unknown) => boolean): boolean {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return false;
  }
  return replay(entry);
}

/** The oldest first. */
async function journalsOf(folder: string): Promise<readonly { name: string; number: number }[]> {
  const all = (await readdir(folder)).flatMap((name) => {
    const [, digits] = JOURNAL.exec(name) ?? [];
    return digits === undefined ? [] : [{ name, number: Number(digits) }];
  });
  return all.sort((one, other) => one.number - other.number);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
