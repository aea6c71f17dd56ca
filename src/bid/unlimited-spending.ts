import type { BidMoney, CampaignDelivery, Deliveries } from '../domain/money-ports.js';
import type { DayNumbers } from '../lib/day-numbers.js';
import { Spending } from './spending.js';

const DELIVERY: CampaignDelivery = {
  bidMultiplier: 1,
  passes: () => true,
  missed: () => {},
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

export const UNPACED: Deliveries = { of: () => DELIVERY, surveyShare: () => 0 };

/**
 * Holds nothing back and writes nothing down: for commands that explain without a running bidder, and so without knowing what is
 * spent, and for what measures or tests something else.
 */
export function unlimitedSpending(days: DayNumbers): Spending {
  return new Spending({
    money: MONEY,
    deliveries: UNPACED,
    days,
    moneyWords: () => 'as much as anybody wants',
    isDry: false,
  });
}
