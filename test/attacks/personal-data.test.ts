import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySetting, openStore, secretKey } from '../redis/open-store.js';
import { runCommand, startServing, type CommandEnd, type Environment } from '../support/program.js';
import {
  bidOn,
  requestOf,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import type { RunningBidder } from '../support/running-bidder.js';

/** What tells who somebody is, or where. None of it may be found in anything that is written. */
const SECRET = {
  cookie: 'CanaryCookie81f3aa',
  user: 'canary-user-5d2c77',
  ifa: 'ca4a0000-c0de-4bad-8bad-00000000f00d',
  extendedId: 'canary-extended-77e1',
  ip: '198.51.100.213',
  ipv6: '2001:db8:ca4a:bad::213',
  city: 'Canaryville',
  zip: 'CZ-90817',
  latitude: '48.8173645',
  keyword: 'canary-disease',
  userAgent: 'CanaryBrowser/81.3 (of one person alone)',
  page: 'https://news.example/canary-page-of-a-person',
} as const;
/** A visitor who stays, whose profile is in Redis and tells a place. */
const KEPT = { cookie: 'CanaryKept44b0c1', city: 'keptcanaryburg' } as const;

/** How they may look elsewhere: as bytes of an address, encoded, in another case. */
const ENCODED = [...Object.values(SECRET), KEPT.cookie].flatMap((text) => [
  text,
  Buffer.from(text).toString('hex'),
  Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1),
  encodeURIComponent(text),
]);
const SIGNS = new Set([...ENCODED, 'c63364d5', '20010db8ca4a0bad', '198.51.100.0', '2001:db8:ca4a']);

const LINES = [
  `{"id":{"cookie":"${SECRET.cookie}"},"geo":{"zip":"${'x'.repeat(200)}${SECRET.zip}"}}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"geo":{"city":["${SECRET.city}"]}}`,
  `{"id":{"cookie":"${SECRET.cookie}","name":"${SECRET.user}"}}`,
  `{"id":{"ip":"${SECRET.ip}/29"},"geo":{"city":"${SECRET.city}"}}`,
  `{"id":{"ip":"${SECRET.ip}.${SECRET.ip}"}}`,
  `{"id":{"ip":"${SECRET.ipv6}x"}}`,
  `{"id":{"${SECRET.user}":1}}`,
  `{"id":{"cookie":"${SECRET.cookie.repeat(40)}"}}`,
  `{"id":{"eid":{"source":"ids.example","id":["${SECRET.extendedId}"]}}}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"segments":{"runner":"${SECRET.user}"}}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"people":{"gender":"${SECRET.keyword}"}}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"updated":"${SECRET.user}"}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"${SECRET.keyword}":1}`,
  `{"id":{"cookie":"${SECRET.cookie}"},"people":{"age":"${SECRET.user}"}}`,
  `{"id":{"cookie":"${SECRET.cookie}"`,
  `"${SECRET.cookie}"`,
  `${SECRET.cookie} ${SECRET.ip} ${SECRET.city}`,
];
const GOOD_LINES = [
  `{"id":{"cookie":"${SECRET.cookie}"},"segments":{"runner":"2099-12-31"}}`,
  `{"id":{"cookie":"${KEPT.cookie}"},"segments":{"runner":"2099-12-31"},"geo":{"city":"${KEPT.city}"}}`,
  `{"id":{"exchange":"generic","user":"${SECRET.user}"},"segments":{"runner":"2099-12-31"}}`,
  `{"id":{"ifa":"${SECRET.ifa}"},"segments":{"runner":"2099-12-31"}}`,
  `{"id":{"eid":{"source":"ids.example","id":"${SECRET.extendedId}"}},"segments":{"runner":"2099-12-31"}}`,
  `{"id":{"ip":"${SECRET.ip}"},"segments":{"runner":"2099-12-31"}}`,
  `{"id":{"ip":"198.51.100.0/24"},"segments":{"runner":"2099-12-31"}}`,
];

/** Everything about one visitor that exchanges send. */
const USER = {
  id: SECRET.user,
  buyeruid: SECRET.cookie,
  keywords: SECRET.keyword,
  geo: { city: SECRET.city },
  eids: [{ source: 'ids.example', uids: [{ id: SECRET.extendedId }] }],
};
const DEVICE = {
  ua: SECRET.userAgent,
  ip: SECRET.ip,
  ipv6: SECRET.ipv6,
  ifa: SECRET.ifa,
  geo: { city: SECRET.city, zip: SECRET.zip, lat: Number(SECRET.latitude), lon: 2.3 },
};

