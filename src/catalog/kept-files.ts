import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../lib/clock.js';
import { Pace } from '../lib/steps.js';
import { FileFault, faultText, isSameStamp, isSettled, lookAt, type Look, type Stamp } from './file-look.js';
import { wholeFileFinding, type Finding } from './finding.js';
import { inOrderOfNames, keepListing } from './folder-listing.js';
import { FILE_BYTES_MAX } from './json-file.js';
import type { LastGoodStore } from './last-good.js';
import type { FileContent, ReadContent } from './read-file.js';
import { createTurns, inTurns } from './turns.js';

/** Few enough that what the file system says of them is taken down in a moment. */
const LOOKED_AT_ONCE = 32;

/**
 * The files of one folder through their versions. Each scan looks at what the file system says of every file, reads
 * those that changed, and parses those whose bytes changed; the last version that was accepted stays at hand, in memory
 * and in the store of last good copies.
 *
 * Whether a version that could be read is accepted is for the caller to say (it may repeat another file's id).
 */
export interface KeptFolder<Content> {
  scan(): Promise<FolderScan<Content>>;
  /** Makes the present version of a file its last good one. @returns a warning when the copy could not be stored */
  accept(file: KeptFile<Content>): Promise<readonly Finding[]>;
}

interface FolderScan<Content> {
  /** In the order of their names; the same array as long as there are the same ones. */
  readonly files: readonly KeptFile<Content>[];
  /** What is wrong with the folder itself. */
  readonly problems: readonly Finding[];
  /** Do the files say anything else than at the scan before? */
  readonly isChanged: boolean;
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
  readonly read: (
    ...given: Parameters<ReadContent<Content>>
  ) => FileContent<Content> | Promise<FileContent<Content>>;
  readonly lastGood: LastGoodStore;
  readonly clock: Clock;
  /** Told of the last good version of each file that is gone, before the copy goes too; gives what is wrong with that. */
  readonly onGone?: (lastGood: Content) => Promise<readonly Finding[]>;
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
  const listing = keepListing(options);
  const entries = new Map<string, Entry<Content>>();
  let names: readonly string[] = [];
  let files: readonly Entry<Content>[] = [];
  let storedSeen = false;

  /** Drops the files that are gone. @returns what is wrong with that */
  const take = async (listed: readonly string[] | undefined): Promise<Finding[]> => {
    const problems: Finding[] = [];
    const atTop = [...required, ...optional];
    const stored = storedSeen ? [] : (await lastGood.list()).filter((file) => isWithin(folder, file, atTop));
    storedSeen = true;
    const known = [...entries.keys(), ...stored];
    // A folder that cannot be listed says nothing about its files: what ran keeps running.
    const present = new Set(listed ?? [...known, ...required]);
    const turns = createTurns();
    for (const file of known) {
      await turns.pause();
      if (present.has(file)) continue;
      const gone = entries.get(file) ?? (await newEntry(options, file));
      if (gone.lastGood) problems.push(...((await onGone?.(gone.lastGood.content)) ?? []));
      entries.delete(file);
      await lastGood.remove(file);
    }
    names = listed ?? (await inTurns(inOrderOfNames([...present], new Pace()), turns));
    return problems;
  };

  return {
    scan: async () => {
      const listed = await listing.look();
      const problems = [...listed.problems];
      const isListChanged = listed.names === undefined || listed.names !== names;
      if (isListChanged) problems.push(...(await take(listed.names)));
      const turns = createTurns();
      let isChanged = isListChanged;
      for (let from = 0; from < names.length; from += LOOKED_AT_ONCE) {
        await turns.pause();
        const some = names.slice(from, from + LOOKED_AT_ONCE);
        const looks = await Promise.all(some.map((file) => lookAt(join(configDir, file))));
        for (const [i, file] of some.entries()) {
          const look = looks[i] as Look;
          if (isSameStamp(entries.get(file)?.stamp, look)) continue;
          await turns.pause();
          if (await refresh(options, entries, file, look)) isChanged = true;
        }
      }
      if (isListChanged) files = names.flatMap((file) => entries.get(file) ?? []);
      return { files, problems, isChanged };
    },

    accept: async ({ file }) => {
      const entry = entries.get(file);
      if (!entry?.present.good) return [];
      const { present, savedMs } = entry;
      // The same settings in other words are no new version.
      const isSame = entry.lastGood && isDeepStrictEqual(entry.lastGood.content, present.content);
      const content = isSame && entry.lastGood ? entry.lastGood.content : present.content;
      if (content !== present.content) entry.present = { ...present, content };
      if (entry.lastGood?.content !== content || entry.lastGood.savedMs !== savedMs)
        entry.lastGood = { content, savedMs };
      if (entry.storedHash === entry.hash) return [];
      const problems = await storeCopy(lastGood, file, present.json.text(), savedMs);
      if (problems.length === 0) entry.storedHash = entry.hash;
      return problems;
    },
  };
}

/** @returns whether the file now says something else */
async function refresh<Content>(
  options: KeptFolderOptions<Content>,
  entries: Map<string, Entry<Content>>,
  file: string,
  look: Look,
): Promise<boolean> {
  const { configDir, read, clock } = options;
  const before = entries.get(file);
  const entry = before ?? (await newEntry(options, file));
  entries.set(file, entry);
  try {
    if ('error' in look) throw look.error;
    const readMs = clock.nowMs();
    if (!look.isFile) throw new FileFault('this is no file; remove it or give it another name');
    if (look.size > FILE_BYTES_MAX) throw new FileFault(`the file is larger than ${FILE_BYTES_MAX} bytes`);
    const bytes = await readFile(join(configDir, file));
    const hash = hashOf(bytes);
    const isChanged = hash !== entry.hash;
    if (isChanged) {
      entry.present = await read(bytes, file);
      entry.hash = hash;
      entry.savedMs = look.mtimeMs;
    }
    entry.stamp = isSettled(look, readMs) ? look : undefined;
    return isChanged || !before;
  } catch (error) {
    entry.present = { good: false, problems: [wholeFileFinding(file, faultText(error))] };
    entry.hash = undefined;
    entry.stamp = undefined;
    return true;
  }
}

async function newEntry<Content>(
  { lastGood, read }: KeptFolderOptions<Content>,
  file: string,
): Promise<Entry<Content>> {
  const copy = await lastGood.read(file);
  // A copy that is no longer good, say after an update of this program, is as good as absent.
  const kept = copy && copy.bytes.length <= FILE_BYTES_MAX ? await read(copy.bytes, file) : undefined;
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
