import { Spending, type SpendingContext } from '../../src/bid/spending.js';
import { buildSnapshot, type ServedLineItem } from '../../src/bid/snapshot.js';
import { DeliveryKeeper } from '../../src/delivery/delivery-keeper.js';
import type { LeaseRequest, Settlement } from '../../src/domain/ledger.js';
import { USD, type Micros } from '../../src/domain/money.js';
import { systemClock } from '../../src/lib/clock.js';
import { DayNumbers } from '../../src/lib/day-numbers.js';
import { Account } from '../../src/ledger/account.js';
import { MoneyHolder } from '../../src/ledger/holder.js';
import { MemoryAuthority } from '../../src/ledger/memory-authority.js';
import { createMetrics } from '../../src/metrics/metrics.js';
import { decodeBidRequest } from '../../src/exchange/decode.js';
import { appRequest } from '../../test/support/sample-requests.js';
import type { BenchTask } from '../task.js';
import { EXCHANGE } from './exchange.js';
import { seededCatalog } from './path.js';

const HOLDER = 'benchbid';
const HOLD = { holdSeconds: 60 };
const PLENTY = 1e15 as Micros;
const PRICE = {
  valueMicros: 3_200_000 as Micros,
  floorMicros: 0 as Micros,
  priceMicros: 3_200_000 as Micros,
};

/** What money takes from the bid path, and what an account in memory takes. No bid waits for anything of it. */
export function moneyTasks(): BenchTask[] {
  const { item, context, spending, nextBidId } = doors();
  const one = accountOf(1);
  const thousand = accountOf(1_000);
  let bids = 0;
  return [
    {
      name: 'the doors of an offer: stopped, budget, pacing',
      run: () => (spending.refusal(item, PRICE, context, true, false) === undefined ? 1 : 0),
    },
    {
      name: 'set money aside for a bid and give it back',
      run: () => {
        const reservation = spending.reserve(item, PRICE, context, { ...HOLD, bidId: nextBidId() });
        if (!reservation) return 0;
        spending.release(reservation);
        return reservation.micros;
      },
    },
    { name: 'a lease request to an account, one holder', run: () => one.lease(request(0), 0).freeMicros },
    {
      name: 'a lease request to an account, 1,000 holders',
      run: () => thousand.lease(request(500), 0).freeMicros,
    },
    {
      name: 'book a billing in an account',
      run: () => (one.settle(settlement((bids += 1)), 0) === 'booked' ? 1 : 0),
    },
    {
      name: 'a billing that is booked already',
      run: () => (thousand.settle(settlement(1), 0) === 'booked' ? 0 : 1),
    },
  ];
}

function doors(): {
  item: ServedLineItem;
  context: SpendingContext;
  spending: Spending;
  nextBidId: () => string;
} {
  const catalog = seededCatalog(10);
  const campaigns = catalog.campaigns.map((campaign) => ({
    ...campaign,
    budget: { totalMicros: PLENTY, dailyMicros: undefined, currency: USD, pacing: 'asap' as const },
  }));
  const { lineItems } = buildSnapshot({ ...catalog, campaigns }, 'https://bid.example');
  const item = lineItems[0] as ServedLineItem;
  const decoded = decodeBidRequest(Buffer.from(JSON.stringify(appRequest())));
  if (decoded.kind !== 'request') throw new Error(`the sample request is ${decoded.kind}`);
  const days = new DayNumbers();
  const nowMs = systemClock.nowMs();
  const metrics = createMetrics();
  metrics.close();
  const money = new MoneyHolder({
    authority: new MemoryAuthority(systemClock),
    holder: HOLDER,
    clock: { monotonicMs: () => 0 },
    metrics,
    holdMsMax: 1000,
    onTrouble: () => {},
    replay: () => Promise.resolve(),
    logProblem: () => undefined,
    timers: undefined,
  });
  const deliveries = new DeliveryKeeper({
    clock: systemClock,
    figures: () => undefined,
    states: {},
    onRunaway: () => {},
  });
  money.availableMicros(item.campaign, days.at('UTC', nowMs));
  money.tick();
  let count = 0;
  return {
    item,
    context: {
      request: decoded.request,
      exchange: EXCHANGE,
      currency: USD,
      rates: catalog.rates,
      nowMs,
      multiplier: 1,
    },
    spending: new Spending({ money, deliveries, days, moneyWords: () => '', isDry: false }),
    nextBidId: () => `${HOLDER}-${(count += 1).toString(36)}`,
  };
}

function accountOf(holders: number): Account {
  const account = new Account();
  for (let i = 0; i < holders; i++) account.lease(request(i), 0);
  account.settle(settlement(1), 0);
  return account;
}

function request(holder: number): LeaseRequest {
  return {
    campaign: 'shoes',
    holder: `holder-${holder}`,
    flightDay: 20_777,
    totalMicros: PLENTY,
    dailyMicros: PLENTY,
    openMicros: 100_000 as Micros,
    keepMicros: 50_000 as Micros,
    wantMicros: 64_000 as Micros,
    leastMicros: 3_200 as Micros,
    reservedMicros: 0 as Micros,
    heardCount: 0,
    leaseMs: 3_000,
    holdMs: 240_000,
  };
}

function settlement(bid: number): Settlement {
  return {
    campaign: 'shoes',
    lineItem: 'runners',
    bidId: `other-${bid.toString(36)}`,
    bidAtMs: 0,
    flightDay: 20_777,
    reservedMicros: 3_200 as Micros,
    chargeMicros: 3_000 as Micros,
  };
}
