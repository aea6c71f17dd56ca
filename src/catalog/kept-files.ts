import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../lib/clock.js';
import { wholeFileFinding, type Finding } from './finding.js';
import { FILE_BYTES_MAX } from './json-file.js';
import type { LastGoodStore } from './last-good.js';
import type { FileContent, ReadContent } from './read-file.js';

const ENDING = '.json';
const FILES_MAX = 10_000;
const IGNORED_TOLD_MAX = 20;
const IGNORED =
  'this is not looked at: only files right in this folder whose names end in .json (small letters) are';
/** A file that was changed so shortly before it was read may change again without its time telling. */
const UNSETTLED_MS = 2_000;

/**
 * The files of one folder through their versions. Each scan looks at what the file system says of every file, reads
 * those that changed, and parses those whose bytes changed; the last version that was accepted stays at hand, in memory
 * and in the store of last good copies.
 *
 * Whether a version that could be read is accepted is for the caller to say (it may repeat another file's id).
 */
export interface KeptFolder<Content> {
  /** @returns the files in the order of their names, and what is wrong with the folder itself */
  scan(): Promise<{ readonly files: readonly KeptFile<Content>[]; readonly problems: readonly Finding[] }>;
  /** Makes the present version of a file its last good one. @returns a warning when the copy could not be stored */
  accept(file: KeptFile<Content>): Promise<readonly Finding[]>;
}

export interface KeptFile<Content> {
  /** Relative to the configuration folder. */
  readonly file: string;
  /** The version that stands on disk now. */
  readonly present: FileContent<Content>;
  readonly lastGood: { readonly content: Content; readonly savedMs: number } | undefined;
}

export interface KeptFolderOptions<Content> {
  readonly configDir: string;
  /** Within the configuration folder; empty for the required files at its top alone. */
  readonly folder: string;
  /** Files that must be there, relative to the configuration folder. */
  readonly required: readonly string[];
  /** Files at the top that may be there. */
  readonly optional?: readonly string[];
  readonly read: ReadContent<Content>;
  readonly lastGood: LastGoodStore;
  readonly clock: Clock;
  /** Told of the last good version of each file that is gone, before the copy goes too; gives what is wrong with that. */
  readonly onGone?: (lastGood: Content) => Promise<readonly Finding[]>;
}

interface Stamp {
  readonly mtimeMs: number;
  readonly size: number;
  readonly ino: number;
}

interface Entry<Content> extends KeptFile<Content> {
  present: FileContent<Content>;
  lastGood: { readonly content: Content; readonly savedMs: number } | undefined;
  /** Undefined when the file must be read again whatever its times say. */
  stamp: Stamp | undefined;
  hash: string | undefined;
  /** Of the bytes that the store of last good copies holds. */
  storedHash: string | undefined;
  savedMs: number;
}

export function keepFolder<Content>(options: KeptFolderOptions<Content>): KeptFolder<Content> {
  const { configDir, folder, required, optional = [], lastGood, onGone } = options;
  const atTop = [...required, ...optional];
  const entries = new Map<string, Entry<Content>>();
  let storedSeen = false;

  return {
    scan: async () => {
      const { names, problems } = await listFolder(configDir, folder, required, optional);
      const stored = storedSeen
        ? []
        : (await lastGood.list()).filter((file) => isWithin(folder, file, atTop));
      const known = [...entries.keys(), ...stored];
      // A folder that cannot be listed says nothing about its files: what ran keeps running.
      const present = new Set(names ?? [...known, ...required]);
      for (const file of known.filter((file) => !present.has(file))) {
        const gone = entries.get(file) ?? (await newEntry(options, file));
        if (gone.lastGood) problems.push(...((await onGone?.(gone.lastGood.content)) ?? []));
        entries.delete(file);
        await lastGood.remove(file);
      }
      storedSeen = true;
      const files = inOrderOfNames(present);
      for (const file of files) await refresh(options, entries, file);
      return { files: files.flatMap((file) => entries.get(file) ?? []), problems };
    },

    accept: async ({ file }) => {
      const entry = entries.get(file);
      if (!entry?.present.good) return [];
      const { present, savedMs } = entry;
      // The same settings in other words are no new version.
      const isSame = entry.lastGood && isDeepStrictEqual(entry.lastGood.content, present.content);
      const content = isSame && entry.lastGood ? entry.lastGood.content : present.content;
      entry.present = { ...present, content };
      entry.lastGood = { content, savedMs };
      if (entry.storedHash === entry.hash) return [];
      const problems = await storeCopy(lastGood, file, present.json.text, savedMs);
      if (problems.length === 0) entry.storedHash = entry.hash;
      return problems;
    },
  };
}

