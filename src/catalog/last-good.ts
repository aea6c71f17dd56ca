import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/**
 * Copies of the last version of each configuration file that was good, kept on disk so that a restart does not lose
 * what a mistake in the file itself can no longer tell. A copy carries the time of the file that it was made from.
 */
export interface LastGoodStore {
  /** @returns undefined when there is no copy, or it cannot be read */
  read(file: string): Promise<{ readonly bytes: Uint8Array; readonly savedMs: number } | undefined>;
  /** Rejects when the folder cannot be written. */
  write(file: string, text: string, savedMs: number): Promise<void>;
  remove(file: string): Promise<void>;
  /** Files that have a copy, relative to the configuration folder, with `/`. */
  list(): Promise<readonly string[]>;
}

/** @param dataDir undefined = nothing is kept */
export function openLastGood(dataDir: string | undefined): LastGoodStore {
  if (dataDir === undefined) return NOTHING_KEPT;
  const root = join(dataDir, 'last-good');
  return {
    read: async (file) => {
      const path = join(root, file);
      try {
        const [bytes, { mtimeMs }] = await Promise.all([readFile(path), stat(path)]);
        return { bytes, savedMs: mtimeMs };
      } catch (error) {
        return missingAsUndefined(error);
      }
    },
    write: async (file, text, savedMs) => {
      const path = join(root, file);
      // Several processes may keep the same copy: each writes its own draft, and the rename is atomic.
      const draft = `${path}.${process.pid}.draft`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, text);
      await utimes(draft, savedMs / 1000, savedMs / 1000);
      await rename(draft, path);
    },
    remove: (file) => rm(join(root, file), { force: true }).catch(missingAsUndefined),
    list: async () => {
      try {
        const entries = await readdir(root, { recursive: true, withFileTypes: true });
        return entries
          .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
      } catch (error) {
        return missingAsUndefined(error) ?? [];
      }
    },
  };
}

/** For a look that must change nothing. */
export function readOnly(store: LastGoodStore): LastGoodStore {
  return { ...NOTHING_KEPT, read: (file) => store.read(file), list: () => store.list() };
}

const NOTHING_KEPT: LastGoodStore = {
  read: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  list: () => Promise.resolve([]),
};

/** What cannot be read is as good as absent: the copies are a help, never a condition. */
function missingAsUndefined(error: unknown): undefined {
  if (error instanceof Error && 'code' in error) return undefined;
  throw error;
}
