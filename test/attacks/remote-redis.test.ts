import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySetting, openStore, secretKey } from '../redis/open-store.js';
import { runCommand, startServing } from '../support/program.js';
import { bidOn, RUNNER, RUNNERS_CAMPAIGN, startRecognisingBidder } from '../support/recognising-bidder.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';

/** Attack 16: whoever reaches an open Redis, or the network to it, has every visitor. */
describe.skipIf(!hasRedisServer())('a Redis on another machine', () => {
  let server: RedisServer;
  let configured: RunningBidder;
  let folder: string;
  beforeAll(async () => {
    server = await startRedisServer();
    configured = await startRecognisingBidder(server.url);
    folder = mkdtempSync(join(tmpdir(), 'narrowcast-remote-'));
  });
  afterAll(async () => {
    await configured.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const environmentOf = (redisUrl: string, redisInsecure = '') => ({
    REDIS_URL: redisUrl,
    REDIS_INSECURE: redisInsecure,
    PROFILE_KEYS: keySetting(secretKey('one')),
    CONFIG_DIR: join(configured.folder, 'config'),
    DATA_DIR: folder,
    PORT: '0',
    ADMIN_PORT: '0',
  });

  it.each([
    ['redis://redis.example', 'without TLS and without a password'],
    ['redis://bidder:hunter2@redis.example:6379', 'without TLS;'],
    ['rediss://redis.example', 'without a password;'],
    ['redis://127.0.0.1:7000,192.0.2.7:7000', '192.0.2.7 is another machine'],
    ['redis://127.0.0.1.redis.example', 'redis.example is another machine'],
    ['redis://localhost@redis.example', 'redis.example is another machine'],
    ['redis://0.0.0.0:6379', '0.0.0.0 is another machine'],
  ])('is refused at the start: %s', async (url, words) => {
    for (const [expected, ...command] of [
      [1, 'serve'],
      [2, 'profiles', 'get', '--cookie', 'c-1'],
    ] as const) {
      const { code, stdout, stderr } = await runCommand(environmentOf(url), ...command);
      expect(code).toBe(expected);
      expect(stdout).toBe('');
      expect(stderr).toContain(words);
      expect(stderr).toContain('set REDIS_INSECURE=allow if nobody else can reach this network');
      expect(stderr).not.toContain('hunter2');
      expect(stderr).not.toContain('    at ');
    }
  });

  it('is used all the same where the operator says so', async () => {
    const opened = openStore(server.url);
    await opened.ready();
    await opened.store.put({ kind: 'cookie', id: 'c-1' }, RUNNER);
    await opened.store.close();
    // To this machine, under an address that does not say so.
    const bidder = await startServing(environmentOf(`redis://0.0.0.0:${server.port}`, 'allow'));
    try {
      await waitFor(
        async () => (await bidOn(bidder.port, { buyeruid: 'c-1' })) === RUNNERS_CAMPAIGN,
        'profiles are used',
      );
    } finally {
      await bidder.stop();
    }
  });
});