/** Names each sign that stands in a text or in bytes. */
function signsIn(written: string | Buffer, where: string): string[] {
  const text = (typeof written === 'string' ? written : written.toString('latin1')).toLowerCase();
  return [...SIGNS].filter((sign) => text.includes(sign.toLowerCase())).map((sign) => `${sign} in ${where}`);
}

function signsInFolder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    const signs = signsIn(name, `the name of ${name}`);
    return statSync(path).isFile() ? [...signs, ...signsIn(readFileSync(path), name)] : signs;
  });
}

/**
 * Sends what exchanges and browsers send, good and bad, with all of the above in it.
 *
 * @returns how many links of a bid were followed
 */
async function visit(port: number): Promise<number> {
  const post = async (
    body: string | Uint8Array,
    exchange = 'generic',
    headers: Record<string, string> = {},
  ) => {
    const url = `http://127.0.0.1:${port}/openrtb2/${exchange}`;
    return (await fetch(url, { method: 'POST', body, headers })).text();
  };
  const good = requestOf({ ...USER }, { ...DEVICE });
  const bid = await post(good);
  await post(good.replace('https://news.example/today', SECRET.page));
  await post(good.slice(0, -20));
  await post(good.replace('"imp":[', `"imp":["${SECRET.user}",`));
  await post(good.replace(/"id":"request-1"/, `"id":{"${SECRET.user}":["${SECRET.ip}"]}`));
  await post(`${good}${SECRET.cookie}`);
  await post(good, SECRET.user);
  await post(good + ' '.repeat(300_000));
  await post(gzipSync(good).subarray(0, 100), 'generic', { 'content-encoding': 'gzip' });
  await post(good, `generic?user=${SECRET.user}`, {
    cookie: `nc=${SECRET.cookie}`,
    'x-forwarded-for': SECRET.ip,
  });
  const get = async (path: string, cookie = `nc=${SECRET.cookie}`): Promise<string> => {
    const headers = {
      cookie,
      'x-forwarded-for': SECRET.ip,
      'x-device-ip': SECRET.ip,
      'user-agent': SECRET.userAgent,
      'x-device-user-agent': SECRET.userAgent,
    };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers, redirect: 'manual' });
    await response.arrayBuffer();
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  await get(`/sync/generic?uid=${SECRET.user}&gdpr_consent=${SECRET.extendedId}`);
  const ownCookie = await get(`/sync/generic?uid=${SECRET.user}`);
  await get(`/sync/generic?uid=${SECRET.user}`, ownCookie);
  await get(`/sync/${SECRET.user}?uid=${SECRET.user}`);
  await get(`/sync/generic?uid=${SECRET.user.repeat(30)}`);
  const links = [...bid.matchAll(/\/(?:c|i|n\/bill)\/[\w.~-]+/g)].map(([link]) => link);
  for (const link of [...links, ...links]) await get(link);
  await get(`/n/win/${SECRET.user}?price=${SECRET.ip}`);
  await get(`/c/${SECRET.user}`);
  await get(`/${SECRET.user}`);
  return links.length;
}

const textOf = ({ stdout, stderr }: CommandEnd) => stdout + stderr;

async function adminText(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}

