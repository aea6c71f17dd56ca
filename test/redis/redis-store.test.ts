import { frequencyRecord } from '../support/frequency.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ProfileChange } from '../../src/domain/ports.js';
import type { ProfileKey } from '../../src/domain/profile.js';
import {
  hasOpenssl,
  hasRedisServer,
  sparePort,
  startRedisCluster,
  startRedisServer,
  waitFor,
  type RedisServer,
} from '../support/redis-server.js';
import { startTcpProxy, type ProxyMode } from '../support/tcp-proxy.js';
import { openStore, secretKey, type OpenStore } from './open-store.js';
import { profileOf } from './profile-store.contract.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function open(url: string, options: Parameters<typeof openStore>[1] = {}): OpenStore {
  const opened = openStore(url, options);
  closing.push(() => opened.store.close());
  return opened;
}

async function serverOf(options: Parameters<typeof startRedisServer>[0] = {}): Promise<RedisServer> {
  const server = await startRedisServer(options);
  closing.push(() => server.stop());
  return server;
}

function cookie(id: string): ProfileKey {
  return { kind: 'cookie', id };
}

const KEY = cookie('c-1');
const USER: ProfileKey = { kind: 'user', exchange: 'generic', id: 'u-1' };
const HOUSEHOLD = { kind: 'ip', prefix: '4:c0000201/32' } as const;

async function purchasesOf({ store }: OpenStore, key: ProfileKey): Promise<number | undefined> {
  return (await store.find([key]))[0]?.stored?.profile?.value.frequency;
}

