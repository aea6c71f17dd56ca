import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerAuthority } from '../../src/domain/ledger.js';
import { createRedisLedger, type RedisLedger } from '../../src/redis/ledger.js';
import { parseRedisUrl } from '../../src/redis/redis-url.js';
import {
  hasRedisServer,
  sparePort,
  startRedisCluster,
  startRedisServer,
  waitFor,
  type RedisServer,
} from '../support/redis-server.js';
import { FLIGHT_DAY, leaseRequest, openLedgerAt, settlementOf } from './open-ledger.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serverOf(options: Parameters<typeof startRedisServer>[0] = {}): Promise<RedisServer> {
  const server = await startRedisServer(options);
  closing.push(() => server.stop());
  return server;
}

async function open(url: string): Promise<RedisLedger> {
  const ledger = createRedisLedger({ target: parseRedisUrl(url, { allowInsecure: false }) });
  closing.push(() => ledger.close());
  await isUp(ledger);
  return ledger;
}

/** In a Cluster, all of it. */
async function isUp(ledger: LedgerAuthority): Promise<void> {
  await waitFor(async () => {
    for (let i = 0; i < 30; i++) await ledger.statement(`probe-${i}`, 0);
    return true;
  }, 'the ledger can be asked');
}

async function impressionsOf(ledger: LedgerAuthority, campaign = 'shoes'): Promise<number | undefined> {
  return (await ledger.statement(campaign, FLIGHT_DAY))?.total.impressions;
}

/** Tells again until it is told, as the process does. */
async function settleUntilBooked(ledger: LedgerAuthority, bidId: string): Promise<void> {
  await waitFor(async () => {
    await ledger.settle(settlementOf(bidId, 7));
    return true;
  }, `${bidId} is booked`);
}

