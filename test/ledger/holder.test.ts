import { describe, expect, it, vi } from 'vitest';
import type { CampaignId } from '../../src/domain/ids.js';
import type { LeaseReply, LeaseRequest, LedgerAuthority } from '../../src/domain/ledger.js';
import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { ManualClock, systemTimers, type Timers } from '../../src/lib/clock.js';
import {
  campaignWith,
  DAY,
  HOLD_MS,
  holderWith,
  PRICE_MICROS,
  reservationOf,
  settled,
  settlementOf,
  type HolderUnderTest,
} from './ledger-samples.js';

const START_MS = 1_728_000_000_000;
/** Until an answer can no longer be on its way. */
const HELD_MS = HOLD_MS + 3_000;
const PLENTY = campaignWith({ total: 1_000_000_000 });

function setUp() {
  const clock = new ManualClock(START_MS);
  const authority = new MemoryAuthority(clock);
  /** Everybody ticks, and answers arrive. */
  const passMs = async (ms: number, ...all: HolderUnderTest[]): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) {
      clock.advance(100);
      for (const { money } of all) money.tick();
      await settled();
    }
  };
  return { clock, authority, passMs };
}

/** Its methods as functions, so that one of them can be another. */
function ledgerOf(authority: LedgerAuthority): LedgerAuthority {
  return {
    lease: (request) => authority.lease(request),
    settle: (settlement) => authority.settle(settlement),
    tell: (...told) => authority.tell(...told),
    statement: (...wanted) => authority.statement(...wanted),
  };
}

/** An authority that answers nothing until it is told to. */
class Hanging implements LedgerAuthority {
  readonly #authority: LedgerAuthority;
  readonly #held: (() => void)[] = [];
  hangs = false;

  constructor(authority: LedgerAuthority) {
    this.#authority = authority;
  }

