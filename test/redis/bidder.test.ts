import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../src/domain/ports.js';
import type { ProfileKey } from '../../src/domain/profile.js';
import type { SecretKey } from '../../src/domain/secret-key.js';
import type { JsonObject } from '../support/merge.js';
import { runCommand, startServing, type Environment } from '../support/program.js';
import {
  ANYBODY_CAMPAIGN,
  bidOn,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';
import { keySetting, openStore, secretKey, type OpenStore } from './open-store.js';

const SHOWS_MS_MAX = 1_000;
const REDIRECT = 'https://match.example/set?partner=narrowcast&id=';

/** A bidder that remembers for a minute, so that nothing but an announcement can tell it of a change. */
describe.skipIf(!hasRedisServer())('a bidder on Redis', () => {
  let server: RedisServer;
  let bidder: RunningBidder;
  let opened: OpenStore;
  let folder: string;
  let environment: Environment;
  beforeAll(async () => {
    server = await startRedisServer();
    bidder = await startRecognisingBidder(
      server.url,
      {},
      {
        redirecting: { syncRedirect: `${REDIRECT}\${COOKIE_ID}` },
      },
    );
    opened = openStore(server.url);
    await opened.ready();
    folder = mkdtempSync(join(tmpdir(), 'narrowcast-other-process-'));
    environment = {
      REDIS_URL: server.url,
      PROFILE_KEYS: keySetting(secretKey('one')),
      CONFIG_DIR: join(bidder.folder, 'config'),
      DATA_DIR: folder,
      PROFILES: folder,
    };
    await waitFor(async () => (await bidder.admin('/readyz')).status === 200, 'the bidder is ready');
  });
  afterAll(async () => {
    await opened.store.close();
    await bidder.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function showsWithinASecond(
    campaign: string,
    user: JsonObject,
    port = bidder.app.port,
  ): Promise<void> {
    const startMs = performance.now();
    await waitFor(async () => (await bidOn(port, user)) === campaign, `${campaign} bids`);
    expect(performance.now() - startMs).toBeLessThan(SHOWS_MS_MAX);
  }

  const sync = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${bidder.app.port}/sync/${path}`, { headers, redirect: 'manual' });

  /** @returns our cookie as the browser sends it back */
  async function cookieOf(response: Response): Promise<string> {
    await response.arrayBuffer();
    return /^nc=([\w.-]+);/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? '';
  }

  function idOf(cookie: string): string {
    return cookie.split('.')[0] ?? '';
  }

  describe('and another process', () => {
    it('that loads a profile: the bid changes within a second', async () => {
      const visitor = { buyeruid: 'loaded' };
      expect(await bidOn(bidder.app.port, visitor)).toBe(ANYBODY_CAMPAIGN);
      const file = join(folder, 'loaded.ndjson');
      writeFileSync(file, '{"id": {"cookie": "loaded"}, "segments": {"runner": "2099-12-31"}}\n');
      expect(await runCommand(environment, 'profiles', 'load', file)).toMatchObject({ code: 0 });
      await showsWithinASecond(RUNNERS_CAMPAIGN, visitor);
    });

    it('that erases a visitor: he is a stranger within a second', async () => {
      const visitor = { buyeruid: 'erased' };
      await opened.store.put({ kind: 'cookie', id: 'erased' }, RUNNER);
      await showsWithinASecond(RUNNERS_CAMPAIGN, visitor);
      const erasing = await runCommand(environment, 'profiles', 'delete', '--cookie', 'erased');
      expect(erasing).toMatchObject({ code: 0, stdout: '1 record erased; nothing is left.\n' });
      await showsWithinASecond(ANYBODY_CAMPAIGN, visitor);
    });

    it('that has another key erases nobody and loads nothing, instead of finding that nothing is left', async () => {
      const file = join(folder, 'wrong-key.ndjson');
      writeFileSync(file, '{"id":{"cookie":"wrong-key"},"stage":"new"}\n');
      expect(await runCommand(environment, 'profiles', 'load', file)).toMatchObject({ code: 0 });
      const wrong = { ...environment, PROFILE_KEYS: keySetting(secretKey('another')) };
      for (const args of [
        ['delete', '--cookie', 'wrong-key'],
        ['load', file],
      ]) {
        expect(await runCommand(wrong, 'profiles', ...args)).toMatchObject({ code: 2 });
      }
      expect(await isKnown(opened.store, { kind: 'cookie', id: 'wrong-key' })).toBe(true);
    });

    it('that bids as well: both see a change', async () => {
      const other = await startServing(environment);
      try {
        const ports = [bidder.app.port, other.port];
        const visitor = { buyeruid: 'seen-by-both' };
        await waitFor(async () => {
          const ready = await fetch(`http://127.0.0.1:${other.adminPort}/readyz`);
          return ready.status === 200;
        }, 'the other one is ready');
        for (const port of ports) expect(await bidOn(port, visitor)).toBe(ANYBODY_CAMPAIGN);
        await opened.store.put({ kind: 'cookie', id: 'seen-by-both' }, RUNNER);
        for (const port of ports) await showsWithinASecond(RUNNERS_CAMPAIGN, visitor, port);
        await opened.store.erase({ kind: 'cookie', id: 'seen-by-both' });
        for (const port of ports) await showsWithinASecond(ANYBODY_CAMPAIGN, visitor, port);
      } finally {
        expect(await other.stop()).toBe(0);
      }
    });
  });

  describe('and a cookie sync', () => {
    const link = async (userId: string): Promise<string> => {
      const cookie = await cookieOf(await sync(`generic?uid=${userId}`));
      await sync(`generic?uid=${userId}`, { cookie: `nc=${cookie}` });
      await opened.store.put({ kind: 'cookie', id: idOf(cookie) }, RUNNER);
      return cookie;
    };

    it("knows the exchange's user by the profile of our cookie", async () => {
      expect(await bidOn(bidder.app.port, { id: 'gx-1' })).toBe(ANYBODY_CAMPAIGN);
      await link('gx-1');
      await showsWithinASecond(RUNNERS_CAMPAIGN, { id: 'gx-1' });
    });

    it('keeps a cookie that is there, for a second user id as well', async () => {
      const cookie = await link('gx-2');
      const again = await sync('redirecting?uid=rx-2', { cookie: `other=1; nc=${cookie}` });
      expect(await cookieOf(again)).toBe(cookie);
      await showsWithinASecond(RUNNERS_CAMPAIGN, { id: 'gx-2' });
    });

    it('erases who opts out, and never knows him again', async () => {
      const cookie = await link('gx-3');
      await showsWithinASecond(RUNNERS_CAMPAIGN, { id: 'gx-3' });
      const out = await sync('generic?optout=1', { cookie: `nc=${cookie}` });
      expect(await cookieOf(out)).toBe('optout');
      await showsWithinASecond(ANYBODY_CAMPAIGN, { id: 'gx-3' });
      await showsWithinASecond(ANYBODY_CAMPAIGN, { buyeruid: idOf(cookie) });
      const later = await sync('generic?uid=gx-3', { cookie: 'nc=optout' });
      expect([later.status, later.headers.get('set-cookie')]).toEqual([204, null]);
    });

    it.each<[string, string, Record<string, string>]>([
      ['under GDPR', '&gdpr=1', {}],
      ['with a consent string', '&gdpr_consent=CPXxRfAPXxRfAAfKABENB', {}],
      ['of who opted out of sale', '&us_privacy=1YYN', {}],
      ['under a GPP section', '&gpp=DBAA&gpp_sid=7', {}],
      ['with Global Privacy Control', '', { 'sec-gpc': '1' }],
      ['with Do Not Track', '', { dnt: '1' }],
      ['with an opted-out cookie', '', { cookie: 'nc=optout' }],
    ])('sets and stores nothing %s', async (_, query, headers) => {
      const before = await server.cli('DBSIZE');
      const response = await sync(`generic?uid=gx-refused${query}`, headers);
      expect([response.status, response.headers.get('set-cookie')]).toEqual([204, null]);
      expect(await server.cli('DBSIZE')).toBe(before);
    });

    it('leaves nothing behind where the browser keeps no cookies', async () => {
      const before = await server.cli('DBSIZE');
      for (let i = 0; i < 20; i++) await sync('generic?uid=gx-cookieless');
      expect(await server.cli('DBSIZE')).toBe(before);
    });

    it('sets a cookie that only browsers read, on secure pages of others', async () => {
      const response = await sync('generic?uid=gx-4');
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('image/gif');
      expect(response.headers.get('set-cookie')).toMatch(
        /^nc=[\w-]{22}\.[\w-]{16}; Path=\/; Max-Age=15552000; Secure; HttpOnly; SameSite=None$/,
      );
      expect(response.headers.get('cache-control')).toContain('no-store');
    });

    it('knows no other exchanges than those of the files', async () => {
      for (const name of ['nobody', '__proto__', 'constructor', '..%2fgeneric']) {
        const response = await sync(`${name}?uid=gx-5`);
        expect([response.status, response.headers.get('set-cookie')]).toEqual([404, null]);
      }
      expect((await sync(`generic?uid=${'x'.repeat(257)}`)).status).toBe(400);
    });

    it("sends browsers nowhere but to the address in the exchange's file", async () => {
      const elsewhere = encodeURIComponent('https://evil.example/?${COOKIE_ID}');
      const query = `uid=rx-1&redirect=${elsewhere}&url=${elsewhere}&syncRedirect=${elsewhere}&next=//evil.example%0d%0aLocation:x`;
      const followed = await sync(`redirecting?${query}`);
      expect(followed.status).toBe(302);
      expect(followed.headers.get('location')).toBe(`${REDIRECT}${idOf(await cookieOf(followed))}`);
      expect((await sync(`generic?${query}`)).headers.get('location')).toBeNull();
      const odd = await sync('redirecting?uid=rx-1', { cookie: 'nc=//evil.example' });
      expect(odd.headers.get('location')).toMatch(
        /^https:\/\/match\.example\/set\?partner=narrowcast&id=[\w-]{22}$/,
      );
    });
  });

  it('loses nobody when a new key is put in front of the old one', async () => {
    const userKey = { kind: 'user', exchange: 'generic', id: 'gx-rotated' } as const;
    await opened.store.put({ kind: 'cookie', id: 'rotated' }, RUNNER);
    await opened.store.link('generic', 'gx-rotated', 'rotated');
    const bids = async (...keys: readonly SecretKey[]) => {
      const other = await startRecognisingBidder(server.url, { PROFILE_KEYS: keySetting(...keys) });
      try {
        await waitFor(async () => (await other.admin('/readyz')).status === 200, 'the bidder is ready');
        return [
          await bidOn(other.app.port, { id: 'gx-rotated' }),
          await bidOn(other.app.port, { buyeruid: 'rotated' }),
        ];
      } finally {
        await other.stop();
      }
    };
    const [older, newer] = [secretKey('one'), secretKey('two')];
    expect(await bids(newer, older)).toEqual([RUNNERS_CAMPAIGN, RUNNERS_CAMPAIGN]);
    await waitFor(
      async () => !(await isKnown(opened.store, userKey)),
      'everything is moved to the new names',
    );
    expect(await bids(newer)).toEqual([RUNNERS_CAMPAIGN, RUNNERS_CAMPAIGN]);
  });
});

async function isKnown(store: ProfileStore, key: ProfileKey): Promise<boolean> {
  return (await store.find([key]))[0]?.stored !== undefined;
}
