import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { formatFinding, type Finding } from '../../src/catalog/finding.js';
import { watchCatalog } from '../../src/catalog/watch.js';
import { createStandaloneBidder, type Bidder } from '../../src/create-bidder.js';
import { systemClock } from '../../src/lib/clock.js';
import { readSettings } from '../../src/settings.js';
import { Asker, type Waits } from './asker.js';
import {
  editedText,
  writeConfiguration,
  type ConfigurationFolders,
  type ConfigurationSize,
} from './configuration.js';
import { TurnMeter, type TurnFigures } from './turn-meter.js';

const BETWEEN_EDITS_MS = 300;
const LIVE_WITHIN_MS = 60_000;

export interface RebuildOptions extends ConfigurationSize {
  readonly edits: number;
  /** For how long is measured without edits, several polls of the configuration; half of that goes before, to warm up. */
  readonly quietMs: number;
}

/** What was measured while one thing went on. */
export interface Phase {
  readonly name: string;
  readonly turns: TurnFigures;
  readonly waits: Waits;
}

export interface RebuildFigures {
  /** From nothing until ready, with every file read and checked for the first time. */
  readonly startMs: number;
  readonly lineItems: number;
  readonly phases: readonly Phase[];
  /** From the end of each saving until requests meet the new version. */
  readonly liveMs: readonly number[];
  readonly heapMb: number;
}

/**
 * A bidder in this process, with the real watcher of its configuration, that is asked every millisecond while campaigns are
 * edited. Without ledger and HTTP, which have pauses of their own.
 */
export async function measureRebuild(
  options: RebuildOptions,
  tell: (edits: number) => void,
): Promise<RebuildFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-rebuild-'));
  try {
    const folders = writeConfiguration(folder, options);
    const bidder = await createStandaloneBidder(settingsFor(folders), {
      clock: systemClock,
      logger: pino({ level: 'silent' }),
    });
    try {
      return await measureIn(folders, bidder, options, tell);
    } finally {
      await bidder.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureIn(
  folders: ConfigurationFolders,
  bidder: Bidder,
  options: RebuildOptions,
  tell: (edits: number) => void,
): Promise<RebuildFigures> {
  const { configDir, dataDir } = folders;
  const edits = Array.from({ length: options.edits }, (_, n) => {
    const path = join(configDir, folders.campaignFile(Math.floor((n * options.files) / options.edits)));
    return { path, text: editedText(path) };
  });
  const uses = new Uses();
  const startedMs = performance.now();
  const watch = await watchCatalog({
    configDir,
    dataDir,
    onChange: (catalog) => void bidder.use(catalog).then(uses.inUse, uses.failed),
    onProblems: uses.problems,
  });
  uses.problems(watch.problems);
  await bidder.use(watch.catalog);
  const startMs = performance.now() - startedMs;
  const asker = new Asker(bidder.environment);
  const meter = new TurnMeter();
  const phases: Phase[] = [];
  const phase = async (name: string, run: () => Promise<unknown>): Promise<void> => {
    await meter.take();
    asker.take();
    await run();
    phases.push({ name, waits: asker.take(), turns: await meter.take() });
  };
  const liveMs: number[] = [];
  const save = async ({ path, text }: (typeof edits)[number]): Promise<void> => {
    const live = uses.next();
    await writeFile(path, text);
    const savedMs = performance.now();
    liveMs.push((await live) - savedMs);
    tell(liveMs.length);
    await sleep(BETWEEN_EDITS_MS);
  };
  try {
    await sleep(options.quietMs / 2);
    await phase('no edits', () => sleep(options.quietMs));
    const [first, ...others] = edits;
    await phase('first edit', async () => first && save(first));
    await phase('more edits', async () => {
      for (const edit of others) await save(edit);
    });
  } finally {
    meter.stop();
    asker.stop();
    watch.close();
  }
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  const lineItems = bidder.environment.snapshot().lineItems.length;
  return { startMs, lineItems, phases, liveMs, heapMb };
}

function settingsFor({ configDir, profilesDir, dataDir }: ConfigurationFolders) {
  return readSettings({ CONFIG_DIR: configDir, PROFILES: profilesDir, DATA_DIR: dataDir });
}

/** Hears of each catalogue that is put to use, and of what goes wrong. */
class Uses {
  #settle: { resolve: (atMs: number) => void; reject: (fault: Error) => void } | undefined;

  readonly inUse = (): void => this.#settle?.resolve(performance.now());
  readonly failed = (error: unknown): void => this.#settle?.reject(error as Error);
  readonly problems = (found: readonly Finding[]): void => {
    const text = found.map((finding) => formatFinding(finding, { colour: false })).join('\n');
    if (text === '') return;
    const fault = new Error(`the configuration is not what was to be measured:\n${text}`);
    if (!this.#settle) throw fault;
    this.#settle.reject(fault);
  };

  /** @returns when the next catalogue is in use, by `performance.now()`; rejects when none comes in time */
  async next(): Promise<number> {
    const tooLate = setTimeout(() => {
      this.failed(new Error(`an edit was not live within ${LIVE_WITHIN_MS / 1_000} s`));
    }, LIVE_WITHIN_MS);
    try {
      return await new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    } finally {
      clearTimeout(tooLate);
    }
  }
}
