import { stat } from 'node:fs/promises';

/** What the file system says of a file or folder; equal stamps mean that nothing was written. */
export interface Stamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

export type Look = (Stamp & { readonly isFile: boolean }) | { readonly error: unknown };

/** A file that was changed so shortly before it was read may change again without its time telling. */
const UNSETTLED_MS = 2_000;

/** Never rejects. */
export async function lookAt(path: string): Promise<Look> {
  try {
    const found = await stat(path);
    return { mtimeMs: found.mtimeMs, size: found.size, ino: found.ino, isFile: found.isFile() };
  } catch (error) {
    return { error };
  }
}

export function isSameStamp(stamp: Stamp | undefined, look: Look): boolean {
  if (!stamp || 'error' in look) return false;
  return stamp.mtimeMs === look.mtimeMs && stamp.size === look.size && stamp.ino === look.ino;
}

/** @param readMs wall-clock time from just before it was read. Will every later change show in the stamp? */
export function isSettled({ mtimeMs }: Stamp, readMs: number): boolean {
  return Math.abs(readMs - mtimeMs) > UNSETTLED_MS;
}

/** What is wrong with a file, as the rest of its finding. */
export class FileFault extends Error {}

export function faultText(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return error.code === 'ENOENT' ? 'the file is missing' : `the file cannot be read (${String(error.code)})`;
}