describe.skipIf(!hasRedisServer())('profiles in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    await server.cli('FLUSHALL');
  });

  async function ready(options: Parameters<typeof openStore>[1] = {}): Promise<OpenStore> {
    const opened = open(server.url, options);
    await opened.ready();
    return opened;
  }

  it('are asked for once, however many ask within one iteration', async () => {
    const opened = await ready();
    const before = opened.batches.length;
    await Promise.all(Array.from({ length: 300 }, (_, i) => opened.store.find([cookie(`c-${i % 10}`)])));
    expect(opened.batches.slice(before)).toEqual([20]);
    await opened.store.find(Array.from({ length: 500 }, (_, i) => cookie(`c-${i}`)));
    expect(opened.batches.slice(before)).toEqual([20, 512, 488]);
  });

  it('stand under pseudonyms, expire, and show nobody', async () => {
    const opened = await ready();
    const { store } = opened;
    await store.put(KEY, profileOf(1));
    await store.put({ kind: 'ip', prefix: HOUSEHOLD.prefix }, profileOf(2));
    for (const key of [KEY, USER, HOUSEHOLD]) store.record(store.logNames(key), frequencyRecord('shown', 1));
    await store.link('generic', 'u-1', 'c-1');
    await waitFor(() => opened.frequency.written === 3, 'what was shown is written');
    const names = (await server.cli('--raw', 'KEYS', 'nc:{*')).split('\n').sort();
    expect(names).toEqual([
      expect.stringMatching(/^nc:\{ip:[\w-]{22}\}:f$/),
      expect.stringMatching(/^nc:\{ip:[\w-]{22}\}:p$/),
      expect.stringMatching(/^nc:\{u:[\w-]{22}\}:f$/),
      expect.stringMatching(/^nc:\{u:[\w-]{22}\}:p$/),
      expect.stringMatching(/^nc:\{u:[\w-]{22}\}:x$/),
      expect.stringMatching(/^nc:\{x:generic:[\w-]{22}\}$/),
      expect.stringMatching(/^nc:\{x:generic:[\w-]{22}\}:f$/),
    ]);
    for (const name of names) expect(Number(await server.cli('PTTL', name))).toBeGreaterThan(3_000_000);
    expect(await server.cli('GET', names[5] as string)).not.toContain('c-1');
  });

  it('are strangers where the value is damaged or of another type, and that is counted', async () => {
    const opened = await ready();
    await opened.store.put(KEY, profileOf(1));
    await opened.store.put(cookie('c-2'), profileOf(2));
    const name = (await server.cli('--raw', 'KEYS', 'nc:{u*:p')).split('\n');
    await server.cli('SET', name[0] as string, 'garbage');
    await server.cli('DEL', name[1] as string);
    await server.cli('SADD', name[1] as string, 'member');
    expect(await purchasesOf(opened, KEY)).toBeUndefined();
    expect(await purchasesOf(opened, cookie('c-2'))).toBeUndefined();
    expect(opened.troubles).toEqual(['damaged']);
    await opened.store.put(KEY, profileOf(3));
    expect(await purchasesOf(opened, KEY)).toBe(3);
  });

  it('find no room where Redis is out of memory, and are still read', async () => {
    const opened = await ready();
    await opened.store.put(KEY, profileOf(1));
    await server.cli('CONFIG', 'SET', 'maxmemory', '1');
    expect(await opened.store.put(KEY, profileOf(2))).toBe('full');
    const refused = { code: 'refused', reply: 'OOM' };
    await expect(opened.store.link('generic', 'u-1', 'c-1')).rejects.toMatchObject(refused);
    expect(await purchasesOf(opened, KEY)).toBe(1);
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    expect(await opened.store.put(KEY, profileOf(3))).toBe('stored');
  });

  it('are not asked for when too many are on their way, which is counted', async () => {
    const opened = await ready();
    const finds = Array.from({ length: 11_000 }, (_, i) => opened.store.find([cookie(`c-${i}`)]));
    const settled = await Promise.allSettled(finds);
    const refused = settled.filter((find) => find.status === 'rejected');
    expect(refused).toHaveLength(1_000);
    expect(refused[0]?.reason).toMatchObject({ code: 'overloaded' });
    // What the store asks for by itself once a second may be among them.
    expect(new Set(opened.troubles)).toEqual(new Set(['refused']));
    expect(opened.troubles.length).toBeGreaterThanOrEqual(1_000);
    expect(await purchasesOf(opened, KEY)).toBeUndefined();
  });

  it('are linked to a cookie by so many user ids and no more, and were not all found again by an erasure', async () => {
    const { store } = await ready();
    const links = Array.from({ length: 70 }, (_, i) => store.link('generic', `u-${i}`, 'c-1'));
    const settled = await Promise.allSettled(links);
    const made = settled.filter(({ status }) => status === 'fulfilled').length;
    expect(made).toBeLessThanOrEqual(64);
    expect((await server.cli('--raw', 'KEYS', 'nc:{x*')).split('\n')).toHaveLength(made);
    expect(await store.erase(KEY)).toBe(made);
    expect(await server.cli('KEYS', 'nc:{x*')).toBe('');
  });

  it('were believed for as long as the cache does while nobody listened to changes', async () => {
    await server.cli('ACL', 'SETUSER', 'deaf', 'on', '>password', '~nc:*', 'resetchannels', '+@all');
    const opened = openStore(`redis://deaf:password@127.0.0.1:${server.port}`);
    const heard: ProfileChange[] = [];
    opened.store.onChange((change) => void heard.push(change));
    await opened.ready();
    await waitFor(() => heard.length >= 2, 'everything may have changed, each second');
    expect(new Set(heard)).toEqual(new Set(['everything']));
    expect(opened.reports).toEqual(['Redis does not let this user listen to nc:changes']);
    await server.cli('ACL', 'SETUSER', 'deaf', '&nc:changes');
    await waitFor(() => opened.reports.length === 2, 'it listens once it may');
    await opened.store.close();
    await server.cli('ACL', 'DELUSER', 'deaf');
  });

  it('change for another process within a second', async () => {
    const [writer, reader] = [await ready(), await ready()];
    const heard: string[] = [];
    reader.store.onChange((change) => void (change !== 'everything' && heard.push(...change)));
    const [found] = await reader.store.find([KEY]);
    await writer.store.put(KEY, profileOf(1));
    await waitFor(() => heard.length > 0, 'the change is heard');
    expect(heard).toEqual(found?.changeNames);
  });

  it('are all taken for changed when the data were thrown away', async () => {
    const opened = await ready();
    await waitFor(async () => (await server.cli('KEYS', 'nc:epoch*')) !== '', 'the epoch is set');
    await sleep(50);
    const heard: ProfileChange[] = [];
    opened.store.onChange((change) => void heard.push(change));
    await server.cli('FLUSHALL');
    await waitFor(() => heard.length > 0, 'the loss is noticed');
    expect(heard).toEqual(['everything']);
  });

  describe('while secrets rotate', () => {
    const [older, newer] = [secretKey('older'), secretKey('newer')];

    it('are found under the older name, moved to the newer one, and all there in the end', async () => {
      const before = await ready({ keyRing: [older] });
      await before.store.put(KEY, profileOf(1));
      await before.store.link('generic', 'u-1', 'c-1');
      const during = await ready({ keyRing: [newer, older] });
      const userKey: ProfileKey = { kind: 'user', exchange: 'generic', id: 'u-1' };
      expect((await during.store.find([userKey]))[0]?.stored?.linked?.profile?.value.frequency).toBe(1);
      const after = await ready({ keyRing: [newer] });
      await waitFor(async () => {
        const [found] = await after.store.find([userKey]);
        const linked = found?.stored?.linked;
        return linked?.profile?.value.frequency === 1;
      }, 'all records are moved');
      expect(await purchasesOf(before, KEY)).toBeUndefined();
      for (const name of (await server.cli('--raw', 'KEYS', 'nc:{*')).split('\n')) {
        expect(Number(await server.cli('PTTL', name))).toBeGreaterThan(3_000_000);
      }
      expect(await after.store.erase(KEY)).toBe(2);
    });

    it('are counted under either name, and written under the newer one', async () => {
      const before = await ready({ keyRing: [older] });
      before.store.record(before.store.logNames(KEY), frequencyRecord('shown', 1));
      const during = await ready({ keyRing: [newer, older] });
      const names = during.store.logNames(KEY);
      expect(names).not.toEqual(before.store.logNames(KEY));
      during.store.record(names, frequencyRecord('shown', 2));
      // A link made before the rotation still tells of its bid.
      during.store.record(before.store.logNames(KEY), frequencyRecord('shown', 3));
      await waitFor(async () => {
        const [found] = await during.store.find([KEY]);
        return found?.stored?.frequency?.length === 3;
      }, 'all three are found');
      expect(await during.store.erase(KEY)).toBe(2);
    });

    it('are erased under every name', async () => {
      const before = await ready({ keyRing: [older] });
      await before.store.put(KEY, profileOf(1));
      await before.store.link('generic', 'u-1', 'c-1');
      const during = await ready({ keyRing: [newer, older] });
      await during.store.put(KEY, profileOf(2));
      expect(await during.store.erase(KEY)).toBe(2);
      expect(await server.cli('KEYS', 'nc:{*}:[^e]')).toBe('');
    });

    it('were read in their older form by who has the new secret in front, after who has it behind wrote them', async () => {
      const behind = await ready({ keyRing: [older, newer] });
      const inFront = await ready({ keyRing: [newer, older] });
      await behind.store.put(KEY, profileOf(1));
      await waitFor(async () => {
        await purchasesOf(inFront, KEY);
        return (await server.cli('DBSIZE')) !== '0' && (await purchasesOf(behind, KEY)) === 1;
      }, 'the record is moved');
      await sleep(50);
      await behind.store.put(KEY, profileOf(2));
      expect(await purchasesOf(inFront, KEY)).toBe(2);
      expect(await purchasesOf(behind, KEY)).toBe(2);
    });

    it('are told to every process, whichever secret is in front there', async () => {
      const [one, other] = [
        await ready({ keyRing: [older, newer] }),
        await ready({ keyRing: [newer, older] }),
      ];
      const heard: string[] = [];
      one.store.onChange((change) => void (change !== 'everything' && heard.push(...change)));
      const [found] = await one.store.find([KEY]);
      await other.store.put(KEY, profileOf(1));
      await waitFor(() => heard.length > 0, 'the change is heard');
      expect(found?.changeNames.some((name) => heard.includes(name))).toBe(true);
    });
  });
});