describe.skipIf(!hasRedisServer())('accounts in Redis', () => {
  let server: RedisServer;
  let ledger: RedisLedger;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    await server.cli('FLUSHALL');
    ledger = await open(server.url);
  });

  /** Everything that is there, by name, as Redis would write it to a dump. */
  async function contents(): Promise<ReadonlyMap<string, string>> {
    const names = (await server.cli('--raw', 'KEYS', 'nc:*')).split('\n').filter((name) => name !== '');
    const dumps = await Promise.all(names.map((name) => server.cli('DUMP', name)));
    return new Map(names.map((name, i) => [name, dumps[i] as string]));
  }

  it('never grant more than there is, however many connections ask for the last cent at once', async () => {
    const ledgers = await Promise.all(Array.from({ length: 24 }, () => open(server.url)));
    const free = ledgers.map(() => 0);
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        ledgers.map(async (each, i) => {
          const keepMicros = free[i] as number;
          const request = { holder: `holder-${i}`, keepMicros, wantMicros: 1_000, leastMicros: 1 };
          free[i] = (await each.lease(leaseRequest(request))).freeMicros;
        }),
      );
      expect(free.reduce((sum, micros) => sum + micros, 0)).toBeLessThanOrEqual(10_000);
    }
    expect(free.reduce((sum, micros) => sum + micros, 0)).toBe(10_000);
  });

  it('book a bid once, whoever tells of it at once', async () => {
    const other = await open(server.url);
    const bids = Array.from({ length: 300 }, (_, i) => settlementOf(`h-${i.toString(36)}`, 7));
    const told = await Promise.all(
      bids.map((bid) => Promise.all([ledger.settle(bid), other.settle(bid), ledger.settle(bid)])),
    );
    expect(told.map((three) => three.toSorted())).toEqual(
      bids.map(() => ['booked', 'duplicate', 'duplicate']),
    );
    expect((await ledger.statement('shoes', FLIGHT_DAY))?.total).toEqual({ impressions: 300, micros: 2_100 });
  });

  it('count exactly up to the largest integer', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const request = leaseRequest({ totalMicros: most, wantMicros: most - 3, leastMicros: most - 3 });
    expect((await ledger.lease(request)).freeMicros).toBe(most - 3);
    await ledger.settle(settlementOf('h-1', most - 3));
    const reply = await ledger.lease({ ...request, wantMicros: 0 as never });
    expect(reply.account.spentTotalMicros).toBe(most - 3);
    await ledger.settle(settlementOf('h-2', 2));
    expect((await ledger.statement('shoes', FLIGHT_DAY))?.day.booked.micros).toBe(most - 1);
  });

  it('are never those of another campaign, whatever the ids hold', async () => {
    const ids = [
      'shoes}:x',
      'shoes',
      'shoes}',
      '{shoes',
      '%007b',
      '{',
      'a:b',
      'a',
      '',
      '\ud800',
      '\ufffd',
      '靴',
    ];
    for (const [i, campaign] of ids.entries()) {
      for (const lineItem of ids.slice(0, i + 1)) {
        await ledger.settle(
          settlementOf(`h-${lineItem.length}${ids.indexOf(lineItem)}`, 1, { campaign, lineItem }),
        );
      }
    }
    for (const [i, campaign] of ids.entries()) {
      const statement = await ledger.statement(campaign, FLIGHT_DAY);
      expect([...(statement?.lineItems.keys() ?? [])].toSorted()).toEqual(ids.slice(0, i + 1).toSorted());
    }
  });

  it('stay for good, their days for 400 days, and what is billed for as long as it can be told of', async () => {
    await ledger.lease(leaseRequest());
    await ledger.settle(settlementOf('h-1', 7));
    await ledger.settle(settlementOf('no id of ours', 7));
    const days = async (name: string) => Number(await server.cli('PTTL', name)) / 86_400_000;
    const start = 'nc:{c:shoes}';
    expect([...(await contents()).keys()].toSorted()).toEqual([
      `${start}:billed-other:${FLIGHT_DAY}`,
      `${start}:billed:h:0`,
      `${start}:budget`,
      `${start}:day:${FLIGHT_DAY}`,
      `${start}:ends`,
      `${start}:inbox:${FLIGHT_DAY}:h`,
      `${start}:leases`,
    ]);
    for (const name of ['budget', 'leases', 'ends']) expect(await days(`${start}:${name}`)).toBeLessThan(0);
    expect(await days(`${start}:day:${FLIGHT_DAY}`)).toBeGreaterThan(400);
    expect(await days(`${start}:billed:h:0`)).toBeGreaterThan(8);
    expect(await days(`${start}:billed-other:${FLIGHT_DAY}`)).toBeGreaterThan(8);
    expect(await days(`${start}:inbox:${FLIGHT_DAY}:h`)).toBeGreaterThan(0);
  });

  it('go on when Redis has forgotten the scripts', async () => {
    await ledger.settle(settlementOf('h-1', 7));
    await server.cli('SCRIPT', 'FLUSH');
    await server.cli('CONFIG', 'RESETSTAT');
    const bids = Array.from({ length: 500 }, (_, i) => settlementOf(`h-${i.toString(36)}`, 7));
    const told = await Promise.all(bids.map((bid) => ledger.settle(bid)));
    expect(told.filter((each) => each === 'duplicate')).toHaveLength(1);
    // All were told of it at once, and one brought the text.
    expect(await server.cli('INFO', 'commandstats')).toMatch(/cmdstat_eval:calls=1,/);
    expect(await impressionsOf(ledger)).toBe(500);
  });

  it('begin anew, by another name, when the data were thrown away', async () => {
    const before = await ledger.lease(leaseRequest());
    expect((await ledger.lease(leaseRequest())).account.epoch).toBe(before.account.epoch);
    await server.cli('FLUSHALL');
    expect(await ledger.statement('shoes', FLIGHT_DAY)).toBeUndefined();
    expect(await ledger.settle(settlementOf('h-1', 7))).toBe('booked');
    const after = await ledger.lease(leaseRequest({ keepMicros: 1_000 }));
    expect(after.account.epoch).not.toBe(before.account.epoch);
    expect(after.account).toMatchObject({ spentTotalMicros: 7, heldMicros: 1_000 });
  });

  it('forget who held what when only the account itself was thrown away', async () => {
    await ledger.lease(leaseRequest({ holder: 'other' }));
    await server.cli('DEL', 'nc:{c:shoes}:budget');
    expect((await ledger.lease(leaseRequest())).account.heldMicros).toBe(1_000);
    await server.cli('DEL', 'nc:{c:shoes}:budget');
    await ledger.settle(settlementOf('h-1', 7));
    expect(await ledger.lease(leaseRequest())).toMatchObject({ tidings: [], account: { heldMicros: 1_000 } });
  });

  it('take nothing when Redis is out of memory, and say so', async () => {
    await ledger.lease(leaseRequest());
    const before = await contents();
    await server.cli('CONFIG', 'SET', 'maxmemory', '1');
    const refused = { code: 'refused', reply: 'OOM' };
    await expect(ledger.settle(settlementOf('h-1', 7))).rejects.toMatchObject(refused);
    await expect(ledger.lease(leaseRequest({ heardCount: 1 }))).rejects.toMatchObject(refused);
    await expect(ledger.tell('shoes', FLIGHT_DAY, { bidId: 'h-2', kind: 'won' })).rejects.toMatchObject(
      refused,
    );
    expect(await impressionsOf(ledger)).toBe(0);
    expect(await contents()).toEqual(before);
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
    expect(await ledger.settle(settlementOf('h-1', 7))).toBe('booked');
  });

  describe.each(['budget', `day:${FLIGHT_DAY}`, 'leases', `inbox:${FLIGHT_DAY}:h`, 'billed:h:0', 'ends'])(
    'of which %s is damaged',
    (part) => {
      const name = `nc:{c:shoes}:${part}`;
      const damages: Record<string, string[][]> = {
        'another type': [
          ['DEL', name],
          ['SET', name, 'garbage'],
        ],
      };
      if (part === 'budget') {
        damages['no number'] = [['HSET', name, 'micros', '12x']];
        damages['no whole number'] = [['HSET', name, 'held', '1.5']];
        damages['infinity'] = [['HSET', name, 'micros', 'inf']];
      }
      if (part.startsWith('day')) damages['no number'] = [['HSET', name, 'micros', '']];
      if (part === 'leases') damages['no lease'] = [['HSET', name, `${FLIGHT_DAY} h`, '1 2 3']];
      if (part.startsWith('inbox')) damages['no tiding'] = [['LSET', name, '0', 'garbage']];

      it.each(Object.entries(damages))('(%s) book nothing or all, and say so', async (_, commands) => {
        await ledger.lease(leaseRequest({ leaseMs: 1, holdMs: 60_000 }));
        await ledger.lease(leaseRequest({ holder: 'other' }));
        await ledger.settle(settlementOf('h-1', 7));
        await sleep(5);
        for (const command of commands) await server.cli(...command);
        const asks = [
          () => ledger.settle(settlementOf('h-2', 7)),
          () => ledger.lease(leaseRequest({ heardCount: 1 })),
          () => ledger.tell('shoes', FLIGHT_DAY, { bidId: 'h-3', kind: 'lost' }),
        ];
        let refusals = 0;
        for (const ask of asks) {
          const unchanged = await contents();
          try {
            await ask();
          } catch (error) {
            refusals++;
            expect(error).toMatchObject({ code: 'refused' });
            expect(['WRONGTYPE', 'DAMAGED']).toContain((error as { reply: string }).reply);
            expect(await contents()).toEqual(unchanged);
          }
        }
        expect(refusals).toBeGreaterThan(0);
      });
    },
  );

  it('are asked within a second or not at all while Redis is paused, and are not booked twice by it', async () => {
    await ledger.settle(settlementOf('h-1', 7));
    await server.cli('CLIENT', 'PAUSE', '1500', 'ALL');
    const told = await Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => ledger.settle(settlementOf(`h-${i.toString(36)}`, 7))),
    );
    for (const each of told) {
      expect(each).toMatchObject({ status: 'rejected' });
      expect(['late', 'connection-lost']).toContain((each as { reason: { code: string } }).reason.code);
    }
    for (let i = 0; i < 200; i++) await settleUntilBooked(ledger, `h-${i.toString(36)}`);
    expect(await impressionsOf(ledger)).toBe(200);
  });

  it('take no more than can be outstanding', async () => {
    const told = await Promise.allSettled(
      Array.from({ length: 20_100 }, (_, i) =>
        ledger.tell('nobody', FLIGHT_DAY, { bidId: `h-${i}`, kind: 'won' }),
      ),
    );
    const codes = told.map((each) =>
      each.status === 'rejected' ? (each.reason as { code: string }).code : '',
    );
    // On a busy machine some of the others are late.
    expect(codes.filter((code) => code === 'overloaded')).toHaveLength(100);
  });
});

