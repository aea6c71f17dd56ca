import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Every knob, read from the environment. `config/bidder.env` lists each with its default and why one would turn it;
 * a variable that is set outside wins over that file.
 */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly adminPort: number;
  readonly adminHost: string;
  readonly adminToken: string | undefined;
  /** Processes that answer on the bid port; with more than one, a supervisor starts them. */
  readonly workers: number;
  readonly configDir: string;
  readonly profilesDir: string;
  readonly dataDir: string;
  /** What notice, pixel and click links start with; no slash at the end. */
  readonly publicUrl: string;
  readonly noticeKeys: string | undefined;
  /** When a billing is answered: once it is on this machine's disk, or once Redis has booked it as well. */
  readonly noticesAcknowledged: 'disk' | 'redis';
  /** Undefined: profiles are kept in this process's memory. */
  readonly redisUrl: string | undefined;
  /** Where money is kept: `journal`, in DATA_DIR, or in a Redis. */
  readonly ledgerUrl: string;
  /** May a Redis on another machine be used without password or TLS? */
  readonly redisInsecure: boolean;
  readonly profileKeys: string | undefined;
  readonly profileTtlMs: number;
  readonly addressTtlMs: number;
  readonly linkTtlMs: number;
  readonly frequencyTtlMs: number;
  readonly profileCacheBytes: number;
  readonly profileCacheTtlMs: number;
  readonly geoFile: string | undefined;
  /** Share of the requests that get a line in the event log, 0 to 1. */
  readonly eventSampleRequests: number;
  readonly eventKeepMs: number;
  readonly eventBytesMax: number;
  readonly bodyBytesMax: number;
  readonly bodyTimeoutMs: number;
  readonly inFlightMax: number;
  readonly delayMsMax: number;
  readonly drainMs: number;
  readonly logLevel: string;
}

const DAY_MS = 86_400_000;
/** The ledger is a journal in DATA_DIR, of one process. */
export const JOURNAL_LEDGER = 'journal';
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'silent'] as const;

/** Thrown at start with every wrong setting at once, one a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Reads one variable; pushes what is wrong with it onto `problems` and goes on with the default. */
type Reader<T> = (name: string, text: string, problems: string[]) => T;

export const SETTING_DEFAULTS = {
  PORT: '8080',
  HOST: '0.0.0.0',
  ADMIN_PORT: '9090',
  ADMIN_HOST: '127.0.0.1',
  ADMIN_TOKEN: '',
  WORKERS: '1',
  CONFIG_DIR: 'config',
  PROFILES: 'fixtures/profiles',
  DATA_DIR: 'var',
  PUBLIC_URL: 'https://narrowcast.example',
  NOTICE_KEYS: '',
  NOTICES_ACKNOWLEDGED: 'disk',
  REDIS_URL: '',
  LEDGER_URL: '',
  REDIS_INSECURE: 'refuse',
  PROFILE_KEYS: '',
  PROFILE_TTL_DAYS: '180',
  ADDRESS_TTL_DAYS: '30',
  LINK_TTL_DAYS: '180',
  FREQUENCY_TTL_DAYS: '30',
  PROFILE_CACHE_BYTES: '67108864',
  PROFILE_CACHE_TTL_MS: '60000',
  GEO_FILE: '',
  EVENT_SAMPLE_REQUESTS: '0.01',
  EVENT_DAYS: '90',
  EVENT_BYTES_MAX: '10737418240',
  BODY_BYTES_MAX: '262144',
  BODY_TIMEOUT_MS: '10000',
  IN_FLIGHT_MAX: '1000',
  DELAY_MS_MAX: '100',
  DRAIN_MS: '8000',
  LOG_LEVEL: 'info',
} as const;

type SettingName = keyof typeof SETTING_DEFAULTS;

