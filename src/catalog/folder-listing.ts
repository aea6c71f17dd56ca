import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../lib/clock.js';
import { sortSteps } from '../lib/sort-steps.js';
import { Pace, type Steps } from '../lib/steps.js';
import { faultText, isSameStamp, isSettled, lookAt, type Stamp } from './file-look.js';
import { wholeFileFinding, type Finding } from './finding.js';
import { createTurns, inTurns } from './turns.js';

const ENDING = '.json';
const FILES_MAX = 10_000;
const IGNORED_TOLD_MAX = 20;
const IGNORED =
  'this is not looked at: only files right in this folder whose names end in .json (small letters) are';

export interface ListedFolder {
  readonly configDir: string;
  /** Within the configuration folder; empty for the required files at its top alone. */
  readonly folder: string;
  /** Files that must be there, relative to the configuration folder. */
  readonly required: readonly string[];
  /** Files at the top that may be there. */
  readonly optional?: readonly string[];
  readonly clock: Clock;
}

export interface Listing {
  /**
   * Relative to the configuration folder, in the order of their names; undefined when the folder cannot be listed. The same array
   * as long as nothing was added to the folder and nothing taken away.
   */
  readonly names: readonly string[] | undefined;
  readonly problems: readonly Finding[];
}

/** Lists the JSON files of a folder again and again. A folder whose own times tell that nothing came or went is not read. */
export function keepListing(listed: ListedFolder): { look(): Promise<Listing> } {
  let last: Listing | undefined;
  let stamp: Stamp | undefined;
  const path = join(listed.configDir, listed.folder);
  return {
    look: async () => {
      const readMs = listed.clock.nowMs();
      const look = await lookAt(path);
      if (last && isSameStamp(stamp, look)) return last;
      const fresh = listed.folder === '' ? await listTop(listed) : await listFolder(path, listed);
      const isSame = isSameList(last?.names, fresh.names);
      last = isSame && last ? { names: last.names, problems: fresh.problems } : fresh;
      stamp = fresh.names && !('error' in look) && isSettled(look, readMs) ? look : undefined;
      return last;
    },
  };
}

async function listTop({ configDir, required, optional = [] }: ListedFolder): Promise<Listing> {
  const there = optional.length === 0 ? [] : await namesIn(configDir);
  // A configuration that is out of reach says nothing about its files.
  if (!there) return { names: undefined, problems: [] };
  return { names: [...required, ...optional.filter((name) => there.includes(name))], problems: [] };
}

async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return undefined;
  }
}

async function listFolder(path: string, { folder, required }: ListedFolder): Promise<Listing> {
  try {
    const turns = createTurns();
    const found: string[] = [];
    const ignored: string[] = [];
    for (const name of await readdir(path)) {
      await turns.pause();
      // Editors keep drafts beside the file: hidden, or with a mark at the end.
      if (name.startsWith('.') || name.endsWith('~')) continue;
      (name.endsWith(ENDING) ? found : ignored).push(`${folder}/${name}`);
    }
    const problems = ignored
      .sort()
      .slice(0, IGNORED_TOLD_MAX)
      .map((name) => wholeFileFinding(name, IGNORED, 'warning'));
    if (found.length > FILES_MAX) {
      const message = `the folder holds ${found.length} files; only the first ${FILES_MAX} by name are used`;
      problems.push(wholeFileFinding(folder, message));
    }
    const sorted = await inTurns(inOrderOfNames(found, new Pace()), turns);
    const missing = required.filter((name) => !found.includes(name));
    const names = sorted.slice(0, FILES_MAX);
    if (missing.length === 0) return { names, problems };
    return { names: await inTurns(inOrderOfNames([...names, ...missing], new Pace()), turns), problems };
  } catch (error) {
    const message = `the folder ${faultText(error).replace(/^the file /, '')}; what ran keeps running`;
    return { names: undefined, problems: [wholeFileFinding(folder, message)] };
  }
}

/** Without their ending, which would put `trail-copy.json` before `trail.json`, since `-` comes before the dot. */
export function* inOrderOfNames(files: readonly string[], pace: Pace): Steps<string[]> {
  const keyed: { readonly file: string; readonly name: string }[] = [];
  for (const file of files) {
    keyed.push({ file, name: file.slice(0, -ENDING.length) });
    if (pace.isDue()) yield;
  }
  const sorted = yield* sortSteps(keyed, (a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)), pace);
  const names: string[] = [];
  for (const { file } of sorted) {
    names.push(file);
    if (pace.isDue()) yield;
  }
  return names;
}

function isSameList(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((name, i) => name === b[i]);
}
