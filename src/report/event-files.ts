import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEventFileName } from '../events/file-name.js';
import { hasCode } from './error-code.js';

/** A file of the event log, whichever form it has by now. */
export interface EventFile {
  /** Path without `.gz`. */
  readonly path: string;
  readonly bytes: number;
}

/**
 * @param fromMs files that were begun earlier are passed over
 * @returns the oldest first; where the plain and the compressed file of a name are there, they are one
 * @throws what the file system throws, but not for a folder that is not there: that has no files
 */
export async function findEventFiles(folder: string, fromMs: number): Promise<readonly EventFile[]> {
  const sizes = new Map<string, number>();
  for (const name of (await namesIn(folder)).sort()) {
    const file = parseEventFileName(name);
    if (!file || file.state === 'half-compressed' || file.startMs < fromMs) continue;
    const stem = name.replace(/\.gz$/, '');
    sizes.set(stem, (await sizeOf(join(folder, name))) ?? 0);
  }
  return [...sizes].map(([stem, bytes]) => ({ path: join(folder, stem), bytes }));
}

/**
 * Where the file can be read now. The compressed form comes first, because it is whole once it is there, while the plain
 * one is deleted as soon as the other is complete.
 *
 * @returns undefined for a file that has been deleted
 */
export async function presentPath(file: EventFile): Promise<string | undefined> {
  for (const path of [`${file.path}.gz`, file.path, `${file.path}.gz`]) {
    if ((await sizeOf(path)) !== undefined) return path;
  }
  return undefined;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
