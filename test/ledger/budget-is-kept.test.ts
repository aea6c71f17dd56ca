import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { ManualClock } from '../../src/lib/clock.js';
import {
  campaignWith,
  DAY,
  HOLD_MS,
  holderWith,
  reservationOf,
  settled,
  settlementOf,
} from './ledger-samples.js';

const TOTAL_MICROS = 20_000;
const DAILY_MICROS = 12_000;
const CAMPAIGN = campaignWith({ total: TOTAL_MICROS, daily: DAILY_MICROS });

interface KnownBid {
  readonly bidId: string;
  readonly flightDay: number;
  readonly micros: number;
  endMs: number;
  isLost: boolean;
  billedMicros: number | undefined;
}

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('bid' as const),
      who: fc.nat(2),
      day: fc.nat(1),
      micros: fc.integer({ min: 1, max: 1_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ticks: fc.integer({ min: 1, max: 40 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bill' as const),
      who: fc.nat(2),
      which: fc.nat(1_000),
      share: fc.integer({ min: 0, max: 100 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('won' as const, 'lost' as const),
      who: fc.nat(2),
      which: fc.nat(1_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), who: fc.nat(2) }) },
);

it('keeps the budget: what is spent and what can still be billed in time is never more, whoever dies', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 120 }), async (operations) => {
      const clock = new ManualClock(1_728_000_000_000);
      const authority = new MemoryAuthority(clock);
      const holders = [0, 1, 2].map(() => holderWith(authority, clock));
      const bids: KnownBid[] = [];
      for (const each of operations) {
        const holder = holders['who' in each ? each.who : 0];
        const bid = 'which' in each ? bids[each.which % bids.length] : undefined;
        const isInTime = bid !== undefined && !bid.isLost && clock.nowMs() <= bid.endMs;
        if (!holder) throw new Error('three holders');
        if (each.kind === 'bid') {
          const [flightDay, bidId] = [DAY + each.day, holder.newBid()];
          holder.money.availableMicros(CAMPAIGN, flightDay);
          if (holder.money.reserve(reservationOf(bidId, { flightDay, micros: each.micros as never }))) {
            const endMs = clock.nowMs() + HOLD_MS;
            bids.push({
              bidId,
              flightDay,
              micros: each.micros,
              endMs,
              isLost: false,
              billedMicros: undefined,
            });
          }
        } else if (each.kind === 'bill' && isInTime) {
          const chargeMicros = Math.round((bid.micros * each.share) / 100);
          const told = { flightDay: bid.flightDay, reservedMicros: bid.micros, chargeMicros };
          const outcome = await holder.money.bill(settlementOf(bid.bidId, told as never));
          expect(outcome).toBe(bid.billedMicros === undefined ? 'booked' : 'duplicate');
          bid.billedMicros ??= chargeMicros;
        } else if (each.kind === 'won' && isInTime) {
          // Its process hears of it a moment later; then it is held at least as long as this.
          holder.money.tell('shoes', bid.flightDay, { bidId: bid.bidId, kind: 'won' });
          bid.endMs = clock.nowMs() + HOLD_MS;
        } else if (each.kind === 'lost' && isInTime && bid.billedMicros === undefined) {
          holder.money.tell('shoes', bid.flightDay, { bidId: bid.bidId, kind: 'lost' });
          bid.isLost = true;
        } else if (each.kind === 'kill') {
          holders[each.who] = holderWith(authority, clock);
        } else if (each.kind === 'pass') {
          for (let tick = 0; tick < each.ticks; tick++) {
            clock.advance(100);
            for (const { money } of holders) money.tick();
            await settled();
          }
        }
        expectKept(bids, clock.nowMs());
      }
      for (const day of [DAY, DAY + 1]) {
        const booked = bids.filter(
          ({ flightDay, billedMicros }) => flightDay === day && billedMicros !== undefined,
        );
        const micros = booked.reduce((sum, { billedMicros = 0 }) => sum + billedMicros, 0);
        const statement = await authority.statement('shoes', day);
        expect(statement?.day.booked ?? { impressions: 0, micros: 0 }).toEqual({
          impressions: booked.length,
          micros,
        });
      }
    }),
    { numRuns: 150 },
  );
});

function expectKept(bids: readonly KnownBid[], nowMs: number): void {
  const owed = (flightDay?: number): number => {
    let micros = 0;
    for (const bid of bids) {
      if (flightDay !== undefined && bid.flightDay !== flightDay) continue;
      if (bid.billedMicros !== undefined) micros += bid.billedMicros;
      else if (!bid.isLost && nowMs <= bid.endMs) micros += bid.micros;
    }
    return micros;
  };
  expect(owed()).toBeLessThanOrEqual(TOTAL_MICROS);
  expect(owed(DAY)).toBeLessThanOrEqual(DAILY_MICROS);
  expect(owed(DAY + 1)).toBeLessThanOrEqual(DAILY_MICROS);
}
