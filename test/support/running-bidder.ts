import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino, type Logger } from 'pino';
import { startApp, type App } from '../../src/app.js';
import { systemClock, type Clock } from '../../src/lib/clock.js';
import { readSettings } from '../../src/settings.js';
import type { Json, JsonObject } from './merge.js';

/** What a bidder under test is given; each file is written as JSON. */
export interface BidderFiles {
  readonly campaigns: readonly JsonObject[];
  /** By name. */
  readonly exchanges: Readonly<Record<string, JsonObject>>;
  readonly rates: JsonObject;
  readonly profiles: readonly Json[];
  /** More files of the configuration by their paths within it: policies as JSON, lists as text. */
  readonly config?: Readonly<Record<string, Json>>;
}

export interface RunningBidder {
  readonly app: App;
  /** Folder with `config/`, `profiles/` and `data/`. */
  readonly folder: string;
  post(exchange: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Response>;
  explain(exchange: string, body: string): Promise<Response>;
  admin(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}

export interface BidderOptions {
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A bidder with just the files given. */
export async function startBidder(files: BidderFiles, options: BidderOptions = {}): Promise<RunningBidder> {
  const folder = newFolder();
  for (const name of ['config/campaigns', 'config/exchanges', 'profiles', 'data']) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value, null, 2));
  for (const [i, campaign] of files.campaigns.entries()) write(`config/campaigns/${i}.json`, campaign);
  for (const [name, exchange] of Object.entries(files.exchanges))
    write(`config/exchanges/${name}.json`, exchange);
  write('config/rates.json', files.rates);
  for (const [path, content] of Object.entries(files.config ?? {})) {
    mkdirSync(dirname(join(folder, 'config', path)), { recursive: true });
    if (typeof content === 'string') writeFileSync(join(folder, 'config', path), content);
    else write(`config/${path}`, content);
  }
  const lines = files.profiles.map((profile) => JSON.stringify(profile));
  writeFileSync(join(folder, 'profiles/all.ndjson'), lines.join('\n'));
  return start(folder, options);
}

/** A bidder with a copy of the sample configuration and profiles. */
export async function startSampleBidder(options: BidderOptions = {}): Promise<RunningBidder> {
  const folder = newFolder();
  cpSync('config', join(folder, 'config'), { recursive: true });
  cpSync('fixtures/profiles', join(folder, 'profiles'), { recursive: true });
  return start(folder, options);
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'narrowcast-test-'));
}

async function start(folder: string, options: BidderOptions): Promise<RunningBidder> {
  const settings = readSettings({
    PORT: '0',
    HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    // However slow the machine is while tests run.
    DELAY_MS_MAX: '10000',
    CONFIG_DIR: join(folder, 'config'),
    PROFILES: join(folder, 'profiles'),
    DATA_DIR: join(folder, 'data'),
    ...options.environment,
  });
  const app = await startApp(settings, {
    clock: options.clock ?? systemClock,
    logger: options.logger ?? pino({ level: 'silent' }),
  });
  return {
    app,
    folder,
    post: (exchange, body, headers = {}) =>
      fetch(`http://127.0.0.1:${app.port}/openrtb2/${exchange}`, { method: 'POST', body, headers }),
    explain: (exchange, body) =>
      fetch(`http://127.0.0.1:${app.adminPort}/explain/${exchange}`, { method: 'POST', body }),
    admin: (path, init) => fetch(`http://127.0.0.1:${app.adminPort}${path}`, init),
    async stop() {
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
