import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../redis/open-store.js';
import {
  hasRedisServer,
  startRedisCluster,
  startRedisServer,
  waitFor,
  type RedisServer,
} from '../support/redis-server.js';
import {
  bidOn,
  REQUEST_MS_MAX,
  RUNNER,
  RUNNERS_CAMPAIGN,
  startRecognisingBidder,
} from '../support/recognising-bidder.js';
import type { RunningBidder } from '../support/running-bidder.js';
import { startTcpProxy, type ProxyMode, type TcpProxy } from '../support/tcp-proxy.js';
import {
  figuresTable,
  KNOWN_VISITORS,
  knownVisitor,
  runFault,
  warmUp,
  type Fault,
  type FaultFigures,
  cookiesOf,
} from './fault-run.js';

/**
 * Client, bidder, proxy and test share one process, and that process shares two cores with whatever else runs. Time for
 * which it was not let run is deducted, since no bidder can answer then; what is allowed on top is for the client's own
 * work and for starting redis-cli, which both hold up the event loop that the bidder runs on.
 */
const NOISE_MS = 60;
const RECOVERY_MS_MAX = 2_000;
/**
 * A machine that keeps standing still for longer than a request may take makes lookups late as a fault does. So a fault
 * gets two more chances; what a bidder does wrong it does every time. The table shows every attempt.
 */
const AGAIN = { retry: 2 };
/** Where the machine stands still, lookups are late without any fault of Redis. */
const MOSTLY = 0.6;
const PAUSE_MS = 2_000;
/** Ten milliseconds a key, with replies in between. */
const LOAD_SLOWLY = '--key-load-delay 10000 --loading-process-events-interval-bytes 1024'.split(' ');
/** A replica that comes is served at once instead of after five seconds. */
const SERVE_REPLICAS_AT_ONCE = ['--repl-diskless-sync-delay', '0'];
/** The shortest that can be set: whoever is known is asked for again and again. */
// Waiting requests are shed as they are by default.
const ENVIRONMENT = { PROFILE_CACHE_TTL_MS: '100', DELAY_MS_MAX: '100' };

const figures: FaultFigures[] = [];

/** What a fault leaves of the profiles: all of them, some, or none for as long as it lasts. */
type Left = 'all' | 'some' | 'none';

async function hold(bidder: RunningBidder, fault: Fault, left: Left): Promise<FaultFigures> {
  const found = await runFault(bidder, fault);
  figures.push(found);
  expect(found.answered, 'every request is answered with 200 or 204').toBe(found.requests);
  expect(found.slowestOwnMs, 'in time').toBeLessThan(REQUEST_MS_MAX + NOISE_MS);
  expect(found.withProfile.before, 'profiles before').toBeGreaterThan(MOSTLY);
  expect(found.recoveryMs, 'back by itself').toBeLessThan(RECOVERY_MS_MAX);
  expect(found.withProfile.after, 'profiles after').toBeGreaterThan(MOSTLY);
  expect(found.breaker.after).toBe('closed');
  const [min, max] = { all: [MOSTLY, 1], some: [0.1, 0.9], none: [0, 0.5] }[left];
  expect(found.withProfile.during, 'profiles during').toBeGreaterThanOrEqual(min as number);
  expect(found.withProfile.during, 'profiles during').toBeLessThanOrEqual(max as number);
  return found;
}

async function putKnownVisitors(url: string): Promise<void> {
  const opened = openStore(url);
  await opened.ready();
  await Promise.all(
    Array.from({ length: KNOWN_VISITORS }, (_, i) =>
      opened.store.put({ kind: 'cookie', id: knownVisitor(i) }, RUNNER),
    ),
  );
  await opened.store.close();
}

async function waitForProfiles(bidder: RunningBidder): Promise<void> {
  const isKnown = async (i: number) =>
    (await bidOn(bidder.app.port, { buyeruid: knownVisitor(i) })) === RUNNERS_CAMPAIGN;
  await waitFor(
    async () => (await Promise.all(Array.from({ length: 20 }, (_, i) => isKnown(i)))).every(Boolean),
    'profiles are used',
  );
}

