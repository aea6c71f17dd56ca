import { describe, expect, it } from 'vitest';
import type { LeaseRequest, LedgerAuthority, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';

export interface AuthorityUnderTest {
  readonly authority: LedgerAuthority;
  /** Lets that much time go by for the authority. */
  readonly passMs: (ms: number) => Promise<void>;
}

const DAY = 20_000;
const LEASE_MS = 300;
const HOLD_MS = 300;
/** A bid that is old enough to be past, and young enough to be settled. */
const BID_AT_MS = Date.now() - 60_000;

/** What every ledger authority does. Each test has campaigns and holders of its own. */
export function authorityContract(name: string, make: () => Promise<AuthorityUnderTest>): void {
  let names = 0;
  const run = Date.now().toString(36);
  const newCampaign = () => `shoes-${run}-${++names}`;
  const newHolder = () => `h${run.slice(-4)}${(++names).toString(36).padStart(3, '0')}`;

  describe(`${name}: leases`, () => {
    it('grants what is wanted while there is plenty, and counts it as held and not as spent', async () => {
      const { authority } = await make();
      const reply = await authority.lease(asking({ campaign: newCampaign(), holder: newHolder() }));
      expect(reply.freeMicros).toBe(100);
      expect(reply.tidings).toEqual([]);
      expect(reply.account).toMatchObject({
        spentTotalMicros: 0,
        spentDayMicros: 0,
        openMicros: 0,
        heldMicros: 100,
      });
    });

    it('answers a repeated request the same way, without granting twice', async () => {
      const { authority } = await make();
      const request = asking({ campaign: newCampaign(), holder: newHolder(), openMicros: 30 });
      const first = await authority.lease(request);
      expect(await authority.lease(request)).toEqual(first);
      expect(first.account).toMatchObject({ openMicros: 30, heldMicros: 130 });
    });

    it('shares out the last of the money by halves, but no less than one impression', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const grant = async (holder: string) =>
        (
          await authority.lease(
            asking({ campaign, holder, totalMicros: 100, wantMicros: 90, leastMicros: 10 }),
          )
        ).freeMicros;
      const grants: number[] = [];
      for (let i = 0; i < 6; i++) grants.push(await grant(newHolder()));
      expect(grants).toEqual([50, 25, 12, 10, 3, 0]);
    });

    it('rounds an odd half down', async () => {
      const { authority } = await make();
      const request = asking({
        campaign: newCampaign(),
        holder: newHolder(),
        totalMicros: 7,
        leastMicros: 1,
      });
      expect((await authority.lease(request)).freeMicros).toBe(3);
    });

    it('never takes away what it was asked to keep, even when the budget is cut below it', async () => {
      const { authority } = await make();
      const mine = { campaign: newCampaign(), holder: newHolder() };
      await authority.lease(asking(mine));
      const cut = asking({ ...mine, totalMicros: 10, keepMicros: 80 });
      expect((await authority.lease(cut)).freeMicros).toBe(80);
      const other = await authority.lease(asking({ ...mine, holder: newHolder(), totalMicros: 10 }));
      expect(other.freeMicros).toBe(0);
    });

    it('takes back what a holder does not keep, and gives it to others', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const mine = { campaign, holder: newHolder(), totalMicros: 100 };
      await authority.lease(asking({ ...mine, leastMicros: 100 }));
      expect((await authority.lease(asking({ ...mine, holder: newHolder() }))).freeMicros).toBe(0);
      expect((await authority.lease(asking({ ...mine, wantMicros: 0 }))).freeMicros).toBe(0);
      const other = await authority.lease(asking({ ...mine, holder: newHolder(), leastMicros: 100 }));
      expect(other.freeMicros).toBe(100);
    });

    it('grants nothing beyond what is spent, open and free together', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const holder = newHolder();
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 40 }));
      await authority.lease(asking({ campaign, holder, openMicros: 30, wantMicros: 20 }));
      const other = { campaign, holder: newHolder(), totalMicros: 100, leastMicros: 100 };
      expect((await authority.lease(asking(other))).freeMicros).toBe(10);
    });

    it('grants nothing of a budget that was cut below its spend', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 60 }));
      const reply = await authority.lease(asking({ campaign, holder: newHolder(), totalMicros: 50 }));
      expect(reply.freeMicros).toBe(0);
      expect(reply.account.spentTotalMicros).toBe(60);
    });

    it('keeps campaigns apart', async () => {
      const { authority } = await make();
      const holder = newHolder();
      const ask = () => authority.lease(asking({ campaign: newCampaign(), holder, totalMicros: 200 }));
      const replies = [await ask(), await ask()];
      expect(replies.map(({ freeMicros }) => freeMicros)).toEqual([100, 100]);
      expect(replies[0]?.account.epoch).not.toBe(replies[1]?.account.epoch);
    });

    it('counts all that was ever reserved, over holders and days, once', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const holder = newHolder();
      const ask = async (flightDay: number, who: string, reservedMicros: number) =>
        (
          await authority.lease(
            asking({ campaign, holder: who, flightDay, reservedMicros: micros(reservedMicros) }),
          )
        ).account.reservedMicros;
      expect(await ask(DAY, holder, 10)).toBe(10);
      expect(await ask(DAY, holder, 25)).toBe(25);
      expect(await ask(DAY, holder, 25)).toBe(25);
      expect(await ask(DAY + 1, holder, 5)).toBe(30);
      expect(await ask(DAY, newHolder(), 7)).toBe(37);
    });
  });

  describe(`${name}: daily budgets`, () => {
    it('limits each day by its own spend and leases, and all of them by the total', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const budget = {
        campaign,
        dailyMicros: micros(100),
        totalMicros: 250,
        wantMicros: 100,
        leastMicros: 100,
      };
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 60 }));
      const grant = async (flightDay: number) =>
        (await authority.lease(asking({ ...budget, holder: newHolder(), flightDay }))).freeMicros;
      expect(await grant(DAY)).toBe(40);
      expect(await grant(DAY)).toBe(0);
      expect(await grant(DAY + 1)).toBe(100);
      expect(await grant(DAY + 2)).toBe(50);
      expect(await grant(DAY + 3)).toBe(0);
    });

    it('tells the spend of the day that was asked about', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 60 }));
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 5, flightDay: DAY + 1 }));
      const { account } = await authority.lease(
        asking({ campaign, holder: newHolder(), flightDay: DAY + 1 }),
      );
      expect(account).toMatchObject({ spentDayMicros: 5, spentTotalMicros: 65 });
    });
  });

  describe(`${name}: tidings`, () => {
    it('hands them to the holder of the bid, in order, until it has taken note of them', async () => {
      const { authority } = await make();
      const mine = { campaign: newCampaign(), holder: newHolder(), openMicros: 30 };
      const bid = (count: string) => `${mine.holder}-${count}`;
      await authority.lease(asking(mine));
      await authority.tell(mine.campaign, DAY, { bidId: bid('1'), kind: 'won' });
      await authority.settle(billing({ campaign: mine.campaign, bidId: bid('1'), micros: 8 }));
      await authority.tell(mine.campaign, DAY, { bidId: bid('2'), kind: 'lost' });
      const all = [
        { bidId: bid('1'), kind: 'won' },
        { bidId: bid('1'), kind: 'billed' },
        { bidId: bid('2'), kind: 'lost' },
      ];
      expect(await authority.lease(asking(mine))).toMatchObject({ tidings: all, tidingsFrom: 0 });
      expect(await authority.lease(asking(mine))).toMatchObject({ tidings: all, tidingsFrom: 0 });
      expect(await authority.lease(asking({ ...mine, heardCount: 2 }))).toMatchObject({
        tidings: all.slice(2),
        tidingsFrom: 2,
      });
      expect(await authority.lease(asking({ ...mine, heardCount: 3 }))).toMatchObject({
        tidings: [],
        tidingsFrom: 3,
      });
      // An older request, on its way for long.
      expect(await authority.lease(asking({ ...mine, heardCount: 1 }))).toMatchObject({ tidingsFrom: 3 });
    });

    it('tells what it heard after it had lost its last moments, though the holder has heard more than it remembers', async () => {
      const { authority } = await make();
      const mine = { campaign: newCampaign(), holder: newHolder() };
      await authority.lease(asking(mine));
      const tiding = { bidId: `${mine.holder}-9`, kind: 'lost' } as const;
      await authority.tell(mine.campaign, DAY, tiding);
      const asked = asking({ ...mine, heardCount: 7 });
      expect(await authority.lease(asked)).toMatchObject({ tidings: [tiding], tidingsFrom: 7 });
      expect((await authority.lease({ ...asked, heardCount: 8 })).tidings).toEqual([]);
    });

    it('tells no other holder and no other day', async () => {
      const { authority } = await make();
      const mine = { campaign: newCampaign(), holder: newHolder() };
      const other = { ...mine, holder: newHolder() };
      const tomorrow = { ...mine, flightDay: DAY + 1 };
      for (const each of [mine, other, tomorrow]) await authority.lease(asking(each));
      await authority.tell(mine.campaign, DAY, { bidId: `${mine.holder}-1`, kind: 'lost' });
      expect((await authority.lease(asking(other))).tidings).toEqual([]);
      expect((await authority.lease(asking(tomorrow))).tidings).toEqual([]);
      expect((await authority.lease(asking(mine))).tidings).toHaveLength(1);
    });

    it('tells nobody about bids whose holder has no lease', async () => {
      const { authority } = await make();
      const mine = { campaign: newCampaign(), holder: newHolder() };
      await authority.tell(mine.campaign, DAY, { bidId: `${mine.holder}-1`, kind: 'lost' });
      await authority.settle(billing({ campaign: mine.campaign, bidId: `${mine.holder}-2`, micros: 8 }));
      expect(await authority.lease(asking({ ...mine, heardCount: 5 }))).toMatchObject({
        tidings: [],
        tidingsFrom: 5,
      });
    });
  });

  describe(`${name}: settlements`, () => {
    it('books a bid once, whatever is said the second time', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const first = billing({ campaign, bidId: `${newHolder()}-zz`, micros: 8 });
      expect(await authority.settle(first)).toBe('booked');
      expect(await authority.settle(first)).toBe('duplicate');
      expect(await authority.settle({ ...first, chargeMicros: micros(1), lineItem: 'other' })).toBe(
        'duplicate',
      );
      expect((await authority.statement(campaign, DAY))?.total).toEqual({ impressions: 1, micros: 8 });
    });

    it('books the same one once when it is told many times at once', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const settlement = billing({ campaign, bidId: `${newHolder()}-1`, micros: 8 });
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => authority.settle(settlement)));
      expect(outcomes.filter((outcome) => outcome === 'booked')).toHaveLength(1);
    });

    it('books nothing twice among many bids of one holder, near and far apart', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const holder = newHolder();
      const counts = [0, 1, 31, 32, 33, 8_191, 8_192, 8_193, 1_000_000, 2 ** 40];
      const tell = () =>
        Promise.all(
          counts.map((count) =>
            authority.settle(billing({ campaign, bidId: `${holder}-${count.toString(36)}`, micros: 1 })),
          ),
        );
      expect(new Set(await tell())).toEqual(new Set(['booked']));
      expect(new Set(await tell())).toEqual(new Set(['duplicate']));
      expect((await authority.statement(campaign, DAY))?.total.impressions).toBe(counts.length);
    });

    it('keeps the same bid id of two campaigns apart', async () => {
      const { authority } = await make();
      const bidId = `${newHolder()}-1`;
      expect(await authority.settle(billing({ campaign: newCampaign(), bidId, micros: 8 }))).toBe('booked');
      expect(await authority.settle(billing({ campaign: newCampaign(), bidId, micros: 8 }))).toBe('booked');
    });

    it('books bids of which nothing was ever reserved, and those that cost nothing', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const free = {
        ...billing({ campaign, bidId: `${newHolder()}-1`, micros: 8 }),
        chargeMicros: micros(0),
      };
      expect(await authority.settle(free)).toBe('booked');
      expect((await authority.statement(campaign, DAY))?.total).toEqual({ impressions: 1, micros: 0 });
    });

    it('states the total, line items, the day and its hours, by the time of the bid', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      const hour = Math.floor(BID_AT_MS / 3_600_000);
      const holder = newHolder();
      const book = (count: number, change: Partial<Settlement>) =>
        authority.settle({ ...billing({ campaign, bidId: `${holder}-${count}`, micros: 10 }), ...change });
      await book(1, {});
      await book(2, { lineItem: 'second' });
      await book(3, { bidAtMs: BID_AT_MS - 3_600_000 });
      await book(4, { flightDay: DAY - 1 });
      const statement = await authority.statement(campaign, DAY);
      expect(statement?.total).toEqual({ impressions: 4, micros: 40 });
      expect(statement?.lineItems).toEqual(
        new Map([
          ['main', { impressions: 3, micros: 30 }],
          ['second', { impressions: 1, micros: 10 }],
        ]),
      );
      expect(statement?.day.flightDay).toBe(DAY);
      expect(statement?.day.booked).toEqual({ impressions: 3, micros: 30 });
      expect(statement?.day.lineItems.get('second')).toEqual({ impressions: 1, micros: 10 });
      expect(statement?.day.hours).toEqual(
        new Map([
          [hour, { impressions: 2, micros: 20 }],
          [hour - 1, { impressions: 1, micros: 10 }],
        ]),
      );
    });

    it('states an empty day of an account, and nothing without an account', async () => {
      const { authority } = await make();
      const campaign = newCampaign();
      expect(await authority.statement(campaign, DAY)).toBeUndefined();
      await authority.settle(billing({ campaign, bidId: `${newHolder()}-1`, micros: 8 }));
      expect((await authority.statement(campaign, DAY + 1))?.day).toEqual({
        flightDay: DAY + 1,
        booked: { impressions: 0, micros: 0 },
        lineItems: new Map(),
        hours: new Map(),
      });
    });
  });

  describe(`${name}: holders that are gone`, () => {
    const budget = { totalMicros: 100, leastMicros: 100, wantMicros: 100 };

    it('holds their money until their bids cannot be billed any more, then frees it', async () => {
      const { authority, passMs } = await make();
      const campaign = newCampaign();
      await authority.lease(asking({ ...budget, campaign, holder: newHolder() }));
      const other = { ...budget, campaign, holder: newHolder() };
      expect((await authority.lease(asking(other))).freeMicros).toBe(0);
      await passMs(LEASE_MS + HOLD_MS / 2);
      expect((await authority.lease(asking(other))).freeMicros).toBe(0);
      await passMs(HOLD_MS);
      expect((await authority.lease(asking(other))).freeMicros).toBe(100);
    });

    it('holds no more of it what was billed since', async () => {
      const { authority, passMs } = await make();
      const campaign = newCampaign();
      const gone = newHolder();
      await authority.lease(asking({ ...budget, campaign, holder: gone }));
      const bill = billing({ campaign, bidId: `${gone}-1`, micros: 40 });
      await authority.settle({ ...bill, chargeMicros: micros(30) });
      const other = { ...budget, campaign, holder: newHolder() };
      // While it may ask again, the 40 that its bid reserved count with the 30 that it cost.
      expect((await authority.lease(asking(other))).account.heldMicros).toBe(100);
      await passMs(LEASE_MS + HOLD_MS / 4);
      const reply = await authority.lease(asking(other));
      expect(reply.account).toMatchObject({ spentTotalMicros: 30 });
      expect(reply.freeMicros).toBe(10);
      expect(reply.account.heldMicros).toBe(70);
    });

    it('takes the word of one that comes back', async () => {
      const { authority, passMs } = await make();
      const campaign = newCampaign();
      const back = { ...budget, campaign, holder: newHolder() };
      await authority.lease(asking(back));
      await passMs(LEASE_MS + HOLD_MS + 50);
      const reply = await authority.lease(asking({ ...back, openMicros: 60, heardCount: 9 }));
      expect(reply).toMatchObject({ freeMicros: 40, tidingsFrom: 9 });
      const other = await authority.lease(asking({ ...budget, campaign, holder: newHolder() }));
      expect(other.freeMicros).toBe(0);
      expect(other.account.epoch).toBe(reply.account.epoch);
    });
  });
}

type Asking = Omit<Partial<LeaseRequest>, MicrosField> & {
  readonly campaign: string;
  readonly holder: string;
} & Partial<Record<MicrosField, number>>;
type MicrosField = 'totalMicros' | 'openMicros' | 'keepMicros' | 'wantMicros' | 'leastMicros';

function asking(change: Asking): LeaseRequest {
  return {
    flightDay: DAY,
    totalMicros: 1_000,
    dailyMicros: undefined,
    openMicros: 0,
    keepMicros: 0,
    wantMicros: 100,
    leastMicros: 10,
    reservedMicros: 0,
    heardCount: 0,
    leaseMs: LEASE_MS,
    holdMs: HOLD_MS,
    ...change,
  } as LeaseRequest;
}

function billing(bid: { campaign: string; bidId: string; micros: number; flightDay?: number }): Settlement {
  return {
    campaign: bid.campaign,
    lineItem: 'main',
    bidId: bid.bidId,
    bidAtMs: BID_AT_MS,
    flightDay: bid.flightDay ?? DAY,
    reservedMicros: micros(bid.micros),
    chargeMicros: micros(bid.micros),
  };
}

function micros(value: number): Micros {
  return value as Micros;
}