describe.skipIf(!hasRedisServer())('an account in a Redis that', () => {
  it('became a replica is not written to', async () => {
    const server = await serverOf();
    const ledger = await open(server.url);
    await ledger.settle(settlementOf('h-1', 7));
    await server.cli('REPLICAOF', '127.0.0.1', String(await sparePort()));
    await expect(ledger.settle(settlementOf('h-2', 7))).rejects.toMatchObject({
      code: 'refused',
      reply: 'READONLY',
    });
    await server.cli('REPLICAOF', 'NO', 'ONE');
    await settleUntilBooked(ledger, 'h-2');
    expect(await impressionsOf(ledger)).toBe(2);
  });

  it('cannot write its disk takes nothing until it can', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'narrowcast-disk-'));
    closing.push(() => rmSync(dir, { recursive: true, force: true }));
    const server = await serverOf({ args: ['--dir', dir, '--save', '3600 1'] });
    const ledger = await open(server.url);
    await ledger.settle(settlementOf('h-1', 7));
    // A folder that is called as the dump is to be called.
    mkdirSync(join(dir, 'dump.rdb', 'full'), { recursive: true });
    await server.cli('BGSAVE');
    await waitFor(
      async () => (await server.cli('INFO', 'persistence')).includes('last_bgsave_status:err'),
      'it failed',
    );
    const refused = { code: 'refused', reply: 'MISCONF' };
    await expect(ledger.settle(settlementOf('h-2', 7))).rejects.toMatchObject(refused);
    await expect(ledger.lease(leaseRequest())).rejects.toMatchObject(refused);
    expect(await impressionsOf(ledger)).toBe(1);
    rmSync(join(dir, 'dump.rdb'), { recursive: true });
    await server.cli('SAVE');
    expect(await ledger.settle(settlementOf('h-2', 7))).toBe('booked');
  });

  it.each([true, false])('is killed and comes back (append-only file: %s)', async (isKept) => {
    const dir = mkdtempSync(join(tmpdir(), 'narrowcast-append-'));
    closing.push(() => rmSync(dir, { recursive: true, force: true }));
    const kept = ['--dir', dir, '--appendonly', 'yes', '--appendfsync', 'always'];
    const options = { port: await sparePort(), args: isKept ? kept : [] };
    const server = await startRedisServer(options);
    const ledger = await open(server.url);
    let connections = 0;
    ledger.onConnected(() => connections++);
    const before = await ledger.lease(leaseRequest());
    await ledger.settle(settlementOf('h-1', 7));
    await server.stop();
    await waitFor(() => ledger.problem() !== undefined, 'it is missed');
    await expect(ledger.settle(settlementOf('h-2', 7))).rejects.toMatchObject({ code: 'not-connected' });
    await serverOf(options);
    await waitFor(() => connections === 1, 'the connection is announced');
    expect(ledger.problem()).toBeUndefined();
    expect(await ledger.settle(settlementOf('h-1', 7))).toBe(isKept ? 'duplicate' : 'booked');
    const after = await ledger.lease(leaseRequest({ keepMicros: 1_000 }));
    expect(after.account.epoch === before.account.epoch).toBe(isKept);
    expect(after.tidings).toHaveLength(isKept ? 1 : 0);
    expect(after.account).toMatchObject({ spentTotalMicros: 7, heldMicros: 1_000 });
  });
});

