import { watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../domain/catalog.js';
import type { Finding } from './finding.js';
import { createCatalogLoader, type CatalogLoader, type CatalogOptions, type LoadedCatalog } from './load.js';
import { SUPPLY_FOLDERS } from './supply-files.js';
import { createTurns } from './turns.js';

/** Editors save in several steps; one look at their end is enough. */
const QUIET_MS = 100;
/** However long the saving goes on, it is looked at this often. */
const QUIET_MS_MAX = 500;
/** File systems that tell nothing (network mounts, some containers) are asked. */
const POLL_MS = 2_000;
/** Of many files a look takes so long that asking for it all the time would be felt: between two polls pass so many times what the last look took. */
const POLL_REST = 20;

const FOLDERS = ['campaigns', 'exchanges', ...SUPPLY_FOLDERS];

export interface WatchOptions extends CatalogOptions {
  /** A catalog that differs from the one before, whole and ready to be swapped in, with the warnings that came with it. */
  readonly onChange: (catalog: Catalog, warnings: readonly Finding[]) => void;
  /** All that is wrong now, whenever that has changed; empty when everything is right again. */
  readonly onProblems: (problems: readonly Finding[]) => void;
  readonly pollMs?: number;
}

export interface CatalogWatch extends LoadedCatalog {
  readonly warnings: readonly Finding[];
  /** Stops watching; no callback comes after it. */
  close(): void;
}

/**
 * Reads the configuration and keeps an eye on it: a change is taken over within a second of being saved.
 *
 * The system's events only say that something may have changed; what did is found by looking at the files. So a lost,
 * doubled or early event costs a look and nothing else, and the slow poll does the same when there are no events.
 *
 * @returns what was read first; `onChange` and `onProblems` tell what comes after
 */
export async function watchCatalog(options: WatchOptions): Promise<CatalogWatch> {
  const loader = createCatalogLoader(options);
  const first = await loader.load();
  let { version } = first.catalog;
  let problemsTold = JSON.stringify(first.problems);
  const newWarnings = warningsOnce(loader);
  const warnings = await newWarnings();
  let closed = false;
  let nextPollMs = 0;

  const look = async (): Promise<void> => {
    const startMs = performance.now();
    const { catalog, problems } = await loader.load();
    if (closed) return;
    const nowMs = performance.now();
    nextPollMs = nowMs + POLL_REST * (nowMs - startMs);
    const problemsNow = JSON.stringify(problems);
    if (catalog.version !== version) {
      version = catalog.version;
      const fresh = await newWarnings();
      if (closed) return;
      options.onChange(catalog, fresh);
    }
    if (problemsNow !== problemsTold) {
      problemsTold = problemsNow;
      options.onProblems(problems);
    }
  };

  const looking = oneAtATime(look);
  const soon = debounced(looking.ask);
  const folders = watchFolders(options.configDir, soon.ask);
  const poll = setInterval(() => {
    folders.renew();
    if (performance.now() >= nextPollMs) looking.ask();
  }, options.pollMs ?? POLL_MS);
  poll.unref();
  // A save between the first look and the start of watching made no event.
  soon.ask();

  return {
    ...first,
    warnings,
    close: () => {
      closed = true;
      clearInterval(poll);
      soon.cancel();
      folders.close();
    },
  };
}

/** @returns gives the warnings that were not there the time before */
function warningsOnce(loader: CatalogLoader): () => Promise<readonly Finding[]> {
  let told = new Set<string>();
  return async () => {
    const now = new Set<string>();
    const fresh: Finding[] = [];
    const turns = createTurns();
    for (const warning of await loader.warnings()) {
      await turns.pause();
      const text = JSON.stringify(warning);
      if (!told.has(text) && !now.has(text)) fresh.push(warning);
      now.add(text);
    }
    told = now;
    return fresh;
  };
}

/** Runs `task` when asked, never twice at once; what is asked meanwhile is one run more. */
function oneAtATime(task: () => Promise<void>): { ask: () => void } {
  let running = false;
  let again = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      again = false;
      await task();
    } while (again);
    running = false;
  };
  return {
    ask: () => {
      again = true;
      // A rejection is a fault of this program, not of a file, and ends the process as such.
      if (!running) void run();
    },
  };
}

function debounced(task: () => void): { ask: () => void; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let firstAskMs = 0;
  return {
    ask: () => {
      const nowMs = performance.now();
      if (timer === undefined) firstAskMs = nowMs;
      clearTimeout(timer);
      const waitMs = Math.min(QUIET_MS, Math.max(0, firstAskMs + QUIET_MS_MAX - nowMs));
      timer = setTimeout(() => {
        timer = undefined;
        task();
      }, waitMs);
      timer.unref();
    },
    cancel: () => clearTimeout(timer),
  };
}

interface FolderWatch {
  /** Watches again what was not there before, or was replaced. */
  renew(): void;
  close(): void;
}

function watchFolders(configDir: string, onEvent: () => void): FolderWatch {
  const watchers = new Map<string, FSWatcher>();
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const renew = (): void => {
    for (const folder of [configDir, ...FOLDERS.map((name) => join(configDir, name))]) {
      if (watchers.has(folder)) continue;
      const watcher = tryWatch(folder, (event) => {
        // The folder itself went, or came back under the same name: its watcher is blind to what is there now.
        if (event === 'rename') drop(folder);
        onEvent();
        renew();
      });
      if (!watcher) continue;
      watcher.on('error', () => drop(folder));
      watchers.set(folder, watcher);
    }
  };
  renew();
  return { renew, close: () => [...watchers.keys()].forEach(drop) };
}

/** @returns undefined for a folder that is not there, or where the system cannot watch: the poll sees it */
function tryWatch(folder: string, onEvent: (event: string) => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
