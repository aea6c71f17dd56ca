import { afterAll, beforeAll, describe, it } from 'vitest';
import { createEmbeddedStore } from '../../src/profile/embedded-store.js';
import { hasRedisServer, startRedisCluster, startRedisServer } from '../support/redis-server.js';
import { openStore, type OpenStore } from './open-store.js';
import { itIsAProfileStore } from './profile-store.contract.js';

describe('the embedded store', () => {
  const store = createEmbeddedStore();
  itIsAProfileStore(() => store);
});

describe.skipIf(!hasRedisServer()).each([
  ['one Redis server', startRedisServer],
  ['a Redis Cluster', startRedisCluster],
])('%s', (_, start) => {
  let server: Awaited<ReturnType<typeof start>>;
  let opened: OpenStore;
  beforeAll(async () => {
    server = await start();
    opened = openStore(server.url);
    await opened.ready();
  });
  afterAll(async () => {
    await opened.store.close();
    await server.stop();
  });

  itIsAProfileStore(() => opened.store);

  it('has reported nothing', ({ expect }) => {
    expect(opened.reports).toEqual([]);
    expect(opened.troubles).toEqual([]);
  });
});
