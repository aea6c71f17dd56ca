import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { FrequencyLogs } from './domain/frequency.js';
import type { ProfileReader, ProfileStore } from './domain/ports.js';
import type { SecretKey } from './domain/secret-key.js';
import type { Clock } from './lib/clock.js';
import type { Metrics } from './metrics/metrics.js';
import { CachedReader } from './profile/cached-reader.js';
import { readDirectly } from './profile/direct-reader.js';
import { createEmbeddedStore } from './profile/embedded-store.js';
import { FrequencyFile, readFrequencyFile } from './profile/frequency-file.js';
import { FrequencyMemory } from './profile/frequency-memory.js';
import { loadProfiles } from './profile/load-profiles.js';
import { RecentFrequency } from './profile/recent-frequency.js';
import { createRedisStore } from './redis/profile-store.js';
import { parseRedisUrl } from './redis/redis-url.js';
import { loadKeyRing } from './secrets/key-ring.js';
import { requireFolder, type Settings } from './settings.js';

/** What is known of visitors, and how the bid path asks for it. */
export interface Profiles {
  readonly store: ProfileStore;
  readonly reader: ProfileReader;
  /** Where it is written down what visitors are shown. */
  readonly frequencyLogs: FrequencyLogs;
  /** What was written down there lately and may not be in the store yet; undefined where it is there at once. */
  readonly recentFrequency: RecentFrequency | undefined;
  /**
   * Keeps what is recorded from now on over a restart, where the store does not do so itself. For the one process that serves
   * bids from this DATA_DIR: commands only read what is there.
   *
   * @returns ends it
   */
  readonly keepFrequency: () => () => Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** In DATA_DIR, where profiles are kept in memory. */
const FREQUENCY_FILE = 'frequency.log';
const STORE_WAIT_MS = 10_000;
const STORE_LOOK_MS = 20;

/**
 * Opens the profiles that the settings name: in Redis with a cache before it, or in this process's memory.
 *
 * @throws when the folder of profiles cannot be read, or REDIS_URL or a key cannot be used; not when Redis is down
 */
export async function openProfiles(settings: Settings, parts: Parts): Promise<Profiles> {
  const { redisUrl } = settings;
  const profiles =
    redisUrl === undefined ? await openEmbedded(settings, parts) : openRedis(redisUrl, settings, parts);
  parts.metrics.watchProfileStore(() => profiles.store.problem() === undefined);
  return profiles;
}

async function openEmbedded(settings: Settings, { clock, logger, metrics }: Parts): Promise<Profiles> {
  const memory = new FrequencyMemory({
    keyRing: profileKeyRing(settings),
    ttlMs: settings.frequencyTtlMs,
    clock,
    metrics,
  });
  const store = createEmbeddedStore(undefined, memory);
  requireFolder('PROFILES', settings.profilesDir, 'files *.ndjson');
  const loaded = await loadProfiles(settings.profilesDir, store, clock.nowMs());
  logger.info({ profiles: store.size, rejected: loaded.rejectedCount }, 'profiles loaded');
  for (const { file, line, reason } of loaded.rejected) {
    logger.warn({ file, line }, `profile rejected: ${reason}`);
  }
  const file = join(settings.dataDir, FREQUENCY_FILE);
  const unread = readFrequencyFile(file, memory);
  if (unread > 0) logger.warn(`the last ${unread} bytes of ${file} cannot be read and are left out`);
  const keepFrequency = () => {
    const onTrouble = (message: string) => {
      logger.error(message);
    };
    const kept = new FrequencyFile(file, { memory, clock, metrics, onTrouble });
    return () => kept.close();
  };
  return {
    store,
    reader: readDirectly(store),
    frequencyLogs: store,
    recentFrequency: undefined,
    keepFrequency,
  };
}

function openRedis(redisUrl: string, settings: Settings, { clock, logger, metrics }: Parts): Profiles {
  const { redisInsecure: allowInsecure } = settings;
  let recentFrequency: RecentFrequency | undefined;
  const store = createRedisStore({
    target: parseRedisUrl(redisUrl, { allowInsecure }),
    keyRing: profileKeyRing(settings),
    profileTtlMs: settings.profileTtlMs,
    addressTtlMs: settings.addressTtlMs,
    frequencyTtlMs: settings.frequencyTtlMs,
    linkTtlMs: settings.linkTtlMs,
    metrics,
    onConnected: () => {
      recentFrequency?.tellAgain();
    },
    reports: {
      problem: (message) => {
        logger.warn(message);
      },
      recovered: (message) => {
        logger.info(message);
      },
    },
  });
  const reader = new CachedReader(store, {
    bytesMax: settings.profileCacheBytes,
    ttlMs: settings.profileCacheTtlMs,
    clock,
    metrics,
  });
  metrics.watchProfileCache(() => reader.figures());
  recentFrequency = new RecentFrequency(store, clock);
  // Redis keeps it.
  const keepFrequency = () => () => Promise.resolve();
  return { store, reader, frequencyLogs: recentFrequency, recentFrequency, keepFrequency };
}

function profileKeyRing({ profileKeys: setting, dataDir }: Settings): readonly SecretKey[] {
  return loadKeyRing({ name: 'PROFILE_KEYS', setting, dataDir, fileName: 'profile-key' });
}

/** Its message is for the operator. */
class StoreNotReady extends Error {
  override readonly name = 'StoreNotReady';
}

/** For commands: waits a while for a store that is still connecting. @throws when it cannot be asked even then */
export async function whenReady(store: ProfileStore): Promise<void> {
  const deadlineMs = performance.now() + STORE_WAIT_MS;
  while (store.problem() !== undefined && performance.now() < deadlineMs) await wait(STORE_LOOK_MS);
  const problem = store.problem();
  if (problem !== undefined) throw new StoreNotReady(`the profile store cannot be asked: ${problem}`);
}

/** For commands that change something. @throws when the keys are the wrong ones, or cannot be looked at for a while */
export async function requireKnownKeys(store: ProfileStore): Promise<void> {
  const deadlineMs = performance.now() + STORE_WAIT_MS;
  for (;;) {
    try {
      const problem = await store.keysProblem();
      if (problem !== undefined) throw new StoreNotReady(problem);
      return;
    } catch (error) {
      // The node of a Cluster that is asked about keys may connect later than another one.
      if (error instanceof StoreNotReady || performance.now() >= deadlineMs) throw error;
      await wait(STORE_LOOK_MS);
    }
  }
}