describe.skipIf(!hasRedisServer())('accounts in a Redis Cluster', () => {
  it('lie on every node, and move with their slot while they are asked for', async () => {
    const cluster = await startRedisCluster();
    closing.push(() => cluster.stop());
    const { ledger, close } = await openLedgerAt(cluster.url);
    closing.push(close);
    const campaigns = Array.from({ length: 40 }, (_, i) => `campaign-${i}`);
    await Promise.all(campaigns.map((campaign) => ledger.lease(leaseRequest({ campaign }))));
    await Promise.all(campaigns.map((campaign) => ledger.settle(settlementOf('h-1', 7, { campaign }))));
    const sizes = await Promise.all(cluster.nodes.map(async (node) => Number(await node.cli('DBSIZE'))));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(40 * 6);

    const [first] = cluster.nodes as [RedisServer];
    const slot = await first.cli('CLUSTER', 'KEYSLOT', 'nc:{c:campaign-1}:budget');
    const counts = await Promise.all(
      cluster.nodes.map((node) => node.cli('CLUSTER', 'COUNTKEYSINSLOT', slot)),
    );
    const from = cluster.nodes[counts.findIndex((count) => count !== '0')] as RedisServer;
    const to = cluster.nodes.find((node) => node !== from) as RedisServer;
    const [fromId, toId] = [await from.cli('CLUSTER', 'MYID'), await to.cli('CLUSTER', 'MYID')];

    const asking = { isOver: false, booked: 1, failed: 0 };
    const asker = (async () => {
      for (let count = 2; !asking.isOver || count < 20; count++) {
        const bid = settlementOf(`h-${count.toString(36)}`, 7, { campaign: 'campaign-1' });
        await waitFor(async () => (await ledger.settle(bid)) !== undefined, 'it is booked');
        asking.booked++;
      }
    })();
    await to.cli('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
    await from.cli('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    const names = await from.cli('--raw', 'CLUSTER', 'GETKEYSINSLOT', slot, '100');
    for (const name of names.split('\n'))
      await from.cli('MIGRATE', '127.0.0.1', String(to.port), name, '0', '5000');
    for (const node of [to, from]) await node.cli('CLUSTER', 'SETSLOT', slot, 'NODE', toId);
    asking.isOver = true;
    await asker;
    expect(await impressionsOf(ledger, 'campaign-1')).toBe(asking.booked);
    const { account } = await ledger.lease(leaseRequest({ campaign: 'campaign-1' }));
    expect(account.spentTotalMicros).toBe(7 * asking.booked);
    expect(await to.cli('CLUSTER', 'COUNTKEYSINSLOT', slot)).not.toBe('0');
  });

  it('are there when a replica has taken over, and that it has is announced', async () => {
    const cluster = await startRedisCluster({ replicas: 1 });
    closing.push(() => cluster.stop());
    const ledger = await open(cluster.url);
    let connections = 0;
    ledger.onConnected(() => connections++);
    const campaigns = Array.from({ length: 20 }, (_, i) => `campaign-${i}`);
    const settleAll = () =>
      Promise.all(campaigns.map((campaign) => ledger.settle(settlementOf('h-1', 7, { campaign }))));
    await settleAll();
    // Longer than any replica is behind.
    await sleep(200);
    await cluster.nodes[0]?.stop();
    await waitFor(() => connections > 0, 'the new master is announced');
    await waitFor(
      async () => (await settleAll()).every((told) => told === 'duplicate'),
      'all of it is there',
    );
  });
});