  letGo(): void {
    for (const go of this.#held.splice(0)) go();
  }
  lease: LedgerAuthority['lease'] = (request) => this.#later(() => this.#authority.lease(request));
  settle: LedgerAuthority['settle'] = (settlement) => this.#later(() => this.#authority.settle(settlement));
  tell: LedgerAuthority['tell'] = (...told) => this.#later(() => this.#authority.tell(...told));
  statement: LedgerAuthority['statement'] = (...asked) => this.#authority.statement(...asked);

  #later<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    const answer = act();
    if (!this.hangs) return answer;
    return new Promise((resolve) => this.#held.push(() => resolve(answer)));
  }
}

describe('reserving', () => {
  it('finds nothing at first, and money after the next tick', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(0);
    expect(one.money.reserve(reservationOf(one.newBid()))).toBe(false);
    await passMs(100, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThanOrEqual(20 * PRICE_MICROS);
    expect(one.money.reserve(reservationOf(one.newBid()))).toBe(true);
    expect(one.money.openBids).toBe(1);
    expect(one.metrics.counts.get('refused')).toBe(1);
  });

  it('asks at once when a burst of bids has used more than half of what there is, instead of refusing until the next tick', async () => {
    vi.useFakeTimers();
    const { authority, clock } = setUp();
    const one = holderWith(authority, clock, { timers: systemTimers });
    try {
      one.money.availableMicros(PLENTY, DAY);
      await vi.advanceTimersByTimeAsync(100);
      for (let burst = 0; burst < 10; burst++) {
        for (let i = 0; i < 11; i++) expect(one.money.reserve(reservationOf(one.newBid()))).toBe(true);
        await vi.advanceTimersByTimeAsync(5);
        expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThanOrEqual(20 * PRICE_MICROS);
      }
    } finally {
      one.money.close();
      vi.useRealTimers();
    }
  });

  it('gives back what was not sent, to the micro', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    const before = one.money.availableMicros(PLENTY, DAY);
    const reservation = reservationOf(one.newBid());
    one.money.reserve(reservation);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(before - PRICE_MICROS);
    one.money.release(reservation);
    one.money.release(reservation);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(before);
  });

  it('reserves nothing from a lease whose time is over', async () => {
    const { authority, clock, passMs } = setUp();
    const hanging = new Hanging(authority);
    const one = holderWith(hanging, clock);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    hanging.hangs = true;
    await passMs(2_900, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
    await passMs(100, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(0);
    expect(one.money.reserve(reservationOf(one.newBid()))).toBe(false);
  });

  it('counts what is reserved while a request is on its way against what the answer grants', async () => {
    const { authority, clock, passMs } = setUp();
    const hanging = new Hanging(authority);
    const one = holderWith(hanging, clock);
    const small = campaignWith({ total: 40 * PRICE_MICROS });
    one.money.availableMicros(small, DAY);
    await passMs(100, one);
    hanging.hangs = true;
    await passMs(1_000, one);
    while (one.money.reserve(reservationOf(one.newBid())));
    hanging.hangs = false;
    hanging.letGo();
    await settled();
    const { ownFreeMicros = NaN, ownOpenMicros = NaN } = one.money.figures('shoes') ?? {};
    expect(ownFreeMicros + ownOpenMicros).toBeLessThanOrEqual(40 * PRICE_MICROS);
    await passMs(2_000, one);
    expect(one.money.figures('shoes')).toMatchObject({ openMicros: one.money.openBids * PRICE_MICROS });
  });

  it('wants more when it ran dry, until it can bid as often as it is asked', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    let reserved = 0;
    for (let tick = 0; tick < 50; tick++) {
      one.money.availableMicros(PLENTY, DAY);
      reserved = 0;
      for (let i = 0; i < 200; i++) if (one.money.reserve(reservationOf(one.newBid()))) reserved += 1;
      await passMs(100, one);
    }
    expect(reserved).toBe(200);
  });

  it('asks for all campaigns in a tenth of a second, some at a time', () => {
    const { authority, clock } = setUp();
    const asked: string[] = [];
    const lease = (request: LeaseRequest): Promise<LeaseReply> => {
      asked.push(request.campaign);
      return authority.lease(request);
    };
    let runPart: () => void = () => undefined;
    const timers: Timers = {
      every: (periodMs, run) => {
        expect(periodMs).toBe(10);
        runPart = run;
        return () => undefined;
      },
      after: () => undefined,
    };
    const { money } = holderWith({ ...ledgerOf(authority), lease }, clock, { timers });
    const ids = Array.from({ length: 95 }, (_, i) => `campaign-${i}`);
    for (const id of ids) money.availableMicros({ ...PLENTY, id: id as CampaignId }, DAY);
    for (let part = 0; part < 10; part++) {
      const before = asked.length;
      runPart();
      expect(asked.length - before).toBeLessThanOrEqual(10);
      clock.advance(10);
    }
    expect([...asked].sort()).toEqual([...ids].sort());
  });

  it('never reserves more than the budget, by several processes', async () => {
    const { authority, clock, passMs } = setUp();
    const all = [holderWith(authority, clock), holderWith(authority, clock), holderWith(authority, clock)];
    const campaign = campaignWith({ total: 101_500, daily: 50_700 });
    for (let tick = 0; tick < 60; tick++) {
      for (const { money, newBid } of all) {
        for (const flightDay of [DAY, DAY + 1, DAY + 2]) {
          money.availableMicros(campaign, flightDay);
          for (let i = 0; i < 5; i++) money.reserve(reservationOf(newBid(), { flightDay }));
        }
      }
      await passMs(100, ...all);
    }
    const open = all.reduce((sum, { money }) => sum + money.openBids, 0);
    // In each of the nine leases less than one impression may be left over.
    expect(open).toBeLessThanOrEqual(101);
    expect(open).toBeGreaterThan(101 - 9);
  });
});

describe('how bids end', () => {
  async function withOneBid(holdMs = HOLD_MS) {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    const bidId = one.newBid();
    expect(one.money.reserve(reservationOf(bidId, { holdMs }))).toBe(true);
    return { authority, clock, passMs, one, bidId };
  }

  it('is released when nobody said anything for as long as it is held', async () => {
    const { one, passMs } = await withOneBid();
    await passMs(HELD_MS - 100, one);
    expect(one.money.openBids).toBe(1);
    await passMs(100, one);
    expect(one.money.openBids).toBe(0);
    expect(one.metrics.counts.get('ended released')).toBe(1);
  });

  it('is held anew from when it was won', async () => {
    const { one, passMs, bidId } = await withOneBid();
    await passMs(HELD_MS - 100, one);
    one.money.tell('shoes', DAY, { bidId, kind: 'won' });
    await passMs(HELD_MS - 100, one);
    expect(one.money.openBids).toBe(1);
    // A win that is told again and again must not hold money for ever.
    one.money.tell('shoes', DAY, { bidId, kind: 'won' });
    await passMs(100, one);
    expect(one.money.openBids).toBe(0);
  });

  it('is billed wherever the notice arrives, and its process hears of it', async () => {
    const { one, passMs, bidId, authority, clock } = await withOneBid();
    const other = holderWith(authority, clock);
    expect(await other.money.bill(settlementOf(bidId))).toBe('booked');
    expect(await one.money.bill(settlementOf(bidId))).toBe('duplicate');
    await passMs(1_200, one, other);
    expect(one.money.openBids).toBe(0);
    expect(one.metrics.counts.get('ended billed')).toBe(1);
    expect(one.money.figures('shoes')).toMatchObject({ spentTotalMicros: PRICE_MICROS, openMicros: 0 });
    expect(one.metrics.counts.has('billed late')).toBe(false);
  });

  it('is lost wherever the notice arrives, and its money is free again', async () => {
    const { one, passMs, bidId, authority, clock } = await withOneBid();
    const other = holderWith(authority, clock);
    other.money.tell('shoes', DAY, { bidId, kind: 'lost' });
    await passMs(1_200, one, other);
    expect(one.metrics.counts.get('ended lost')).toBe(1);
    expect(one.money.openBids).toBe(0);
  });

  it('is booked and counted as late when it is billed after it was released', async () => {
    const { one, passMs, bidId } = await withOneBid(1_000);
    await passMs(4_100, one);
    expect(await one.money.bill(settlementOf(bidId))).toBe('booked');
    await passMs(1_200, one);
    expect(one.metrics.counts.get('billed late')).toBe(1);
    expect(one.money.figures('shoes')).toMatchObject({ spentTotalMicros: PRICE_MICROS });
  });

  it('frees no money of a bid that was billed elsewhere in its last moment', async () => {
    const { authority, clock, passMs } = setUp();
    const [one, other] = [holderWith(authority, clock), holderWith(authority, clock)];
    const small = campaignWith({ total: PRICE_MICROS });
    one.money.availableMicros(small, DAY);
    await passMs(100, one);
    const bidId = one.newBid();
    expect(one.money.reserve(reservationOf(bidId))).toBe(true);
    await passMs(HOLD_MS, one);
    expect(await other.money.bill(settlementOf(bidId))).toBe('booked');
    for (let tick = 0; tick < 50; tick++) {
      one.money.availableMicros(small, DAY);
      expect(one.money.reserve(reservationOf(one.newBid()))).toBe(false);
      await passMs(100, one);
    }
  });

  it('ends bids of different hold times each in its time', async () => {
    const { one, passMs } = await withOneBid();
    for (const holdMs of [1_000, 5_000, 2_000]) one.money.reserve(reservationOf(one.newBid(), { holdMs }));
    const open: number[] = [];
    for (let i = 0; i < 13; i++) {
      await passMs(1_000, one);
      open.push(one.money.openBids);
    }
    expect(open).toEqual([4, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1, 1, 0]);
  });
});

describe('leases over time', () => {
  it('keep the price of twenty impressions at hand while nobody bids, and ask for it seldom', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    for (let second = 0; second < 35; second++) {
      await passMs(1_000, one);
      expect(one.money.figures('shoes')?.ownFreeMicros).toBeGreaterThan(0);
    }
    const granted = one.metrics.counts.get('lease granted') ?? 0;
    const { ownFreeMicros } = one.money.figures('shoes') ?? {};
    for (let second = 0; second < 60; second++) await passMs(1_000, one);
    expect(one.money.figures('shoes')).toMatchObject({ ownFreeMicros });
    expect((one.metrics.counts.get('lease granted') ?? 0) - granted).toBeLessThanOrEqual(4);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(ownFreeMicros);
  });

  it('are given back at the end, but for what open bids may still cost', async () => {
    const { authority, clock, passMs } = setUp();
    const [one, other] = [holderWith(authority, clock), holderWith(authority, clock)];
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    expect(one.money.reserve(reservationOf(one.newBid()))).toBe(true);
    await one.money.giveBack();
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(0);
    other.money.availableMicros(PLENTY, DAY);
    await passMs(100, other);
    const { heldMicros = 0, ownFreeMicros = 0 } = other.money.figures('shoes') ?? {};
    expect(heldMicros - ownFreeMicros).toBe(PRICE_MICROS);
  });

  it('of campaigns that are gone are given back, and then forgotten', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    one.money.campaignsInUse([]);
    await passMs(31_100, one);
    expect(one.money.figures('shoes')).toMatchObject({ ownFreeMicros: 0 });
    const other = holderWith(authority, clock);
    other.money.availableMicros(PLENTY, DAY);
    await passMs(100, one, other);
    expect(other.money.figures('shoes')?.heldMicros).toBe(other.money.figures('shoes')?.ownFreeMicros);
    await passMs(200_000, one);
    expect(one.money.figures('shoes')).toBeUndefined();
  });

