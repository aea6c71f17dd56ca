import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'lock';
/** Taking over what a dead process left may meet somebody who does the same. */
const TRIES = 5;

/** Somebody else has the folder. */
class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/**
 * Makes a folder this process's own. The file takes its name with its content in it, and names the process by its number and the time
 * of its start, because numbers are used again; what a killed process left is taken over.
 *
 * @returns gives it back
 * @throws FolderInUse, and what the file system throws
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, NAME);
  const mine = `${process.pid} ${startOf(process.pid) ?? '-'} ${randomBytes(6).toString('hex')}\n`;
  const own = join(folder, `${NAME}.${process.pid}.${randomBytes(6).toString('hex')}`);
  await writeFile(own, mine, { mode: 0o640 });
  try {
    for (let i = 0; i < TRIES; i++) {
      if (await tryLink(own, path)) return () => unlock(path, mine);
      const theirs = await readFile(path, 'utf8').catch(() => '');
      const [pid = '', start = '-'] = theirs.trim().split(' ');
      if (isAlive(Number(pid), start)) {
        throw new FolderInUse(
          `${folder} belongs to process ${pid}, which is running: one process has one ledger`,
        );
      }
      if ((await readFile(path, 'utf8').catch(() => '')) === theirs) await rm(path, { force: true });
    }
    throw new FolderInUse(`${folder} is being taken by another process`);
  } finally {
    await rm(own, { force: true });
  }
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function unlock(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
}

function isAlive(pid: number, start: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const now = startOf(pid);
  return now === undefined || start === '-' || now === start;
}

/** @returns when a process began, as Linux tells it; undefined elsewhere */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined; // No such system, or no such process.
  }
}