describe.skipIf(!hasRedisServer())('fingerprints of keys in Redis', () => {
  async function readyAt(
    { url }: RedisServer,
    options: Parameters<typeof openStore>[1] = {},
  ): Promise<OpenStore> {
    const opened = open(url, options);
    await opened.ready();
    return opened;
  }

  it('take no process for theirs that has other keys, which is reported, and learn new keys beside a known one', async () => {
    const own = await serverOf();
    const first = await readyAt(own);
    expect(await first.store.keysProblem()).toBeUndefined();
    const stranger = await readyAt(own, { keyRing: [secretKey('two')] });
    const problem = expect.stringContaining('not those that the profiles in Redis are filed under') as string;
    expect(await stranger.store.keysProblem()).toEqual(problem);
    await waitFor(() => stranger.reports.length > 0, 'the stranger is told');
    expect(stranger.reports).toEqual([problem]);
    const rotating = await readyAt(own, { keyRing: [secretKey('two'), secretKey('one')] });
    expect(await rotating.store.keysProblem()).toBeUndefined();
    expect(await stranger.store.keysProblem()).toBeUndefined();
    await waitFor(() => stranger.reports.length > 1, 'the stranger is none any more');
    expect(first.reports).toEqual([]);
  });

  it('know the keys again of a process that runs, when the data were thrown away', async () => {
    const own = await serverOf();
    const first = await readyAt(own);
    await first.store.keysProblem();
    await own.cli('FLUSHALL');
    await waitFor(async () => (await own.cli('SCARD', 'nc:keys')) === '1', 'the fingerprint is back');
    expect(await (await readyAt(own, { keyRing: [secretKey('two')] })).store.keysProblem()).toBeDefined();
  });
});

