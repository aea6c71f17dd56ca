import { afterAll, beforeAll, describe } from 'vitest';
import { ManualClock } from '../../src/lib/clock.js';
import { authorityContract } from '../ledger/authority.contract.js';
import { hasRedisServer, startRedisCluster, startRedisServer } from '../support/redis-server.js';
import { openLedgerAt, type OpenLedger } from './open-ledger.js';

describe.skipIf(!hasRedisServer()).each([
  ['one Redis server', startRedisServer],
  ['a Redis Cluster', startRedisCluster],
])('the ledger in %s', (name, start) => {
  const clock = new ManualClock(Date.now());
  let server: Awaited<ReturnType<typeof start>>;
  let opened: OpenLedger;
  beforeAll(async () => {
    server = await start();
    opened = await openLedgerAt(server.url, () => clock.nowMs());
  });
  afterAll(async () => {
    opened.close();
    await server.stop();
  });

  authorityContract(name, () =>
    Promise.resolve({
      authority: opened.ledger,
      passMs: (ms) => {
        clock.advance(ms);
        return Promise.resolve();
      },
    }),
  );
});
