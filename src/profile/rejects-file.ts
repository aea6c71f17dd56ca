import {
  closeSync,
  fchmodSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { RejectedLine } from './load-lines.js';
import { InputProblem, STANDARD_INPUT } from './profile-source.js';

const HELD_CHARACTERS_MAX = 64 * 1024;
/** More than a line of ours takes, with the longest path that there is. */
const LINE_BYTES_MAX = 16 * 1024;
const OWNER_ONLY = 0o600;
const REJECTED_LINE = z.strictObject({ file: z.string(), line: z.number(), reason: z.string() });

/**
 * The rejected lines of a load as NDJSON: file, line and reason, and nothing of the lines themselves, which are about
 * persons. The file is made with the first of them.
 */
export class RejectsFile {
  readonly path: string;
  #bytes: number;
  #held = '';
  #descriptor: number | undefined;

  /**
   * @param inputs what is to be loaded, of which none may be the file
   * @param keepBytes how much of an earlier file is kept: what a resumed load had written when it saved its place
   * @throws InputProblem when a file stands there that no load has written
   */
  constructor(path: string, inputs: readonly string[], keepBytes: number) {
    this.path = path;
    refuseForeign(path, inputs);
    // Of an earlier file there may be less than was written, or nothing: what is gone is not made up.
    this.#bytes = Math.min(keepBytes, statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    if (this.#bytes > 0) truncateSync(path, this.#bytes);
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
        this.#descriptor = openSync(this.path, 'a', OWNER_ONLY);
        fchmodSync(this.#descriptor, OWNER_ONLY);
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

/** What was named by a slip of the hand must not be lost by it. */
function refuseForeign(path: string, inputs: readonly string[]): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  const isThere = (input: string): boolean => {
    const { dev, ino } = statSync(input);
    return dev === there.dev && ino === there.ino;
  };
  if (inputs.some((input) => input !== STANDARD_INPUT && isThere(input)))
    throw new InputProblem(`${path} is one of the files to be loaded: name another rejects file`);
  if (!there.isFile() || !isRejectsText(startOfFile(path)))
    throw new InputProblem(
      `${path} is no list of rejected lines and is not replaced: name another rejects file`,
    );
}

function startOfFile(path: string): string {
  const bytes = Buffer.alloc(LINE_BYTES_MAX);
  const descriptor = openSync(path, 'r');
  try {
    return bytes.toString('utf8', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function isRejectsText(text: string): boolean {
  if (text === '') return true;
  try {
    return REJECTED_LINE.safeParse(JSON.parse(text.split('\n', 1)[0] ?? '')).success;
  } catch {
    // No JSON, so none of ours.
    return false;
  }
}