describe.skipIf(!hasRedisServer())('a connection to Redis', () => {
  it('is made when Redis comes, told once, and made again when it comes back', async () => {
    const port = await sparePort();
    const opened = open(`redis://127.0.0.1:${port}`);
    await expect(opened.store.find([KEY])).rejects.toMatchObject({ code: 'not-connected' });
    await waitFor(() => opened.reports.length > 0, 'the trouble is reported');
    await sleep(500);
    const at = `Redis at 127.0.0.1:${port}`;
    expect(opened.reports).toEqual([`${at} refuses the connection`]);
    expect(opened.store.problem()).toBe('refuses the connection');
    const server = await serverOf({ port });
    await opened.ready();
    const changes: ProfileChange[] = [];
    await sleep(300);
    opened.store.onChange((change) => void changes.push(change));
    await server.stop();
    await waitFor(() => opened.store.problem() !== undefined, 'the end is noticed');
    await serverOf({ port });
    await opened.ready();
    await waitFor(() => changes.includes('everything'), 'everything may have changed');
    expect(opened.reports).toEqual([
      `${at} refuses the connection`,
      `${at} answers`,
      `${at} has closed the connection`,
      `${at} answers`,
    ]);
  });

  it('names what keeps it from being made, and no password', async () => {
    const server = await serverOf({ password: 'right' });
    const at = `Redis at 127.0.0.1:${server.port}`;
    const wrong = open(`redis://:wrong@127.0.0.1:${server.port}`);
    const none = open(`redis://127.0.0.1:${server.port}`);
    const right = open(server.url);
    await right.ready();
    await waitFor(() => wrong.reports.length > 0 && none.reports.length > 0, 'both are reported');
    expect(wrong.reports).toEqual([`${at} refuses the user or password`]);
    expect(none.reports).toEqual([`${at} wants a password`]);
    expect(right.reports).toEqual([]);
  });

  it.skipIf(!hasOpenssl())('speaks TLS to a server whose certificate it trusts', async () => {
    const server = await serverOf({ tls: true, password: 'secret' });
    const { certificateAuthority = '' } = server;
    const trusting = open(server.url, { certificateAuthority });
    const distrusting = open(server.url);
    await trusting.ready();
    expect(await trusting.store.put(KEY, profileOf(1))).toBe('stored');
    await waitFor(() => distrusting.reports.length > 0, 'the certificate is refused');
    expect(distrusting.reports[0]).toContain('certificate');
  });

  it.each<[string, ProxyMode]>([
    ['hangs', { kind: 'hang' }],
    ['is cut in the middle of a reply', { kind: 'cut', replyBytes: 3 }],
    ['brings garbage', { kind: 'garbage', bytes: randomBytes(100) }],
    ['brings a reply that never ends', { kind: 'garbage', bytes: Buffer.from('$999999999\r\nabc') }],
    ['brings a reply to something else', { kind: 'garbage', bytes: Buffer.from(':1\r\n') }],
    ['is refused', { kind: 'refuse' }],
  ])('that %s fails what waits and is made anew within two seconds of the end', async (_, mode) => {
    const server = await serverOf();
    const proxy = await startTcpProxy(server.port);
    closing.push(() => proxy.close());
    const opened = open(`redis://127.0.0.1:${proxy.port}`);
    await opened.ready();
    await opened.store.put(KEY, profileOf(1));
    const changes = new Set<ProfileChange>();
    opened.store.onChange((change) => void changes.add(change));
    await proxy.set(mode);
    const endMs = performance.now() + 2_500;
    while (performance.now() < endMs) {
      await expect(opened.store.find([KEY])).rejects.toMatchObject({ name: 'RedisStoreError' });
      await sleep(20);
    }
    await proxy.set({ kind: 'pass' });
    const startMs = performance.now();
    await waitFor(async () => (await purchasesOf(opened, KEY)) === 1, 'profiles are found again');
    const tookMs = performance.now() - startMs;
    console.log(`found again after ${Math.round(tookMs)} ms`);
    expect(tookMs).toBeLessThan(2_000);
    expect(opened.reports).toHaveLength(2);
    await waitFor(() => changes.has('everything'), 'everything may have changed meanwhile');
  });
});