afterAll(() => {
  if (figures.length > 0) console.log(`\n${figuresTable(figures)}\n`);
});

describe.skipIf(!hasRedisServer())('every request of a load is answered in time while', AGAIN, () => {
  let server: RedisServer;
  let proxy: TcpProxy;
  let bidder: RunningBidder;
  beforeAll(async () => {
    server = await startRedisServer({ args: SERVE_REPLICAS_AT_ONCE });
    proxy = await startTcpProxy(server.port);
    await putKnownVisitors(server.url);
    bidder = await startRecognisingBidder(`redis://127.0.0.1:${proxy.port}`, ENVIRONMENT);
    await waitForProfiles(bidder);
    await warmUp(bidder);
  });
  afterAll(async () => {
    await bidder.stop();
    await proxy.close();
    await server.stop();
  });

  function proxyFault(name: string, mode: ProxyMode): Fault {
    return {
      name,
      async begin() {
        await proxy.set(mode);
        return () => proxy.set({ kind: 'pass' });
      },
    };
  }

  it.each<[string, ProxyMode]>([
    ['it hangs', { kind: 'hang' }],
    ['replies come 300 ms later', { kind: 'delay', ms: 300 }],
    ['cut in the middle of a reply', { kind: 'cut', replyBytes: 3 }],
    ['garbage instead of replies', { kind: 'garbage', bytes: randomBytes(100) }],
    ['connections are refused', { kind: 'refuse' }],
  ])('%s', async (name, mode) => {
    await hold(bidder, proxyFault(name, mode), 'none');
  });

  it('connections are accepted slowly', async () => {
    const name = 'slow accept, 1500 ms';
    const fault: Fault = {
      name,
      async begin() {
        await proxy.set({ kind: 'slow-accept', ms: 1_500 });
        proxy.breakAll();
        return () => proxy.set({ kind: 'pass' });
      },
    };
    await hold(bidder, fault, 'none');
  });

  it('it pauses its clients', async () => {
    const fault: Fault = {
      name: 'CLIENT PAUSE',
      async begin() {
        const endMs = performance.now() + PAUSE_MS;
        await server.cli('CLIENT', 'PAUSE', String(PAUSE_MS), 'ALL');
        return () => sleep(endMs - performance.now());
      },
    };
    await hold(bidder, fault, 'none');
  });

  it('it stands still', async () => {
    const fault: Fault = {
      name: 'process stopped',
      begin() {
        server.freeze();
        return Promise.resolve(() => Promise.resolve(server.thaw()));
      },
    };
    await hold(bidder, fault, 'none');
  });

  it('it has no memory left for what is written', async () => {
    const fault: Fault = {
      name: 'out of memory',
      async begin() {
        await server.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
        await server.cli('CONFIG', 'SET', 'maxmemory', '1mb');
        return async () => void (await server.cli('CONFIG', 'SET', 'maxmemory', '0'));
      },
    };
    const { linksLost } = await hold(bidder, fault, 'all');
    expect(linksLost, 'counted').toBeGreaterThan(0);
  });

  it.each([
    ['wrong type under keys', "redis.call('DEL', name) redis.call('SADD', name, 'member')"],
    ['corrupt profiles', "redis.call('SETRANGE', name, 1, 'rubbish')"],
  ])('%s of half of the visitors', async (name, spoil) => {
    const fault: Fault = {
      name,
      async begin() {
        const half = `for i, name in ipairs(redis.call('KEYS', 'nc:{u:*:p')) do if i % 2 == 0 then ${spoil} end end`;
        await server.cli('EVAL', half, '0');
        return () => putKnownVisitors(server.url);
      },
    };
    await hold(bidder, fault, 'some');
  });

  it('its data are thrown away, and loaded again', async () => {
    const fault: Fault = {
      name: 'FLUSHALL',
      async begin() {
        await server.cli('FLUSHALL');
        return () => putKnownVisitors(server.url);
      },
    };
    await hold(bidder, fault, 'none');
  });

  it('it crashes, comes back, and has to load its data first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'narrowcast-dump-'));
    const fault: Fault = {
      name: 'crash, then LOADING',
      async begin() {
        await server.cli('SAVE');
        const [, from = ''] = (await server.cli('--raw', 'CONFIG', 'GET', 'dir')).split('\n');
        cpSync(join(from, 'dump.rdb'), join(folder, 'dump.rdb'));
        await server.stop();
        const starting = startRedisServer({
          port: server.port,
          args: ['--dir', folder, ...LOAD_SLOWLY, ...SERVE_REPLICAS_AT_ONCE],
        });
        return async () => void (server = await starting);
      },
    };
    await hold(bidder, fault, 'none');
    rmSync(folder, { recursive: true });
  });

  it('it becomes a replica that takes no writes, and its name moves to the new master', async () => {
    const heir = await startRedisServer({ args: ['--replicaof', '127.0.0.1', String(server.port)] });
    await waitFor(async () => (await heir.cli('ROLE')).includes('connected'), 'the replica has everything');
    let endMs = 0;
    const fault: Fault = {
      name: 'READONLY replica',
      async begin() {
        await heir.cli('REPLICAOF', 'NO', 'ONE');
        await server.cli('REPLICAOF', '127.0.0.1', String(heir.port));
        return () => {
          proxy.retarget(heir.port);
          endMs = performance.now();
          return Promise.resolve();
        };
      },
    };
    try {
      const { linksLost } = await hold(bidder, fault, 'all');
      expect(linksLost, 'counted').toBeGreaterThan(0);
      // Connections stay with the old master until a write shows what it has become.
      const links = async () => (await heir.cli('KEYS', 'nc:{x:*')).split('\n').length;
      const before = await links();
      const cookies = cookiesOf(bidder);
      await waitFor(async () => {
        const cookie = cookies.setId(cookies.newId()).split(';')[0] ?? '';
        const url = `http://127.0.0.1:${bidder.app.port}/sync/generic?uid=${Math.random()}`;
        await fetch(url, { headers: { cookie } });
        return (await links()) > before;
      }, 'links are taken again');
      expect(performance.now() - endMs, 'writes are taken again').toBeLessThan(RECOVERY_MS_MAX);
    } finally {
      await server.cli('REPLICAOF', 'NO', 'ONE');
      proxy.retarget(server.port);
      await heir.stop();
    }
  });
});

