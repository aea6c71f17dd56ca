import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOG_RECORDS_MAX } from '../../src/domain/frequency-log.js';
import { frequencyRecord, SHOES } from '../support/frequency.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import { openStore } from './open-store.js';
import { profileOf } from './profile-store.contract.js';

describe.skipIf(!hasRedisServer())('a user with the rights that the README gives', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  it('can do all that the store does, and nothing is denied', async () => {
    const line = /^ACL SETUSER .*$/m.exec(readFileSync('README.md', 'utf8'))?.[0] ?? '';
    await server.cli(...line.split(' '));
    await server.cli('ACL', 'SETUSER', 'default', 'nopass');
    const opened = openStore(`redis://narrowcast:password@127.0.0.1:${server.port}`);
    await opened.ready();
    const { store } = opened;
    expect(await store.keysProblem()).toBeUndefined();
    const key = { kind: 'cookie', id: 'c-1' } as const;
    await store.put(key, profileOf(3));
    // So long a log is written anew by who reads it.
    for (let i = 0; i <= LOG_RECORDS_MAX; i++) store.record(store.logNames(key), frequencyRecord('shown', i));
    await store.link('generic', 'u-1', 'c-1');
    const [found] = await store.find([{ kind: 'user', exchange: 'generic', id: 'u-1' }]);
    expect(found?.stored?.linked?.profile?.value.frequency).toBe(3);
    await store.find([key]);
    await waitFor(
      async () => ((await store.find([key]))[0]?.stored?.frequency?.length ?? 0) < LOG_RECORDS_MAX,
      'the log is compacted',
    );
    expect(await store.touchesOf('c-1', SHOES.advertiser)).toHaveLength(50);
    expect(await store.erase(key)).toBe(3);
    await store.close();
    expect(opened.reports).toEqual([]);
    expect(await server.cli('ACL', 'LOG')).toBe('');
  });
});