/** Attack 17. */
describe('who somebody is, or where, is found nowhere', () => {
  let configured: RunningBidder;
  let folder: string;
  let input: string;
  let server: RedisServer | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'narrowcast-written-'));
    input = mkdtempSync(join(tmpdir(), 'narrowcast-given-'));
    writeFileSync(join(input, 'lines.ndjson'), [...LINES, ...GOOD_LINES].join('\n'));
    server = hasRedisServer() ? await startRedisServer() : undefined;
    configured = await startRecognisingBidder(server?.url ?? '');
  });
  afterAll(async () => {
    await configured.stop();
    await server?.stop();
    rmSync(folder, { recursive: true });
    rmSync(input, { recursive: true });
  });

  function environmentOf(name: string, redisUrl: string): Environment {
    const dataDir = join(folder, name);
    mkdirSync(dataDir);
    return {
      REDIS_URL: redisUrl,
      PROFILE_KEYS: keySetting(secretKey('one')),
      CONFIG_DIR: join(configured.folder, 'config'),
      PROFILES: input,
      DATA_DIR: dataDir,
      LOG_LEVEL: 'debug',
    };
  }

  it('that a bidder with profiles in its memory writes', async () => {
    const bidder = await startServing(environmentOf('memory', ''));
    expect(await visit(bidder.port)).toBe(3);
    const metrics = await adminText(bidder.adminPort, '/metrics');
    await bidder.stop();
    expect(bidder.output()).toContain(`"rejected":${LINES.length}`);
    expect(metrics).toMatch(/narrowcast_profile_lookups_total\{result="found"\} [1-9]/);
    expect([
      ...signsIn(bidder.output(), 'the log'),
      ...signsIn(metrics, 'the metrics'),
      ...signsInFolder(folder),
    ]).toEqual([]);
  });

  describe.skipIf(!hasRedisServer())('that a bidder with profiles in Redis', () => {
    /** Makes Redis keep every command that it is sent, as a slow one. */
    const keepCommands = async (redis: RedisServer) => {
      await redis.cli('CONFIG', 'SET', 'slowlog-max-len', '100000');
      await redis.cli('CONFIG', 'SET', 'slowlog-log-slower-than', '0');
      await redis.cli('CONFIG', 'SET', 'rdbcompression', 'no');
    };

    /** Everything that it holds, names and values, to the byte. */
    const dumpOf = async (redis: RedisServer): Promise<Buffer> => {
      await redis.cli('SAVE');
      const [, dir = ''] = (await redis.cli('--raw', 'CONFIG', 'GET', 'dir')).split('\n');
      return readFileSync(join(dir, 'dump.rdb'));
    };

    it('writes or stores, in trouble and out of it', async () => {
      const redis = server as RedisServer;
      await keepCommands(redis);
      const environment = environmentOf('redis', redis.url);
      const loaded = await runCommand(environment, 'profiles', 'load', join(input, 'lines.ndjson'));
      expect(loaded).toMatchObject({ code: 1 });
      expect(signsInFolder(folder)).toEqual([]);
      const bidder = await startServing(environment);
      await waitFor(
        async () => (await bidOn(bidder.port, { buyeruid: SECRET.cookie })) === RUNNERS_CAMPAIGN,
        'the visitor is known',
      );
      expect(await visit(bidder.port)).toBe(3);
      await waitFor(async () => (await redis.cli('KEYS', 'nc:{x:*}')) !== '', 'the link is stored');

      const dump = await dumpOf(redis);
      // What is known of a visitor stands in Redis in the clear; who that is does not.
      expect(dump.includes(KEPT.city)).toBe(true);
      expect(signsIn(dump, 'Redis')).toEqual([]);

      await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
      const stopped = await runCommand(environment, 'profiles', 'load', join(input, 'lines.ndjson'));
      expect(stopped).toMatchObject({ code: 2 });
      await visit(bidder.port);
      await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
      await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
      await visit(bidder.port);
      const spoil = `for _, name in ipairs(redis.call('KEYS', 'nc:{[ux]*')) do redis.call('SET', name, 'spoilt') end`;
      await redis.cli('EVAL', spoil, '0');
      await visit(bidder.port);
      const metrics = await adminText(bidder.adminPort, '/metrics');
      const readiness = await adminText(bidder.adminPort, '/readyz');
      const erased = await runCommand(environment, 'profiles', 'delete', '--cookie', SECRET.cookie);
      await bidder.stop();

      const files = readdirSync(environment['DATA_DIR'] as string);
      expect(files).toEqual(expect.arrayContaining(['profiles-load.json', 'profiles-rejected.ndjson']));
      expect([
        ...signsIn(textOf(loaded) + textOf(stopped) + textOf(erased), 'what commands print'),
        ...signsIn(bidder.output(), 'the log'),
        ...signsIn(metrics, 'the metrics'),
        ...signsIn(readiness, 'the readiness'),
        ...signsInFolder(folder),
        ...signsIn(await redis.cli('--raw', 'SLOWLOG', 'GET', '-1'), 'commands to Redis'),
        ...signsIn(await redis.cli('--raw', 'CLIENT', 'LIST'), 'the names of connections'),
      ]).toEqual([]);
    });

    it('keeps of somebody who was erased', async () => {
      const redis = server as RedisServer;
      const { store, ...opened } = openStore(redis.url);
      await opened.ready();
      await redis.cli('FLUSHALL');
      await store.put({ kind: 'cookie', id: SECRET.cookie }, RUNNER);
      await store.link('generic', SECRET.user, SECRET.cookie);
      await store.erase({ kind: 'user', exchange: 'generic', id: SECRET.user });
      // For a minute a mark keeps links from being made to the cookie; it tells nothing else.
      expect(await redis.cli('KEYS', 'nc:{*')).toMatch(/^nc:\{u:[\w-]{22}\}:e$/);
      expect(Number(await redis.cli('PTTL', await redis.cli('KEYS', 'nc:{*')))).toBeLessThanOrEqual(60_000);
      await store.close();
    });
  });

  it('would be noticed', () => {
    const written = `${SECRET.city} ${Buffer.from(SECRET.cookie).toString('base64')} 198.51.100.0/24`;
    expect(signsIn(written, 'a text')).toHaveLength(3);
  });
});