  it('are given back at once when their campaign is deleted, while its bids are still booked', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    const bidId = one.newBid();
    one.money.reserve(reservationOf(bidId));
    one.money.campaignsInUse([]);
    await passMs(1_100, one);
    expect(one.money.figures('shoes')).toMatchObject({ ownFreeMicros: 0, ownOpenMicros: PRICE_MICROS });
    expect(await one.money.bill(settlementOf(bidId))).toBe('booked');
    await passMs(1_200, one);
    expect(one.money.openBids).toBe(0);
  });

  it('hold nothing of a budget that was cut below its spend', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    one.money.availableMicros(PLENTY, DAY);
    await one.money.bill(settlementOf('gone0000-1', { chargeMicros: PRICE_MICROS }));
    await passMs(100, one);
    one.money.campaignsInUse([campaignWith({ total: PRICE_MICROS / 2 })]);
    await passMs(1_100, one);
    expect(one.money.figures('shoes')).toMatchObject({ ownFreeMicros: 0, spentTotalMicros: PRICE_MICROS });
  });

  it('tell the spend of the day that is asked for, though the clock goes forth and back', async () => {
    const { authority, clock, passMs } = setUp();
    const one = holderWith(authority, clock);
    await one.money.bill(settlementOf('gone0000-1'));
    const spentOn = async (flightDay: number) => {
      one.money.availableMicros(PLENTY, flightDay);
      await passMs(1_100, one);
      return one.money.figures('shoes')?.spentTodayMicros;
    };
    expect(await spentOn(DAY)).toBe(PRICE_MICROS);
    expect(await spentOn(DAY + 365)).toBe(0);
    expect(await spentOn(DAY)).toBe(PRICE_MICROS);
  });
});

