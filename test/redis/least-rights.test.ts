import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedisServer, startRedisServer, type RedisServer } from '../support/redis-server.js';
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
    await store.putFrequency(key, new Map([['line-1', { impressions: 1, endMs: 2e12 }]]));
    await store.link('generic', 'u-1', 'c-1');
    const [found] = await store.find([{ kind: 'user', exchange: 'generic', id: 'u-1' }]);
    expect(found?.stored?.linked?.profile?.value.frequency).toBe(3);
    expect(await store.erase(key)).toBe(3);
    await store.close();
    expect(opened.reports).toEqual([]);
    expect(await server.cli('ACL', 'LOG')).toBe('');
  });
});