/** @throws SettingsError naming every variable that cannot be used, its value and what was expected */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const problems: string[] = [];
  const read = <T>(name: SettingName, reader: Reader<T>): T => {
    const text = environment[name]?.trim() || SETTING_DEFAULTS[name];
    return reader(name, text, problems);
  };
  const settings: Settings = {
    port: read('PORT', wholeNumber(0, 65_535)),
    host: read('HOST', plainText),
    adminPort: read('ADMIN_PORT', wholeNumber(0, 65_535)),
    adminHost: read('ADMIN_HOST', plainText),
    adminToken: read('ADMIN_TOKEN', optionalText),
    workers: read('WORKERS', workerCount),
    configDir: read('CONFIG_DIR', plainText),
    profilesDir: read('PROFILES', plainText),
    dataDir: read('DATA_DIR', plainText),
    publicUrl: read('PUBLIC_URL', webAddress),
    noticeKeys: read('NOTICE_KEYS', optionalText),
    noticesAcknowledged: read('NOTICES_ACKNOWLEDGED', oneOf(['disk', 'redis'])),
    redisUrl: read('REDIS_URL', optionalText),
    ledgerUrl: read('LEDGER_URL', optionalText) ?? read('REDIS_URL', optionalText) ?? JOURNAL_LEDGER,
    redisInsecure: read('REDIS_INSECURE', oneOf(['refuse', 'allow'])) === 'allow',
    profileKeys: read('PROFILE_KEYS', optionalText),
    profileTtlMs: read('PROFILE_TTL_DAYS', days(1, 730)),
    addressTtlMs: read('ADDRESS_TTL_DAYS', days(1, 730)),
    linkTtlMs: read('LINK_TTL_DAYS', days(1, 730)),
    frequencyTtlMs: read('FREQUENCY_TTL_DAYS', days(1, 730)),
    profileCacheBytes: read('PROFILE_CACHE_BYTES', wholeNumber(1_048_576, 999_999_999)),
    profileCacheTtlMs: read('PROFILE_CACHE_TTL_MS', wholeNumber(100, 86_400_000)),
    geoFile: read('GEO_FILE', optionalText),
    eventSampleRequests: read('EVENT_SAMPLE_REQUESTS', share),
    eventKeepMs: read('EVENT_DAYS', days(1, 3_650)),
    eventBytesMax: read('EVENT_BYTES_MAX', wholeNumber(1_048_576, 1_000_000_000_000_000)),
    bodyBytesMax: read('BODY_BYTES_MAX', wholeNumber(1024, 16_777_216)),
    bodyTimeoutMs: read('BODY_TIMEOUT_MS', wholeNumber(100, 60_000)),
    inFlightMax: read('IN_FLIGHT_MAX', wholeNumber(1, 1_000_000)),
    delayMsMax: read('DELAY_MS_MAX', wholeNumber(1, 10_000)),
    drainMs: read('DRAIN_MS', wholeNumber(0, 60_000)),
    logLevel: read('LOG_LEVEL', oneOf(LOG_LEVELS)),
  };
  if (settings.port !== 0 && settings.port === settings.adminPort) {
    problems.push(`ADMIN_PORT is ${settings.adminPort}, the same as PORT: they need two different ports`);
  }
  if (settings.noticesAcknowledged === 'redis' && settings.ledgerUrl === JOURNAL_LEDGER) {
    problems.push(
      'NOTICES_ACKNOWLEDGED is "redis" but the ledger is in no Redis: set LEDGER_URL or REDIS_URL',
    );
  }
  const unshared = settings.workers > 1 ? unsharedState(settings) : undefined;
  if (unshared !== undefined) problems.push(`WORKERS is ${settings.workers} but ${unshared}`);
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return settings;
}

/** @returns what only one process could use, and what to set instead */
function unsharedState({ redisUrl, ledgerUrl }: Settings): string | undefined {
  if (redisUrl === undefined)
    return 'without REDIS_URL profiles are in the memory of one process: set REDIS_URL to a Redis that all workers share, or WORKERS to 1';
  if (ledgerUrl === JOURNAL_LEDGER)
    return 'with LEDGER_URL=journal money is in the journal of one process: set LEDGER_URL to a Redis, or WORKERS to 1';
  return undefined;
}

/** Fills the environment from `bidder.env` in the configuration folder, if there is one. */
export function loadSettingsFile(environment: NodeJS.ProcessEnv): void {
  const file = join(environment['CONFIG_DIR']?.trim() || SETTING_DEFAULTS.CONFIG_DIR, 'bidder.env');
  if (existsSync(file)) process.loadEnvFile(file);
}

/** @throws SettingsError when `folder`, which the setting `name` gives, is no folder, with the whole path that was tried */
export function requireFolder(name: SettingName, folder: string, holds: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  const problem = found ? 'is a file' : 'does not exist';
  throw new SettingsError(
    `${name} is "${folder}" but must be a folder with ${holds}; ${resolve(folder)} ${problem}`,
  );
}

const plainText: Reader<string> = (_name, text) => text;

const optionalText: Reader<string | undefined> = (_name, text) => text || undefined;

function wholeNumber(min: number, max: number): Reader<number> {
  return (name, text, problems) => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    problems.push(`${name} is "${text}" but must be a whole number from ${min} to ${max}`);
    return min;
  };
}

const WORKERS_MAX = 256;

const workerCount: Reader<number> = (name, text, problems) => {
  if (text === 'auto') return availableParallelism();
  const count = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (count >= 1 && count <= WORKERS_MAX) return count;
  problems.push(`${name} is "${text}" but must be a whole number from 1 to ${WORKERS_MAX}, or auto`);
  return 1;
};

const share: Reader<number> = (name, text, problems) => {
  const number = /^(?:0|1|0?\.\d{1,9}|1\.0{1,9})$/.test(text) ? Number(text) : NaN;
  if (number >= 0) return number;
  problems.push(`${name} is "${text}" but must be a share from 0 to 1, such as 0.01`);
  return 0;
};

function days(min: number, max: number): Reader<number> {
  const wholeDays = wholeNumber(min, max);
  return (name, text, problems) => wholeDays(name, text, problems) * DAY_MS;
}

function oneOf<const Word extends string>(words: readonly [Word, ...Word[]]): Reader<Word> {
  return (name, text, problems) => {
    const word = words.find((each) => each === text);
    if (word === undefined) problems.push(`${name} is "${text}" but must be one of ${words.join(', ')}`);
    return word ?? words[0];
  };
}

/** Characters that mean nothing to JSON, HTML, JavaScript or CSS, since the address is put into markup. */
const LINK_SAFE = /^[\w\-.~:/%[\]]+$/;

/** An http(s) address without query or fragment, since paths are put behind it. */
const webAddress: Reader<string> = (name, text, problems) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const usable = url && /^https?:$/.test(url.protocol) && LINK_SAFE.test(text);
  if (!usable) problems.push(`${name} is "${text}" but must be an address such as https://bid.example.com`);
  return text.replace(/\/+$/, '');
};