describe('trouble', () => {
  it('says that the ledger does not answer, reserves nothing, and recovers', async () => {
    const { authority, clock, passMs } = setUp();
    const hanging = new Hanging(authority);
    const one = holderWith(hanging, clock);
    one.money.availableMicros(PLENTY, DAY);
    hanging.hangs = true;
    await passMs(6_000, one);
    expect(one.money.problem()).toBe('the ledger does not answer');
    expect(one.troubles).toEqual(['the ledger does not answer: no answer in time']);
    hanging.hangs = false;
    one.money.availableMicros(PLENTY, DAY);
    await passMs(2_000, one);
    expect(one.money.problem()).toBeUndefined();
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
  });

  it('bids nothing while money cannot be written down, and says why', async () => {
    const { authority, clock, passMs } = setUp();
    let problem: string | undefined;
    const one = holderWith(authority, clock, { logProblem: () => problem });
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    problem = 'disk full';
    await passMs(100, one);
    expect(one.money.problem()).toBe('money cannot be written down: disk full');
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(0);
    expect(one.money.reserve(reservationOf(one.newBid()))).toBe(false);
    problem = undefined;
    await passMs(100, one);
    expect(one.money.problem()).toBeUndefined();
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
  });

  it('tells billings again until they are heard', async () => {
    const { authority, clock, passMs } = setUp();
    const hanging = new Hanging(authority);
    let refuses = true;
    const settle: LedgerAuthority['settle'] = (settlement) =>
      refuses ? Promise.reject(new Error('down')) : authority.settle(settlement);
    const one = holderWith(Object.assign(hanging, { settle }), clock);
    const outcomes = await Promise.all(
      Array.from({ length: 500 }, () => one.money.bill(settlementOf(one.newBid()))),
    );
    expect(new Set(outcomes)).toEqual(new Set(['later']));
    expect(one.money.billingsWaiting).toBe(500);
    await passMs(3_000, one);
    refuses = false;
    await passMs(10_000, one);
    expect(one.money.billingsWaiting).toBe(0);
    expect((await authority.statement('shoes', DAY))?.total.impressions).toBe(500);
  });

  it('says later when a billing is not answered in time, and books it once', async () => {
    const { authority, clock, passMs } = setUp();
    const hanging = new Hanging(authority);
    hanging.hangs = true;
    const one = holderWith(hanging, clock);
    const outcome = one.money.bill(settlementOf(one.newBid()));
    await passMs(1_100, one);
    expect(await outcome).toBe('later');
    hanging.hangs = false;
    hanging.letGo();
    await passMs(1_000, one);
    expect(one.money.billingsWaiting).toBe(0);
    expect((await authority.statement('shoes', DAY))?.total.impressions).toBe(1);
  });

  it('tells again what was booked lately when the authority may have lost it', async () => {
    const { clock, passMs } = setUp();
    let authority = new MemoryAuthority(clock);
    const front = Object.assign(new Hanging(authority), {
      settle: (settlement: Parameters<LedgerAuthority['settle']>[0]) => authority.settle(settlement),
    });
    const one = holderWith(front, clock);
    await one.money.bill(settlementOf(one.newBid()));
    authority = new MemoryAuthority(clock);
    one.money.authorityMayHaveForgotten();
    await passMs(200, one);
    expect((await authority.statement('shoes', DAY))?.total.impressions).toBe(1);
  });

  it('bids nothing from a new account until the log was told to it', async () => {
    const { clock, passMs } = setUp();
    let authority = new MemoryAuthority(clock);
    const replays: (readonly string[] | undefined)[] = [];
    let finish: () => void = () => {};
    const front: LedgerAuthority = {
      lease: (request): Promise<LeaseReply> => authority.lease(request),
      settle: (settlement) => authority.settle(settlement),
      tell: (...told) => authority.tell(...told),
      statement: (...asked) => authority.statement(...asked),
    };
    const one = holderWith(front, clock, {
      replay: (campaigns) => {
        replays.push(campaigns);
        return new Promise((resolve) => (finish = resolve));
      },
    });
    one.money.availableMicros(PLENTY, DAY);
    await passMs(100, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
    authority = new MemoryAuthority(clock);
    await passMs(1_100, one);
    expect(replays).toEqual([undefined]);
    one.money.availableMicros(PLENTY, DAY);
    await passMs(2_000, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBe(0);
    expect(one.metrics.counts.get('lease void')).toBe(1);
    finish();
    await passMs(200, one);
    expect(one.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
    expect(replays).toHaveLength(1);
  });

  it('bids nothing from an account of another epoch than the process before has left, until the log was told to it', async () => {
    const { clock, authority, passMs } = setUp();
    let finish: () => void = () => {};
    const replay = (): Promise<void> => new Promise((resolve) => (finish = resolve));
    const before = holderWith(authority, clock);
    before.money.availableMicros(PLENTY, DAY);
    await passMs(100, before);
    const epochs = before.money.epochs();
    const after = holderWith(authority, clock, { replay });
    after.money.expectEpochs(epochs);
    after.money.availableMicros(PLENTY, DAY);
    await passMs(100, after);
    expect(after.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
    expect(after.money.epochs()).toEqual(epochs);
    const emptied = holderWith(new MemoryAuthority(clock), clock, { replay });
    emptied.money.expectEpochs(epochs);
    emptied.money.availableMicros(PLENTY, DAY);
    await passMs(2_000, emptied);
    expect(emptied.money.availableMicros(PLENTY, DAY)).toBe(0);
    finish();
    await passMs(1_500, emptied);
    expect(emptied.money.availableMicros(PLENTY, DAY)).toBeGreaterThan(0);
    expect(emptied.money.epochs()).not.toEqual(epochs);
  });

  it('notices that the ledger was emptied also on a campaign that nobody has bid on for long', async () => {
    const { clock, passMs } = setUp();
    let authority = new MemoryAuthority(clock);
    const { front, replays } = replaceable(() => authority);
    const one = holderWith(front, clock, {
      replay: (campaigns) => {
        replays.push(campaigns);
        return Promise.resolve();
      },
    });
    one.money.campaignsInUse([PLENTY]);
    await passMs(2_000, one);
    authority = new MemoryAuthority(clock);
    await passMs(2_000, one);
    expect(replays).toEqual([undefined]);
  });

  it('asks for no money that an emptied ledger only has because others have not told it their logs yet', async () => {
    const { clock, passMs } = setUp();
    const budget = campaignWith({ total: 100 * PRICE_MICROS, daily: 60 * PRICE_MICROS });
    let authority = new MemoryAuthority(clock);
    const { front } = replaceable(() => authority);
    const one = holderWith(front, clock);
    const elsewhere = Array.from({ length: 60 }, (_, i) => settlementOf(`elsewhere-${i.toString(36)}`));
    for (const settlement of elsewhere) await authority.settle(settlement);
    one.money.availableMicros(budget, DAY);
    await passMs(2_000, one);
    authority = new MemoryAuthority(clock);
    one.money.availableMicros(budget, DAY);
    await passMs(5_000, one);
    expect(one.money.availableMicros(budget, DAY)).toBe(0);
    one.money.availableMicros(budget, DAY + 1);
    await passMs(2_000, one);
    expect(one.money.availableMicros(budget, DAY + 1)).toBeLessThanOrEqual(40 * PRICE_MICROS);
    for (const settlement of elsewhere) await authority.settle(settlement);
    one.money.availableMicros(budget, DAY + 1);
    await passMs(5_000, one);
    expect(one.money.availableMicros(budget, DAY + 1)).toBeGreaterThan(0);
  });

  it('tells again what it told out of the log, when the ledger has lost its last moments', async () => {
    const { clock, passMs } = setUp();
    let authority = new MemoryAuthority(clock);
    const { front } = replaceable(() => authority);
    const one = holderWith(front, clock);
    await one.money.settleFromLog(settlementOf('before-1'));
    authority = new MemoryAuthority(clock);
    one.money.authorityMayHaveForgotten();
    await passMs(200, one);
    expect((await authority.statement('shoes', DAY))?.total.impressions).toBe(1);
  });
});

describe('an idle lease that is kept', () => {
  it('is good for a moment only when it is bid from: else a bid that was billed unheard is released, and its money bid again', async () => {
    const { authority, clock, passMs } = setUp();
    let isDown = false;
    const front: LedgerAuthority = {
      ...replaceable(() => authority).front,
      lease: (request) =>
        isDown && request.campaign === 'shoes'
          ? Promise.reject(new Error('CLUSTERDOWN'))
          : authority.lease(request),
    };
    const one = holderWith(front, clock);
    const shoes = campaignWith({ total: 40 * PRICE_MICROS });
    // Its account is on another node, which answers, so that the ledger as a whole is no problem.
    const hats = campaignWith({ total: 1_000_000_000 }, 'hats');
    one.money.campaignsInUse([shoes, hats]);
    one.money.availableMicros(shoes, DAY);
    await passMs(31_500, one);
    isDown = true;
    const bidAll = (): number => {
      let bids = 0;
      while (one.money.reserve(reservationOf(one.newBid()))) bids += 1;
      return bids;
    };
    expect(bidAll()).toBe(20);
    for (let passed = 0; passed < HELD_MS + 2_000; passed += 100) {
      one.money.availableMicros(hats, DAY);
      await passMs(100, one);
    }
    expect(one.money.openBids).toBe(0);
    expect(one.money.problem()).toBeUndefined();
    expect(bidAll()).toBe(0);
  });
});

/** An authority behind which another one can be put. */
function replaceable(current: () => LedgerAuthority) {
  const front: LedgerAuthority = {
    lease: (request) => current().lease(request),
    settle: (settlement) => current().settle(settlement),
    tell: (...told) => current().tell(...told),
    statement: (...asked) => current().statement(...asked),
  };
  return { front, replays: [] as (readonly string[] | undefined)[] };
}
