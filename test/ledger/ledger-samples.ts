import type { Campaign } from '../../src/domain/campaign.js';
import type { CampaignId } from '../../src/domain/ids.js';
import type { LedgerAuthority, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import type { LedgerMetrics, Reservation } from '../../src/domain/money-ports.js';
import { MoneyHolder, type LedgerOptions } from '../../src/ledger/holder.js';
import type { ManualClock } from '../../src/lib/clock.js';

export const DAY = 20_000;
/** One impression of the sample campaign at most. */
export const PRICE_MICROS = 1_000 as Micros;
export const HOLD_MS = 10_000;

/** A campaign as far as its money goes: a CPM of 1, so that an impression costs 1,000 micros. */
export function campaignWith(budget: { total: number; daily?: number }, id = 'shoes'): Campaign {
  const campaign = {
    id,
    budget: { totalMicros: budget.total, dailyMicros: budget.daily, currency: 'USD', pacing: 'asap' },
    lineItems: [{ id: 'main', bid: { model: 'cpm', amountMicros: 1_000_000 } }],
  };
  return campaign as unknown as Campaign;
}

/** Counts by name and word. */
class CountedMetrics implements LedgerMetrics {
  readonly counts = new Map<string, number>();

  leaseAnswered(result: string): void {
    this.#count(`lease ${result}`);
  }
  reservationRefused(): void {
    this.#count('refused');
  }
  reservationEnded(how: string): void {
    this.#count(`ended ${how}`);
  }
  billedLate(): void {
    this.#count('billed late');
  }
  billingTold(result: string): void {
    this.#count(`billing ${result}`);
  }
  tidingLost(): void {
    this.#count('tiding lost');
  }

  #count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

export interface HolderUnderTest {
  readonly money: MoneyHolder;
  readonly holder: string;
  readonly metrics: CountedMetrics;
  readonly troubles: string[];
  /** The id of the next bid. */
  readonly newBid: () => string;
}

let holders = 0;

export function holderWith(
  authority: LedgerAuthority,
  clock: ManualClock,
  options: Partial<LedgerOptions> = {},
): HolderUnderTest {
  const holder = `h${(++holders).toString(36).padStart(7, '0')}`;
  const metrics = new CountedMetrics();
  const troubles: string[] = [];
  const money = new MoneyHolder({
    authority,
    holder,
    clock,
    metrics,
    holdMsMax: HOLD_MS,
    onTrouble: (message) => troubles.push(message),
    replay: () => Promise.resolve(),
    logProblem: () => undefined,
    timers: undefined,
    ...options,
  });
  let bids = 0;
  return { money, holder, metrics, troubles, newBid: () => `${holder}-${(++bids).toString(36)}` };
}

export function reservationOf(bidId: string, change: Partial<Reservation> = {}): Reservation {
  return {
    campaign: 'shoes' as CampaignId,
    bidId,
    flightDay: DAY,
    micros: PRICE_MICROS,
    holdMs: HOLD_MS,
    ...change,
  };
}

export function settlementOf(bidId: string, change: Partial<Settlement> = {}): Settlement {
  return {
    campaign: 'shoes',
    lineItem: 'main',
    bidId,
    bidAtMs: 1_728_000_000_000,
    flightDay: DAY,
    reservedMicros: PRICE_MICROS,
    chargeMicros: PRICE_MICROS,
    ...change,
  };
}

/** Lets answers that are there arrive. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}
