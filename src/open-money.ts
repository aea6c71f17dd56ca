import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Spending } from './bid/spending.js';
import type { DeliveryReport } from './delivery/campaign-delivery.js';
import { DeliveryKeeper } from './delivery/delivery-keeper.js';
import { readDeliveryStates, writeDeliveryStates } from './delivery/state-file.js';
import type { Campaign } from './domain/campaign.js';
import type { LedgerAuthority } from './domain/ledger.js';
import { unitsText, type Micros } from './domain/money.js';
import type { Clock, Timers } from './lib/clock.js';
import { DayNumbers } from './lib/day-numbers.js';
import type { MoneyHolder } from './ledger/holder.js';
import type { Metrics } from './metrics/metrics.js';

/** Short, so that few campaigns are due at once. */
const DELIVERY_TICK_MS = 20;
const SAVE_MS = 60_000;
/** So many campaigns get their first money before the process is ready; the others when somebody bids on them. */
const WARMED_MAX = 1_000;
const WARMED_WITHIN_MS = 1_000;
const WARM_LOOK_MS = 5;

export interface MoneyParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where it is kept what pacing has learnt; undefined: nowhere. */
  readonly statePath: string | undefined;
  readonly authority: LedgerAuthority;
  readonly holder: MoneyHolder;
}

/** What the money of a bidder is made of, once its ledger is open. */
export interface Money {
  readonly days: DayNumbers;
  readonly spending: Spending;
  /** The same for explanations: nothing is counted and nothing is reserved. */
  readonly drySpending: Spending;
  readonly deliveries: DeliveryKeeper;
  /** Takes edited campaigns over. Resolves when those in flight have money at hand, or have been waited for. */
  readonly catalogInUse: (campaigns: readonly Campaign[]) => Promise<void>;
  /** @param campaign undefined for all. @returns how the campaigns spend, and why less than planned */
  readonly delivery: (campaign: string | undefined) => Promise<readonly DeliveryReport[]>;
  readonly close: () => void;
}

/** Puts together what decides on how campaigns spend; looks after it until it is closed. */
export function openMoney(parts: MoneyParts): Money {
  const { clock, timers, logger, metrics, statePath, authority, holder } = parts;
  const days = new DayNumbers();
  const deliveries = new DeliveryKeeper({
    clock,
    figures: (campaign) => holder.figures(campaign),
    states:
      statePath === undefined
        ? {}
        : readDeliveryStates(statePath, (message) => {
            logger.warn(message);
          }),
    onRunaway: (message) => {
      logger.error(message);
    },
  });
  const save = (): void => {
    if (statePath === undefined) return;
    try {
      writeDeliveryStates(statePath, deliveries.states());
    } catch (error) {
      logger.warn(`what pacing has learnt cannot be saved: ${String(error)}`);
    }
  };
  const stops = [timers.every(DELIVERY_TICK_MS, () => deliveries.tick()), timers.every(SAVE_MS, save)];
  metrics.watchDeliveries(() => deliveries.figures());

  const spendingParts = {
    money: holder,
    deliveries,
    days,
    moneyWords: (campaign: Campaign) => moneyWords(campaign, holder),
  };
  return {
    days,
    spending: new Spending({ ...spendingParts, isDry: false }),
    drySpending: new Spending({ ...spendingParts, isDry: true }),
    deliveries,
    async catalogInUse(campaigns) {
      // Of ten thousand campaigns each takes some milliseconds: bids are answered in between.
      deliveries.catalogInUse(campaigns);
      await nextTurn();
      holder.campaignsInUse(campaigns);
      await nextTurn();
      await warm(campaigns, holder, days, clock);
    },
    async delivery(campaign) {
      const wanted = deliveries.campaigns().filter(({ id }) => campaign === undefined || id === campaign);
      const impressions = new Map(
        await Promise.all(
          wanted.map(async ({ id, flight }) => {
            const statement = await authority.statement(id, days.at(flight.timeZone, clock.nowMs()));
            return [id, statement?.day.booked.impressions ?? 0] as const;
          }),
        ),
      );
      const reports = deliveries.reports(({ id }) => impressions.get(id) ?? 0);
      return reports.filter((report) => campaign === undefined || report.campaign === campaign);
    },
    close() {
      for (const stop of stops) stop();
      save();
    },
  };
}

/** Asks for the first money of campaigns in flight, so that the first bid on each finds some. */
async function warm(
  campaigns: readonly Campaign[],
  holder: MoneyHolder,
  days: DayNumbers,
  clock: Clock,
): Promise<void> {
  const nowMs = clock.nowMs();
  const wanted = campaigns
    .filter(({ status, flight }) => status === 'active' && flight.startMs <= nowMs && nowMs < flight.endMs)
    .slice(0, WARMED_MAX);
  for (const campaign of wanted) holder.availableMicros(campaign, days.at(campaign.flight.timeZone, nowMs));
  holder.tick();
  const deadlineMs = performance.now() + WARMED_WITHIN_MS;
  while (wanted.some(({ id }) => holder.figures(id) === undefined) && performance.now() < deadlineMs)
    await wait(WARM_LOOK_MS);
}

/** What is left of the day's money, or of the flight's where there is less of that. */
function moneyWords({ id, budget }: Campaign, holder: MoneyHolder): string {
  const figures = holder.figures(id);
  const { currency, dailyMicros, totalMicros } = budget;
  if (!figures) return 'the ledger has not told yet what is left';
  const { spentTodayMicros, spentTotalMicros, heldMicros } = figures;
  const ofDay = dailyMicros !== undefined && dailyMicros - spentTodayMicros < totalMicros - spentTotalMicros;
  const [limit, spent, of] = ofDay
    ? [dailyMicros, spentTodayMicros, 'day']
    : [totalMicros, spentTotalMicros, 'flight'];
  const text = (micros: number) => unitsText(Math.round(micros) as Micros);
  return `of ${text(limit)} ${currency} for the ${of} ${text(spent)} are spent and ${text(heldMicros)} are held for bids whose outcome is open`;
}
