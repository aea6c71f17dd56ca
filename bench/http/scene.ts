import { startRedisServer } from '../../test/support/redis-server.js';
import { runCommand, type ServingProcess } from '../../test/support/program.js';
import type { Progress } from '../parts/part.js';
import { makeMarket, type Market, type MarketOptions } from './market.js';
import { startServer } from './processes.js';

export interface SceneOptions extends MarketOptions {
  /** Undefined: profiles are in the memory of the bidder. Else they are in a Redis of its own, and it remembers so much of them. */
  readonly profileCacheBytes?: number;
}

/** Where bidders can be started: folders, and a Redis that holds the profiles where one is wanted. */
export interface Scene {
  readonly market: Market;
  /** Starts a bidder, hands it over, and stops it. @param environment more of it */
  readonly withBidder: <Result>(
    use: (bidder: ServingProcess) => Promise<Result>,
    environment?: Readonly<Record<string, string>>,
  ) => Promise<Result>;
}

/** Sets everything up, and removes it again whatever becomes of `use`. */
export async function withScene<Result>(
  options: SceneOptions,
  progress: Progress,
  use: (scene: Scene) => Promise<Result>,
): Promise<Result> {
  progress('making a market');
  const market = makeMarket(options);
  const { profileCacheBytes } = options;
  const redis = profileCacheBytes === undefined ? undefined : await startRedisServer();
  try {
    const store: Record<string, string> = redis
      ? { REDIS_URL: redis.url, PROFILE_CACHE_BYTES: String(profileCacheBytes) }
      : {};
    if (redis) await loadProfiles(market, store);
    return await use({
      market,
      async withBidder(ask, environment = {}) {
        progress('starting');
        const bidder = await startServer(market, { ...store, ...environment });
        try {
          return await ask(bidder);
        } finally {
          await bidder.stop();
        }
      },
    });
  } finally {
    await redis?.stop();
    market.remove();
  }
}

async function loadProfiles(
  { environment, profilesFile }: Market,
  store: Record<string, string>,
): Promise<void> {
  const loaded = await runCommand({ ...environment, ...store }, 'profiles', 'load', profilesFile);
  if (loaded.code !== 0) throw new Error(`profiles load ended with ${loaded.code}: ${loaded.stderr}`);
}
