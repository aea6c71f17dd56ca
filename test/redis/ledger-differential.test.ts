import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeaseReply, LedgerAuthority, Tiding } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { integerBetween, pick, seededRandom } from '../../src/lib/prng.js';
import { hasRedisServer, startRedisServer, type RedisServer } from '../support/redis-server.js';
import {
  FLIGHT_DAY,
  leaseRequest,
  NOON_MS,
  openLedgerAt,
  settlementOf,
  type OpenLedger,
} from './open-ledger.js';

const CAMPAIGNS = ['shoes', 'a}b{c:d', '靴 %'];
const HOLDERS = ['aaaaaaaa', 'bbbbbbbb', 'c:{}%-x', ''];
const LINE_ITEMS = ['runners', 'läufer:{1}', '%0041'];
const DAYS = [FLIGHT_DAY, FLIGHT_DAY + 1];
const STEPS = 4_000;
const AT_ONCE = 100;

type Step = (authority: LedgerAuthority) => Promise<unknown>;

/**
 * What may be asked next, whatever the answers are: the same sentence is said to both.
 *
 * @param tickMs all times are multiples of it: a long one makes leases end at the very moment of a question
 */
function anyStep(random: () => number, tickMs: number): Step {
  const campaign = pick(random, CAMPAIGNS);
  const holder = pick(random, HOLDERS);
  const flightDay = pick(random, DAYS);
  const kind = random();
  // Few counts, so that duplicates are usual; some beyond a stretch, some that are no count.
  const tail = pick(random, ['', '', '', '!']);
  const count = integerBetween(random, 0, 60) * (random() < 0.3 ? 4_096 : 1);
  const bidId = `${holder}-${count.toString(36)}${tail}`;
  if (kind < 0.4) {
    const request = leaseRequest({
      campaign,
      holder,
      flightDay,
      totalMicros: pick(random, [0, 5_000, 60_000, 9_007_199_254_740_991]),
      dailyMicros: pick(random, [undefined, 0, 3_000, 40_000]),
      openMicros: integerBetween(random, 0, 3_000),
      keepMicros: pick(random, [0, 0, integerBetween(random, 0, 2_000)]),
      wantMicros: integerBetween(random, 0, 8_000),
      leastMicros: integerBetween(random, 0, 500),
      reservedMicros: integerBetween(random, 0, 50_000),
      heardCount: integerBetween(random, 0, 40),
      leaseMs: tickMs * integerBetween(random, 0, 20_000 / tickMs),
      holdMs: tickMs * integerBetween(random, 0, 40_000 / tickMs),
    });
    return (authority) => authority.lease(request);
  }
  if (kind < 0.8) {
    const reservedMicros = integerBetween(random, 0, 2_000) as Micros;
    const chargeMicros = integerBetween(random, 0, reservedMicros) as Micros;
    const settlement = settlementOf(bidId, chargeMicros, {
      campaign,
      flightDay,
      reservedMicros,
      lineItem: pick(random, LINE_ITEMS),
      // One bid has one time, and whether it is a duplicate depends on it where the id is none of ours.
      bidAtMs: NOON_MS + count * 60_000,
    });
    return (authority) => authority.settle(settlement);
  }
  if (kind < 0.95) {
    const tiding: Tiding = { bidId, kind: pick(random, ['won', 'lost'] as const) };
    return (authority) => authority.tell(campaign, flightDay, tiding);
  }
  return (authority) => authority.statement(campaign, flightDay);
}

/** What an account is called is chance. */
function withoutEpoch(reply: unknown): unknown {
  if (typeof reply !== 'object' || reply === null || !('account' in reply)) return reply;
  const { account, ...rest } = reply as LeaseReply;
  return { ...rest, account: { ...account, epoch: '' } };
}

describe.skipIf(!hasRedisServer())('the ledger in Redis', () => {
  let server: RedisServer;
  let opened: OpenLedger;
  let nowMs = NOON_MS;
  beforeAll(async () => {
    server = await startRedisServer();
    opened = await openLedgerAt(server.url, () => nowMs);
    // Scripts that are not known yet are sent a second time, and overtaken by what is asked meanwhile.
    await opened.ledger.lease(leaseRequest({ campaign: 'probe' }));
    await opened.ledger.settle(settlementOf('h-1', 1, { campaign: 'probe' }));
    await opened.ledger.tell('probe', FLIGHT_DAY, { bidId: 'h-1', kind: 'won' });
  });
  afterAll(async () => {
    opened.close();
    await server.stop();
  });

  it.each([1, 2, 3, 4])('says what the ledger in memory says, seed %i', async (seed) => {
    await server.cli('FLUSHDB');
    const random = seededRandom(seed);
    const tickMs = seed % 2 === 0 ? 1_000 : 1;
    const memory = new MemoryAuthority({ nowMs: () => nowMs });
    for (let step = 0; step < STEPS; step += AT_ONCE) {
      const [expected, found]: [Promise<unknown>[], Promise<unknown>[]] = [[], []];
      for (let i = 0; i < AT_ONCE; i++) {
        if (random() < 0.3)
          nowMs += tickMs * integerBetween(random, 1, pick(random, [1_000, 5_000, 30_000]) / tickMs);
        const ask = anyStep(random, tickMs);
        expected.push(ask(memory));
        found.push(ask(opened.ledger));
      }
      const [ofMemory, ofRedis] = await Promise.all([Promise.all(expected), Promise.all(found)]);
      expect(ofRedis.map(withoutEpoch)).toEqual(ofMemory.map(withoutEpoch));
    }
  });

  it('forgets the oldest tidings of a holder that does not come, and knows what it forgot', async () => {
    const memory = new MemoryAuthority({ nowMs: () => nowMs });
    const both = [memory, opened.ledger];
    const request = leaseRequest({ campaign: 'silent', openMicros: 5_000 });
    for (const authority of both) {
      await authority.lease(request);
      for (let start = 0; start < 100_010; start += 5_000) {
        const tidings = Array.from({ length: Math.min(5_000, 100_010 - start) }, (_, i) => start + i);
        await Promise.all(
          tidings.map((count) =>
            count % 1_000 === 3
              ? authority.settle(settlementOf(`h-${count.toString(36)}`, 1, { campaign: 'silent' }))
              : authority.tell('silent', FLIGHT_DAY, { bidId: `h-${count.toString(36)}`, kind: 'lost' }),
          ),
        );
      }
    }
    nowMs += 10_001;
    const other = { ...request, holder: 'other' };
    expect(withoutEpoch(await opened.ledger.lease(other))).toEqual(withoutEpoch(await memory.lease(other)));
    // The oldest of a dead lease goes, which holds more by it.
    for (const authority of both)
      await authority.tell('silent', FLIGHT_DAY, { bidId: 'h-zzzz', kind: 'won' });
    expect(withoutEpoch(await opened.ledger.lease(other))).toEqual(withoutEpoch(await memory.lease(other)));
    const later = { ...request, heardCount: 7 };
    const found = await opened.ledger.lease(later);
    expect(found.tidings).toHaveLength(100_000);
    expect(withoutEpoch(found)).toEqual(withoutEpoch(await memory.lease(later)));
  }, 60_000);
});
