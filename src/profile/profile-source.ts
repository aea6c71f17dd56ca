import { createReadStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

export const STANDARD_INPUT = '-';
const READ_BYTES = 256 * 1024;

/** A file cannot be read, or is not what it was; the message is for whoever named it. */
export class InputProblem extends Error {
  override readonly name = 'InputProblem';
}

/** Where the lines of a load come from: a file, a file ending in `.gz`, or standard input. */
export interface ProfileSource {
  /** As it was given; `-` is standard input. */
  readonly file: string;
  /** In bytes as stored, so a compressed file counts as what it takes on disk; undefined for standard input. */
  readonly size: number | undefined;
  readonly modifiedMs: number | undefined;
}

export interface OpenSource {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many bytes were read of `size` so far. */
  readonly bytesRead: () => number;
  /** Ends `chunks` at once, which then throw or end. */
  readonly close: () => void;
}

/** @throws InputProblem when the file is not there or is no file */
export async function findSource(file: string): Promise<ProfileSource> {
  if (file === STANDARD_INPUT) return { file, size: undefined, modifiedMs: undefined };
  let facts: Stats;
  try {
    facts = await stat(file);
  } catch (error) {
    throw new InputProblem(`${file} cannot be read: ${errorText(error)}`);
  }
  if (facts.isDirectory()) throw new InputProblem(`${file} is a folder, expected a file of profile lines`);
  return { file, size: facts.size, modifiedMs: facts.mtimeMs };
}

export function openSource({ file }: ProfileSource, standardInput: Readable): OpenSource {
  const raw = file === STANDARD_INPUT ? standardInput : createReadStream(file, { highWaterMark: READ_BYTES });
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of raw as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  const chunks = file.endsWith('.gz') ? inflated(counted()) : counted();
  return { chunks, bytesRead: () => bytes, close: () => raw.destroy() };
}

function inflated(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  // Whatever goes wrong on the way is thrown to whoever reads the inflated side; the callback has nothing to add.
  return pipeline(Readable.from(chunks), gunzip, () => undefined);
}

export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
