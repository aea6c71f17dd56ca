import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { wholeFileFinding, type Finding } from './finding.js';
import { TextFault } from './read-lines.js';

/** A file that was changed so shortly before it was read may change again without its time telling. */
const UNSETTLED_MS = 2_000;
/** Files up to this size are waited for; larger ones are read while everything else goes on. */
const AWAITED_BYTES_MAX = 1_048_576;
/** A large file that cannot be used costs seconds to read. */
const RETRY_MS = 60_000;
const STATS_AT_ONCE = 64;
const IGNORED_TOLD_MAX = 20;
const PROBLEMS_TOLD_MAX = 100;
/** Looking at thousands of files takes a while; it is to take a fiftieth of the time at most. */
const LOOK_MS_FREE = 100;
const REST_FACTOR = 50;

/** What a file says, with what could be better; without content it is not used. */
export interface TextContent<Content> {
  readonly content: Content | undefined;
  readonly problems: readonly Finding[];
}

export interface TextFolderOptions<Content> {
  readonly configDir: string;
  /** Within the configuration folder, with `/`. */
  readonly folder: string;
  /** Such as `.txt`. */
  readonly ending: string;
  /** Of files that somebody else reads. */
  readonly othersEnding?: string;
  readonly filesMax: number;
  readonly bytesMax: number;
  /**
   * @param path to open
   * @param file relative to the configuration folder, for messages
   * @throws TextFault, and what the file system throws
   */
  readonly read: (path: string, file: string) => Promise<TextContent<Content>>;
  readonly isSame: (a: Content, b: Content) => boolean;
}

export interface TextFolder<Content> {
  /**
   * Looks at the folder again. Files that changed are read; of large ones the former version stands until they are.
   *
   * @returns by name without ending; the same map as long as it says the same
   */
  scan(): Promise<{ readonly contents: ReadonlyMap<string, Content>; readonly problems: readonly Finding[] }>;
}

interface Entry<Content> {
  /** Of the version that was read last; undefined when it must be read again whatever its times say. */
  stamp: string | undefined;
  /** From when on a version that cannot be used is read again, since it may have been for want of room. */
  retryMs: number;
  content: Content | undefined;
  problems: readonly Finding[];
  reading: Promise<void> | undefined;
}

/**
 * The text files of a folder through their versions. A version that cannot be used leaves the last good one of the same
 * file in place for as long as the process runs; a file that is gone takes its content along.
 */
export function keepTexts<Content>(options: TextFolderOptions<Content>): TextFolder<Content> {
  const { configDir, folder, ending, filesMax } = options;
  const entries = new Map<string, Entry<Content>>();
  let contents: ReadonlyMap<string, Content> = new Map();
  let ofFolder: readonly Finding[] = [];
  let isFirst = true;
  let nextLookMs = 0;

  const look = async (): Promise<void> => {
    const listed = await listTexts(configDir, folder, ending);
    if (typeof listed === 'string') {
      ofFolder = [wholeFileFinding(folder, `${listed}; what was read before stays in use`)];
      return;
    }
    ofFolder = folderFindings(options, listed);
    const names = listed.names.slice(0, filesMax);
    const present = new Set(names);
    for (const name of entries.keys()) if (!present.has(name)) entries.delete(name);
    for (let i = 0; i < names.length; i += STATS_AT_ONCE) {
      const some = names.slice(i, i + STATS_AT_ONCE);
      await Promise.all(some.map((name) => refresh(options, entries, name, isFirst)));
    }
    isFirst = false;
  };

  return {
    scan: async () => {
      const startMs = performance.now();
      if (startMs >= nextLookMs) {
        await look();
        const tookMs = performance.now() - startMs;
        nextLookMs = tookMs > LOOK_MS_FREE ? performance.now() + REST_FACTOR * tookMs : 0;
      }
      const now = new Map<string, Content>();
      for (const [name, { content }] of entries) if (content !== undefined) now.set(name, content);
      const isSame =
        now.size === contents.size && [...now].every(([name, each]) => contents.get(name) === each);
      if (!isSame) contents = now;
      const ofFiles = [...entries.values()].flatMap(({ problems }) => problems);
      return { contents, problems: [...ofFolder, ...someOf(ofFiles, folder)] };
    },
  };
}

/** Files of others' making have odd lines by the thousand: errors come first, and what is too much is counted. */
function someOf(problems: readonly Finding[], folder: string): readonly Finding[] {
  if (problems.length <= PROBLEMS_TOLD_MAX) return problems;
  const rank = ({ severity }: Finding): number => (severity === 'error' ? 0 : 1);
  const told = problems.toSorted((a, b) => rank(a) - rank(b)).slice(0, PROBLEMS_TOLD_MAX);
  const others = problems.length - told.length;
  const severity = problems.filter((each) => rank(each) === 0).length > told.length ? 'error' : 'warning';
  return [...told, wholeFileFinding(folder, `and ${others} other findings in this folder`, severity)];
}

