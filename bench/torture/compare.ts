import type { Statement } from '../../src/domain/ledger.js';
import { CAP_MINUTES, type TortureCampaign } from './configuration.js';
import type { ExchangeAccount, ExchangeBid } from './exchange-account.js';
import type { LoggedBilling } from './read-billings.js';

/** One campaign, as three witnesses have it. Micros of its currency. */
interface CampaignFigures {
  readonly campaign: string;
  readonly billings: number;
  readonly exchangeMicros: number;
  readonly logMicros: number;
  readonly ledgerMicros: number;
  /** Of the total, or of the fullest day's budget, whichever is more. */
  readonly spentShare: number;
  /** Spent beyond the budget as a share of it: of the worst day, and of the total. */
  readonly dailyOverspendShare: number;
  readonly totalOverspendShare: number;
}

/** What is left when everything is quiet. */
export interface Comparison {
  readonly name: string;
  readonly campaigns: readonly CampaignFigures[];
  /** Acknowledged to the exchange, and in no event log. */
  readonly lost: number;
  /** In an event log or the ledger more often than the exchange billed them. */
  readonly doubled: number;
  /** In an event log, and never billed by the exchange. */
  readonly invented: number;
  /** Lines of bids that were logged more than once, which is no harm. */
  readonly repeatedLines: number;
  /** In the ledger by day and in the event logs by day, not the same: days of campaigns. */
  readonly daysThatDiffer: number;
  /** Impressions shown beyond the cap: of the person who saw most, and of how many persons. */
  readonly beyondCapMost: number;
  readonly beyondCapPersons: number;
}

/** What was booked in the end, for a campaign and a day (`YYYY-MM-DD`). Undefined: nothing. */
export type StatementOf = (campaign: string, flightDay: string) => Promise<Statement | undefined>;

export async function compare(
  name: string,
  account: ExchangeAccount,
  logged: readonly LoggedBilling[],
  campaigns: readonly TortureCampaign[],
  statementOf: StatementOf,
): Promise<Comparison> {
  const distinct = new Map<string, LoggedBilling>();
  for (const billing of logged) if (!distinct.has(billing.bidId)) distinct.set(billing.bidId, billing);
  const acknowledged = [...account.acknowledged.values()];
  let doubled = 0;
  let daysThatDiffer = 0;
  const figures: CampaignFigures[] = [];
  for (const campaign of campaigns) {
    const lines = [...distinct.values()].filter((line) => line.campaign === campaign.id);
    const days = [...new Set(lines.map(({ flightDay }) => flightDay))];
    const statements = await Promise.all(days.map((day) => statementOf(campaign.id, day)));
    const total = statements[0]?.total ?? { impressions: 0, micros: 0 };
    doubled += Math.max(0, total.impressions - lines.length);
    const daily = days.map((day, i) => ({
      loggedMicros: sum(lines.filter(({ flightDay }) => flightDay === day)),
      bookedMicros: statements[i]?.day.booked.micros ?? 0,
    }));
    daysThatDiffer += daily.filter(({ loggedMicros, bookedMicros }) => loggedMicros !== bookedMicros).length;
    figures.push({
      campaign: campaign.id,
      billings: lines.length,
      exchangeMicros: sum(acknowledged.filter((bid) => bid.campaign === campaign.id)),
      logMicros: sum(lines),
      ledgerMicros: total.micros,
      spentShare: Math.max(
        sum(lines) / campaign.totalMicros,
        ...daily.map(({ loggedMicros }) => loggedMicros / (campaign.dailyMicros ?? Infinity)),
      ),
      dailyOverspendShare: Math.max(
        0,
        ...daily.map(({ loggedMicros }) => overspend(loggedMicros, campaign.dailyMicros)),
      ),
      totalOverspendShare: overspend(sum(lines), campaign.totalMicros),
    });
  }
  return {
    name,
    campaigns: figures,
    lost: acknowledged.filter(({ bidId }) => !distinct.has(bidId)).length,
    doubled,
    invented: [...distinct.keys()].filter((bidId) => !account.billed.has(bidId)).length,
    repeatedLines: logged.length - distinct.size,
    daysThatDiffer,
    ...beyondCaps(acknowledged, campaigns),
  };
}

function sum(billings: readonly { readonly chargeMicros: number }[]): number {
  return billings.reduce((micros, { chargeMicros }) => micros + chargeMicros, 0);
}

function overspend(spentMicros: number, budgetMicros: number | undefined): number {
  return budgetMicros === undefined ? 0 : Math.max(0, spentMicros - budgetMicros) / budgetMicros;
}

/** Counts each person's impressions in every window that ends with one of them. */
function beyondCaps(
  shown: readonly ExchangeBid[],
  campaigns: readonly TortureCampaign[],
): Pick<Comparison, 'beyondCapMost' | 'beyondCapPersons'> {
  const excesses: number[] = [];
  for (const { id, capImpressions } of campaigns) {
    if (capImpressions === undefined) continue;
    const byUser = new Map<string, number[]>();
    for (const { user, madeMs } of shown.filter(({ campaign }) => campaign === id))
      byUser.set(user, [...(byUser.get(user) ?? []), madeMs]);
    for (const times of byUser.values()) {
      const inWindow = times.map(
        (endMs) => times.filter((ms) => ms <= endMs && ms > endMs - CAP_MINUTES * 60_000).length,
      );
      excesses.push(Math.max(...inWindow) - capImpressions);
    }
  }
  const beyond = excesses.filter((excess) => excess > 0);
  return { beyondCapMost: Math.max(0, ...beyond), beyondCapPersons: beyond.length };
}
