import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs';

const OWNER_ONLY = 0o600;

/**
 * Writes a file that only its owner can read. It is a new one that takes the place of an older, since whoever could read
 * that or has it open would see what is written into it.
 *
 * @throws an Error when something other than a plain file is there, and what the file system throws
 */
export function writePrivateFile(file: string, text: string): void {
  const isOther = lstatSync(file, { throwIfNoEntry: false })?.isFile() === false;
  if (isOther) throw new Error(`${file} is there and no plain file: name another one`);
  const fresh = `${file}.${process.pid}.new`;
  try {
    writeFileSync(fresh, text, { mode: OWNER_ONLY, flag: 'wx', flush: true });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
