import { Spending } from '../../src/bid/spending.js';
import type { BidMoney, CampaignDelivery, Deliveries } from '../../src/domain/ports.js';
import { DayNumbers } from '../../src/lib/day-numbers.js';

const DELIVERY: CampaignDelivery = {
  bidMultiplier: 1,
  passes: () => true,
  wouldPass: () => true,
  stopped: () => undefined,
  sent: () => {},
  count: () => {},
  pacingWords: () => 'not paced',
};
const MONEY: BidMoney = {
  availableMicros: () => Infinity,
  reserve: () => true,
  release: () => {},
  problem: () => undefined,
};

/** Holds nothing back and writes nothing down: for what measures or tests something else. */
export const FREE_DELIVERIES: Deliveries = { of: () => DELIVERY, surveyShare: () => 0 };

export function freeSpending(): Spending {
  return new Spending({
    money: MONEY,
    deliveries: FREE_DELIVERIES,
    days: new DayNumbers(),
    moneyWords: () => 'as much as anybody wants',
    isDry: false,
  });
}