describe.skipIf(!hasRedisServer())('a Redis Cluster', () => {
  it('is asked at the right node before, while and after a slot moves', async () => {
    const cluster = await startRedisCluster();
    closing.push(() => cluster.stop());
    const opened = open(cluster.url);
    await opened.ready();
    await opened.store.put(KEY, profileOf(1));
    const holds = await Promise.all(cluster.nodes.map((node) => node.cli('KEYS', 'nc:{u:*:p')));
    const name = holds.find((names) => names !== '') ?? '';
    const from = cluster.nodes[holds.indexOf(name)] as RedisServer;
    const to = cluster.nodes[(holds.indexOf(name) + 1) % 3] as RedisServer;
    const [fromId, toId] = await Promise.all([from.cli('CLUSTER', 'MYID'), to.cli('CLUSTER', 'MYID')]);
    const slot = await from.cli('CLUSTER', 'KEYSLOT', name);
    await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    expect(await purchasesOf(opened, KEY)).toBe(1);
    await from.cli('MIGRATE', '127.0.0.1', String(to.port), name, '0', '5000');
    expect(await purchasesOf(opened, KEY)).toBe(1);
    expect(await opened.store.put(KEY, profileOf(2))).toBe('stored');
    expect(await purchasesOf(opened, KEY)).toBe(2);
    for (const node of [to, from]) await node.cli('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    expect(await purchasesOf(opened, KEY)).toBe(2);
    expect(await opened.store.erase(KEY)).toBe(1);
    expect(opened.reports).toEqual([]);
  });

  it('is asked on where one node hangs', async () => {
    const cluster = await startRedisCluster();
    closing.push(() => cluster.stop());
    const opened = open(cluster.url);
    await opened.ready();
    const keys = Array.from({ length: 50 }, (_, i) => cookie(`c-${i}`));
    cluster.nodes[1]?.freeze();
    const asked = await Promise.allSettled(keys.map((key) => purchasesOf(opened, key)));
    const answered = asked.filter(({ status }) => status === 'fulfilled').length;
    expect(answered).toBeGreaterThan(0);
    expect(answered).toBeLessThan(50);
    cluster.nodes[1]?.thaw();
    await opened.ready();
  });

  it('goes on where one node is gone, and is whole again when its replica has taken over', async () => {
    const cluster = await startRedisCluster({ replicas: 1 });
    closing.push(() => cluster.stop());
    const opened = open(cluster.url);
    await opened.ready();
    const keys = Array.from({ length: 50 }, (_, i) => cookie(`c-${i}`));
    await Promise.all(keys.map((key, i) => opened.store.put(key, profileOf(i))));
    await cluster.nodes[0]?.stop();
    const ask = () => Promise.allSettled(keys.map((key) => purchasesOf(opened, key)));
    await waitFor(async () => (await ask()).some(({ status }) => status === 'rejected'), 'the loss shows');
    expect((await ask()).some(({ status }) => status === 'fulfilled')).toBe(true);
    await waitFor(
      async () => (await ask()).every(({ status }) => status === 'fulfilled'),
      'the replica took over',
    );
    expect(await opened.store.put(KEY, profileOf(1))).toBe('stored');
    const heard: ProfileChange[] = [];
    opened.store.onChange((change) => void heard.push(change));
    await waitFor(async () => {
      await opened.store.put(KEY, profileOf(2));
      return heard.length > 0;
    }, 'changes are heard again');
  });
});
