import type { ProfileStore, RemoteStoreMetrics } from '../src/domain/ports.js';
import type { Profile, ProfileKey } from '../src/domain/profile.js';
import { createRedisStore } from '../src/redis/profile-store.js';
import { parseRedisUrl } from '../src/redis/redis-url.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../test/support/redis-server.js';
import { hashOf, type MeasuredTable } from './table.js';

export const WITHOUT_REDIS = 'redis-server is not installed (Debian: apt-get install redis-server)';

export const KEY_RING = [{ id: 'bench', secret: new Uint8Array(32) }];
export const SILENT_REDIS: RemoteStoreMetrics = {
  batchSent: () => undefined,
  storeTrouble: () => undefined,
  frequencyRecords: () => undefined,
};
export const SILENT_REPORTS = { problem: () => undefined, recovered: () => undefined };
const DAY_MS = 86_400_000;
export const TIMES_TO_LIVE = {
  profileTtlMs: 30 * DAY_MS,
  addressTtlMs: 30 * DAY_MS,
  frequencyTtlMs: 30 * DAY_MS,
  linkTtlMs: 30 * DAY_MS,
};
const PUTS_AT_ONCE = 1_000;

/** Does something with a redis-server of its own, which is ended with it. @returns a table that says so where there is none */
export async function withRedis(
  measure: (server: RedisServer) => Promise<MeasuredTable>,
): Promise<MeasuredTable> {
  if (!hasRedisServer()) {
    const notes = [`Left out: ${WITHOUT_REDIS}.`];
    return { what: 'task', rows: [], notes, hash: hashOf('') };
  }
  const server = await startRedisServer();
  try {
    return await measure(server);
  } finally {
    await server.stop();
  }
}

export async function openRedisStore({ url }: RedisServer): Promise<ProfileStore> {
  const store = createRedisStore({
    target: parseRedisUrl(url, { allowInsecure: false }),
    keyRing: KEY_RING,
    metrics: SILENT_REDIS,
    reports: SILENT_REPORTS,
    ...TIMES_TO_LIVE,
  });
  await waitFor(() => store.problem() === undefined, 'the store is connected');
  return store;
}

export async function putAll(
  store: ProfileStore,
  profiles: readonly { readonly key: ProfileKey; readonly profile: Profile }[],
): Promise<void> {
  for (let start = 0; start < profiles.length; start += PUTS_AT_ONCE) {
    const part = profiles.slice(start, start + PUTS_AT_ONCE);
    await Promise.all(part.map(({ key, profile }) => store.put(key, profile)));
  }
}

/** @returns what one of so many calls costs in CPU, of this process and of Redis, and the result of all */
export async function costOf(server: RedisServer, calls: number, run: () => Promise<number>) {
  const thereBeforeUs = await redisCpuUs(server);
  const before = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(before);
  const thereUs = (await redisCpuUs(server)) - thereBeforeUs;
  return { result, hereUs: (user + system) / calls, thereUs: thereUs / calls };
}

async function redisCpuUs(server: RedisServer): Promise<number> {
  const info = await server.cli('INFO', 'cpu');
  const seconds = [...info.matchAll(/^used_cpu_(?:user|sys):([\d.]+)/gm)].map(([, text]) => Number(text));
  return 1e6 * seconds.reduce((sum, one) => sum + one, 0);
}