async function refresh<Content>(
  options: TextFolderOptions<Content>,
  entries: Map<string, Entry<Content>>,
  name: string,
  isFirst: boolean,
): Promise<void> {
  const { configDir, folder, ending, bytesMax } = options;
  const entry = entries.get(name) ?? {
    stamp: undefined,
    retryMs: Infinity,
    content: undefined,
    problems: [],
    reading: undefined,
  };
  entries.set(name, entry);
  // What changes while it is read is seen by the next look.
  if (entry.reading) return;
  const file = `${folder}/${name}${ending}`;
  const path = join(configDir, file);
  try {
    const found = await stat(path);
    const stamp = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (entry.stamp === stamp && performance.now() < entry.retryMs) return;
    if (!found.isFile()) throw new TextFault('this is no file; remove it or give it another name');
    if (found.size > bytesMax) throw new TextFault(`the file is larger than ${bytesMax} bytes`);
    const isSettled = Math.abs(Date.now() - found.mtimeMs) > UNSETTLED_MS;
    const reading = readInto(options, entry, path, file).then((isUsable) => {
      entry.stamp = isSettled ? stamp : undefined;
      entry.retryMs = isUsable ? Infinity : performance.now() + RETRY_MS;
      entry.reading = undefined;
    });
    entry.reading = reading;
    if (isFirst || found.size <= AWAITED_BYTES_MAX) await reading;
  } catch (error) {
    entry.stamp = undefined;
    entry.problems = [unusable(file, error, entry)];
  }
}

/** @returns whether this version is used */
async function readInto<Content>(
  { read, isSame }: TextFolderOptions<Content>,
  entry: Entry<Content>,
  path: string,
  file: string,
): Promise<boolean> {
  try {
    const { content, problems } = await read(path, file);
    entry.problems = content === undefined ? problems.map((each) => withConsequence(each, entry)) : problems;
    if (content !== undefined && !(entry.content !== undefined && isSame(entry.content, content))) {
      entry.content = content;
    }
    return content !== undefined;
  } catch (error) {
    entry.problems = [unusable(file, error, entry)];
    return false;
  }
}

function unusable(file: string, error: unknown, entry: Entry<unknown>): Finding {
  return withConsequence(wholeFileFinding(file, faultText(error)), entry);
}

function withConsequence(finding: Finding, { content }: Entry<unknown>): Finding {
  if (finding.severity === 'warning') return finding;
  const consequence =
    content === undefined
      ? 'nothing of this file is in use'
      : 'the version that was read before keeps running';
  return { ...finding, consequence };
}

function faultText(error: unknown): string {
  if (error instanceof TextFault) return error.message;
  // Whatever somebody else's file brings about is told of that file, and is no reason to stop.
  if (!(error instanceof Error) || !('code' in error)) return `the file cannot be read (${String(error)})`;
  return error.code === 'ENOENT' ? 'the file is missing' : `the file cannot be read (${String(error.code)})`;
}

interface Listed {
  readonly names: readonly string[];
  readonly others: readonly string[];
}

/** @returns nothing for a folder that is not there, or why it cannot be listed */
async function listTexts(configDir: string, folder: string, ending: string): Promise<Listed | string> {
  try {
    // Editors keep drafts beside the file: hidden, or with a mark at the end.
    const inFolder = (await readdir(join(configDir, folder)))
      .filter((name) => !name.startsWith('.') && !name.endsWith('~'))
      .sort();
    const isText = (name: string): boolean => name.endsWith(ending) && name.length > ending.length;
    return {
      names: inFolder.filter(isText).map((name) => name.slice(0, -ending.length)),
      others: inFolder.filter((name) => !isText(name)),
    };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    // A configuration that is out of reach says nothing about its folders.
    if (error.code === 'ENOENT' && existsSync(configDir)) return { names: [], others: [] };
    return `the folder cannot be read (${String(error.code)})`;
  }
}

function folderFindings(
  {
    folder,
    ending,
    othersEnding,
    filesMax,
  }: Pick<TextFolderOptions<unknown>, 'folder' | 'ending' | 'othersEnding' | 'filesMax'>,
  { names, others }: Listed,
): Finding[] {
  const ignored = `this is not looked at: only files right in this folder whose names end in ${ending} (small letters) are`;
  const findings = others
    .filter((name) => othersEnding === undefined || !name.endsWith(othersEnding))
    .slice(0, IGNORED_TOLD_MAX)
    .map((name) => wholeFileFinding(`${folder}/${name}`, ignored, 'warning'));
  if (names.length > filesMax) {
    const message = `the folder holds ${names.length} files; only the first ${filesMax} by name are used`;
    findings.push(wholeFileFinding(folder, message));
  }
  return findings;
}