async function refresh<Content>(
  options: KeptFolderOptions<Content>,
  entries: Map<string, Entry<Content>>,
  file: string,
): Promise<void> {
  const { configDir, read, clock } = options;
  const before = entries.get(file);
  const entry = before ?? (await newEntry(options, file));
  entries.set(file, entry);
  try {
    const path = join(configDir, file);
    const { mtimeMs, size, ino, isFile } = await statOf(path);
    if (entry.stamp?.mtimeMs === mtimeMs && entry.stamp.size === size && entry.stamp.ino === ino) return;
    const readMs = clock.nowMs();
    if (!isFile) throw new FileFault('this is no file; remove it or give it another name');
    if (size > FILE_BYTES_MAX) throw new FileFault(`the file is larger than ${FILE_BYTES_MAX} bytes`);
    const bytes = await readFile(path);
    const hash = hashOf(bytes);
    if (hash !== entry.hash) {
      entry.present = read(bytes, file);
      entry.hash = hash;
      entry.savedMs = mtimeMs;
    }
    const settled = Math.abs(readMs - mtimeMs) > UNSETTLED_MS;
    entry.stamp = settled ? { mtimeMs, size, ino } : undefined;
  } catch (error) {
    entry.present = { good: false, problems: [wholeFileFinding(file, faultText(error))] };
    entry.hash = undefined;
    entry.stamp = undefined;
  }
}

async function newEntry<Content>(
  { lastGood, read }: KeptFolderOptions<Content>,
  file: string,
): Promise<Entry<Content>> {
  const copy = await lastGood.read(file);
  // A copy that is no longer good, say after an update of this program, is as good as absent.
  const kept = copy && copy.bytes.length <= FILE_BYTES_MAX ? read(copy.bytes, file) : undefined;
  const hash = copy && hashOf(copy.bytes);
  return {
    file,
    // After a restart most files are still what their copies say, and need no second parsing.
    present: kept ?? { good: false, problems: [] },
    lastGood: copy && kept?.good ? { content: kept.content, savedMs: copy.savedMs } : undefined,
    stamp: undefined,
    hash,
    storedHash: hash,
    savedMs: copy?.savedMs ?? 0,
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return undefined;
  }
}

/** @returns `names` relative to the configuration folder, undefined when the folder cannot be listed */
async function listFolder(
  configDir: string,
  folder: string,
  required: readonly string[],
  optional: readonly string[],
): Promise<{ names: readonly string[] | undefined; problems: Finding[] }> {
  if (folder === '') {
    const there = optional.length === 0 ? [] : await namesIn(configDir);
    // A configuration that is out of reach says nothing about its files.
    if (!there) return { names: undefined, problems: [] };
    return { names: [...required, ...optional.filter((name) => there.includes(name))], problems: [] };
  }
  try {
    // Editors keep drafts beside the file: hidden, or with a mark at the end.
    const inFolder = (await readdir(join(configDir, folder)))
      .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
      .map((name) => `${folder}/${name}`)
      .sort();
    const found = inFolder.filter((name) => name.endsWith(ENDING));
    const problems = inFolder
      .filter((name) => !name.endsWith(ENDING))
      .slice(0, IGNORED_TOLD_MAX)
      .map((name) => wholeFileFinding(name, IGNORED, 'warning'));
    if (found.length > FILES_MAX) {
      const message = `the folder holds ${found.length} files; only the first ${FILES_MAX} by name are used`;
      problems.push(wholeFileFinding(folder, message));
    }
    return { names: [...new Set([...found.slice(0, FILES_MAX), ...required])], problems };
  } catch (error) {
    const message = `the folder ${faultText(error).replace(/^the file /, '')}; what ran keeps running`;
    return { names: undefined, problems: [wholeFileFinding(folder, message)] };
  }
}

/** Without their ending, which would put `trail-copy.json` before `trail.json`, since `-` comes before the dot. */
function inOrderOfNames(files: Iterable<string>): string[] {
  const names = Array.from(files, (file) => file.slice(0, -ENDING.length));
  return names.sort().map((name) => name + ENDING);
}

function isWithin(folder: string, file: string, atTop: readonly string[]): boolean {
  return folder === '' ? atTop.includes(file) : file.startsWith(`${folder}/`);
}

async function storeCopy(
  lastGood: LastGoodStore,
  file: string,
  text: string,
  savedMs: number,
): Promise<readonly Finding[]> {
  return orWarning(file, 'no copy of this version could be kept for the next start', () =>
    lastGood.write(file, text, savedMs),
  );
}

/** What could not be written is a loss at the next start only, and no reason to stop. */
export async function orWarning(
  file: string,
  loss: string,
  write: () => Promise<void>,
): Promise<readonly Finding[]> {
  try {
    await write();
    return [];
  } catch (error) {
    return [wholeFileFinding(file, `${loss} (${faultText(error)})`, 'warning')];
  }
}

class FileFault extends Error {}

async function statOf(path: string): Promise<Stamp & { readonly isFile: boolean }> {
  const found = await stat(path);
  return { mtimeMs: found.mtimeMs, size: found.size, ino: found.ino, isFile: found.isFile() };
}

function faultText(error: unknown): string {
  if (error instanceof FileFault) return error.message;
  if (!(error instanceof Error) || !('code' in error)) throw error;
  return error.code === 'ENOENT' ? 'the file is missing' : `the file cannot be read (${String(error.code)})`;
}
