import type {
  FrequencyOutcome,
  ProfileStore,
  RemoteStoreMetrics,
  StoreTrouble,
} from '../../src/domain/ports.js';
import type { SecretKey } from '../../src/domain/secret-key.js';
import { createRedisStore, type RedisStoreOptions } from '../../src/redis/profile-store.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import { waitFor } from '../support/redis-server.js';

export interface OpenStore {
  readonly store: ProfileStore;
  /** What was reported, in order. */
  readonly reports: readonly string[];
  readonly batches: readonly number[];
  readonly troubles: readonly StoreTrouble[];
  /** What became of frequency records. */
  readonly frequency: Readonly<Record<FrequencyOutcome, number>>;
  /** Until it can be asked. */
  ready(): Promise<void>;
}

export function secretKey(id: string): SecretKey {
  return { id, secret: Buffer.from(`secret of 32 bytes and more, ${id}`) };
}

/** As PROFILE_KEYS says them. */
export function keySetting(...keys: readonly SecretKey[]): string {
  return keys.map(({ id, secret }) => `${id}:${Buffer.from(secret).toString('base64')}`).join(',');
}

const HOUR_MS = 3_600_000;

/** A store at a URL that keeps what it reports and counts. */
export function openStore(url: string, options: Partial<RedisStoreOptions> = {}): OpenStore {
  const reports: string[] = [];
  const batches: number[] = [];
  const troubles: StoreTrouble[] = [];
  const frequency = { written: 0, refused: 0, lost: 0, evicted: 0 };
  const metrics: RemoteStoreMetrics = {
    batchSent: (keys) => void batches.push(keys),
    storeTrouble: (trouble) => void troubles.push(trouble),
    frequencyRecords: (outcome, count) => void (frequency[outcome] += count),
  };
  const store = createRedisStore({
    target: parseRedisUrl(url, { allowInsecure: false }),
    keyRing: [secretKey('one')],
    profileTtlMs: HOUR_MS,
    addressTtlMs: HOUR_MS,
    frequencyTtlMs: HOUR_MS,
    linkTtlMs: HOUR_MS,
    metrics,
    reports: {
      problem: (message) => void reports.push(message),
      recovered: (message) => void reports.push(message),
    },
    ...options,
  });
  const ready = () =>
    waitFor(async () => store.problem() === undefined && (await canBeAsked(store)), 'the store is ready');
  return { store, reports, batches, troubles, frequency, ready };
}

/** In a Cluster, all of it: the keys lie on every node. */
async function canBeAsked(store: ProfileStore): Promise<boolean> {
  const keys = Array.from({ length: 30 }, (_, i) => ({ kind: 'cookie', id: `probe-${i}` }) as const);
  await store.find(keys);
  return true;
}
