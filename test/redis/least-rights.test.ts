import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRedisServer, startRedisServer, waitFor, type RedisServer } from '../support/redis-server.js';
import { FLIGHT_DAY, leaseRequest, openLedgerAt, settlementOf } from './open-ledger.js';
import { LOG_RECORDS_MAX } from '../../src/domain/frequency-log.js';
import { frequencyRecord, SHOES } from '../support/frequency.js';
import { openStore } from './open-store.js';
import { profileOf } from './profile-store.contract.js';

/** The README's line is the line of the test. */
function aclLine(): string[] {
  return (/^ACL SETUSER .*$/m.exec(readFileSync('README.md', 'utf8'))?.[0] ?? '').split(' ');
}

describe.skipIf(!hasRedisServer())('a user with the rights that the README gives', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedisServer();
  });
  afterAll(() => server.stop());

  it('can do all that the store does, and nothing is denied', async () => {
    await server.cli(...aclLine());
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

  it('can do all that the ledger does, and nothing is denied', async () => {
    await server.cli(...aclLine());
    const { ledger, close } = await openLedgerAt(`redis://narrowcast:password@127.0.0.1:${server.port}`);
    await ledger.lease(leaseRequest({ openMicros: 500, leaseMs: 1, holdMs: 60_000 }));
    await ledger.lease(leaseRequest({ holder: 'gone', leaseMs: 0, holdMs: 0 }));
    expect(await ledger.settle(settlementOf('h-1', 100))).toBe('booked');
    expect(await ledger.settle(settlementOf('h-1', 100))).toBe('duplicate');
    expect(await ledger.settle(settlementOf('gone-x!', 100))).toBe('booked');
    await ledger.tell('shoes', FLIGHT_DAY, { bidId: 'h-2', kind: 'won' });
    await sleep(5);
    expect((await ledger.lease(leaseRequest({ holder: 'other' }))).account.heldMicros).toBe(2_400);
    expect((await ledger.lease(leaseRequest({ heardCount: 1 }))).tidings).toEqual([
      { bidId: 'h-2', kind: 'won' },
    ]);
    await ledger.lease(leaseRequest({ heardCount: 2, wantMicros: 0 }));
    expect((await ledger.statement('shoes', FLIGHT_DAY))?.total).toEqual({ impressions: 2, micros: 200 });
    close();
    expect(await server.cli('ACL', 'LOG')).toBe('');
  });

  // Redis 7 tells scripts beforehand; an older one would break off in the middle.
  it.each(['hset', 'sadd', 'pexpire', 'rpush', 'lpop', 'del', 'time', 'llen'])(
    'leaves nothing half-booked without %s',
    async (command) => {
      await server.cli('FLUSHDB');
      await server.cli(...aclLine());
      const { ledger, close } = await openLedgerAt(`redis://narrowcast:password@127.0.0.1:${server.port}`);
      const before = await ledger.lease(leaseRequest());
      await server.cli('ACL', 'SETUSER', 'narrowcast', `-${command}`);
      const names = await server.cli('KEYS', '*');
      await expect(ledger.settle(settlementOf('h-1', 100))).rejects.toMatchObject({ code: 'refused' });
      expect(await server.cli('KEYS', '*')).toBe(names);
      await server.cli('ACL', 'SETUSER', 'narrowcast', `+${command}`);
      expect(await ledger.settle(settlementOf('h-1', 100))).toBe('booked');
      const after = await ledger.lease(leaseRequest());
      expect(after.account).toEqual({ ...before.account, spentTotalMicros: 100, spentDayMicros: 100 });
      expect(after.tidings).toHaveLength(1);
      close();
    },
  );
});
