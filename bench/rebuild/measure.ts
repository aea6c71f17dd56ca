import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { startApp } from '../../src/app.js';
import { systemClock } from '../../src/lib/clock.js';
import { readSettings } from '../../src/settings.js';
import type { FromClient, Latencies, ToClient } from './client.js';
import { writeConfiguration, type ConfigurationFolders, type ConfigurationSize } from './configuration.js';
import { TurnMeter, type TurnFigures } from './turn-meter.js';

/** Several polls of the configuration. */
const IDLE_MS = 8_000;
const BETWEEN_EDITS_MS = 300;
const LIVE_WITHIN_MS = 60_000;

export interface RebuildOptions extends ConfigurationSize {
  readonly edits: number;
}

/** What was measured while one thing went on. */
export interface Phase extends TurnFigures {
  readonly name: string;
  readonly seconds: number;
  readonly requests: Latencies;
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

/** A whole bidder in this process, which is asked every millisecond while campaigns are edited. */
export async function measureRebuild(
  options: RebuildOptions,
  tell: (done: number, what: string) => void,
): Promise<RebuildFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'narrowcast-rebuild-'));
  try {
    return await measureIn(writeConfiguration(folder, options), options, tell);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureIn(
  folders: ConfigurationFolders,
  options: RebuildOptions,
  tell: (done: number, what: string) => void,
): Promise<RebuildFigures> {
  const startedMs = performance.now();
  const uses = new CatalogUses();
  const app = await startApp(settingsFor(folders), { clock: systemClock, logger: uses.logger });
  const startMs = performance.now() - startedMs;
  const client = new Client(app.port);
  const meter = new TurnMeter();
  const phases: Phase[] = [];
  const phase = async (name: string, run: () => Promise<void>): Promise<void> => {
    await Promise.all([meter.take(), client.latencies()]);
    const fromMs = performance.now();
    await run();
    const seconds = (performance.now() - fromMs) / 1_000;
    const requests = await client.latencies();
    phases.push({ name, seconds, ...(await meter.take()), requests });
  };
  const liveMs: number[] = [];
  const edit = async (number: number): Promise<void> => {
    const live = uses.next();
    const savedNs = await client.edit(join(folders.configDir, folders.campaignFile(number)));
    liveMs.push(Number((await live) - savedNs) / 1e6);
    tell(liveMs.length, 'edits');
    await sleep(BETWEEN_EDITS_MS);
  };
  try {
    // The first polls and requests find code that has not run yet.
    await sleep(IDLE_MS / 2);
    await phase('no edits', () => sleep(IDLE_MS));
    await phase('first edit', () => edit(0));
    await phase('more edits', async () => {
      for (let n = 1; n < options.edits; n++) await edit(Math.floor((n * options.files) / options.edits));
    });
  } finally {
    meter.stop();
    client.stop();
    await app.close();
  }
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  return { startMs, lineItems: uses.lineItems, phases, liveMs, heapMb };
}

function settingsFor({ configDir, profilesDir, dataDir }: ConfigurationFolders) {
  return readSettings({
    CONFIG_DIR: configDir,
    PROFILES: profilesDir,
    DATA_DIR: dataDir,
    HOST: '127.0.0.1',
    PORT: '0',
    ADMIN_PORT: '0',
    // A request that had to wait is to be measured and not to be turned away.
    DELAY_MS_MAX: '10000',
  });
}

/** Hears in the bidder's log of each catalogue that is put to use. */
class CatalogUses {
  readonly logger = pino({ level: 'info' }, { write: (line) => this.#heard(line) });
  lineItems = 0;
  #lastLine = '';
  #waiting: ((atNs: bigint) => void) | undefined;

  /** @returns when the next one is in use, on the machine's monotonic clock; rejects when none comes */
  async next(): Promise<bigint> {
    const stop = new AbortController();
    const inUse = new Promise<bigint>((resolve) => {
      this.#waiting = resolve;
    });
    const tooLate = sleep(LIVE_WITHIN_MS, undefined, { signal: stop.signal }).then(() => {
      throw new Error(
        `an edit was not live within ${LIVE_WITHIN_MS / 1_000} s; the bidder said last: ${this.#lastLine}`,
      );
    });
    tooLate.catch(() => undefined);
    const atNs = await Promise.race([inUse, tooLate]);
    stop.abort();
    return atNs;
  }

  #heard(line: string): void {
    this.#lastLine = line;
    if (!line.includes('catalogue in use')) return;
    this.lineItems = (JSON.parse(line) as { readonly lineItems: number }).lineItems;
    this.#waiting?.(process.hrtime.bigint());
    this.#waiting = undefined;
  }
}

/** The other side of client.ts. */
class Client {
  readonly #worker: Worker;

  constructor(bidPort: number) {
    this.#worker = new Worker(new URL('client.js', import.meta.url), { workerData: { bidPort } });
  }

  /** @returns when the file was saved, on the machine's monotonic clock */
  async edit(path: string): Promise<bigint> {
    const told = await this.#ask({ do: 'edit', path });
    if (told.is !== 'edited') throw new Error(`the client told of ${told.is} when it was to edit`);
    return told.atNs;
  }

  async latencies(): Promise<Latencies> {
    const told = await this.#ask({ do: 'tell' });
    if (told.is !== 'latencies')
      throw new Error(`the client told of ${told.is} when it was to tell latencies`);
    return told.latencies;
  }

  stop(): void {
    this.#worker.postMessage({ do: 'stop' } satisfies ToClient);
  }

  async #ask(message: ToClient): Promise<FromClient> {
    this.#worker.postMessage(message);
    const [told] = (await once(this.#worker, 'message')) as [FromClient];
    return told;
  }
}