describe.skipIf(!hasRedisServer())('every request of a load on a Cluster is answered in time', AGAIN, () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  it('while a node is gone and its replica takes over', async () => {
    const cluster = await startRedisCluster({ replicas: 1 });
    closing.push(() => cluster.stop());
    await putKnownVisitors(cluster.url);
    const bidder = await startRecognisingBidder(cluster.url, ENVIRONMENT);
    closing.push(() => bidder.stop());
    await waitForProfiles(bidder);
    await warmUp(bidder);
    const [lost, ...others] = cluster.nodes as [RedisServer, ...RedisServer[]];
    const id = await lost.cli('CLUSTER', 'MYID');
    const isWhole = async (node: RedisServer) => {
      const nodes = (await node.cli('CLUSTER', 'NODES')).split('\n');
      const masters = nodes.filter((line) => line.includes('master') && !line.includes('fail'));
      return masters.length === 3 && !masters.some((line) => line.startsWith(id));
    };
    const fault: Fault = {
      name: 'cluster failover',
      async begin() {
        await lost.stop();
        // Ends when every node that is left knows the new master.
        return () =>
          waitFor(
            async () => (await Promise.all(others.map(isWhole))).every(Boolean),
            'the replica took over',
          );
      },
    };
    await hold(bidder, fault, 'none');
  });
});
