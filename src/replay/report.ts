import type { Campaign } from '../domain/campaign.js';
import type { LineItemReasons } from './rejection-counts.js';
import type { ReplayedTraffic } from './replay-traffic.js';
import { noCounts, type Counts, type Tally } from './tally.js';

/** What was bought and what came of it. Micros of the row's currency; null where there is nothing to divide by. */
export interface Figures {
  readonly currency: string;
  readonly bids: number;
  /** CPM. */
  readonly averageBidMicros: number | null;
  /** Bids of which it is known how the auction ended, and how many of them won. */
  readonly decided: number;
  readonly wins: number;
  readonly winRate: number | null;
  /** Billed. */
  readonly impressions: number;
  readonly spentMicros: number;
  /** What a thousand impressions, a click and a conversion cost. */
  readonly ecpmMicros: number | null;
  readonly clicks: number;
  readonly ctr: number | null;
  readonly ecpcMicros: number | null;
  readonly suspectClicks: number;
  readonly conversions: number;
  readonly cpaMicros: number | null;
}

interface LineItemFigures extends Figures {
  readonly campaign: string;
  readonly lineItem: string;
}

interface CampaignFigures {
  readonly campaign: string;
  readonly currency: string;
  readonly budgetMicros: number;
  readonly dailyMicros: number | null;
  /** By the ledger. */
  readonly spentMicros: number;
  readonly spentShare: number;
}

/** What a replay came to. Plain JSON. */
export interface ReplayReport {
  readonly file: string;
  readonly start: string;
  readonly seed: number;
  readonly traffic: ReplayedTraffic;
  /** Places that could be bid on. */
  readonly impressionsOffered: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly noBids: Readonly<Record<string, number>>;
  readonly testBids: number;
  /** One for each currency. */
  readonly totals: readonly Figures[];
  readonly lineItems: readonly LineItemFigures[];
  readonly campaigns: readonly CampaignFigures[];
  /** Why line items did not bid; only where that was asked for. */
  readonly reasons?: {
    /** That came to an auction. */
    readonly impressions: number;
    readonly lineItems: readonly LineItemReasons[];
  };
}

export interface ReportParts extends Pick<ReplayReport, 'file' | 'start' | 'seed' | 'traffic'> {
  readonly tally: Tally;
  readonly campaigns: readonly Campaign[];
  /** By campaign. */
  readonly spentMicros: ReadonlyMap<string, number>;
  readonly reasons: ReplayReport['reasons'];
}

export function replayReport({
  tally,
  campaigns,
  spentMicros,
  reasons,
  ...facts
}: ReportParts): ReplayReport {
  return {
    ...facts,
    impressionsOffered: tally.impressionsOffered,
    answers: sorted(tally.answers),
    noBids: sorted(tally.noBids),
    testBids: tally.testBids,
    totals: totalsOf(tally),
    lineItems: tally.lineItems.map(({ campaign, lineItem, currency, ...counts }) => ({
      campaign,
      lineItem,
      ...figures(currency, counts),
    })),
    campaigns: campaigns.map(({ id, budget }) => ({
      campaign: id,
      currency: budget.currency,
      budgetMicros: budget.totalMicros,
      dailyMicros: budget.dailyMicros ?? null,
      spentMicros: spentMicros.get(id) ?? 0,
      spentShare: (spentMicros.get(id) ?? 0) / budget.totalMicros,
    })),
    ...(reasons && { reasons }),
  };
}

/** The most frequent first. */
function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

function totalsOf({ lineItems }: Tally): readonly Figures[] {
  const byCurrency = new Map<string, Counts>();
  for (const counts of lineItems) {
    const sum = byCurrency.get(counts.currency) ?? noCounts();
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
    byCurrency.set(counts.currency, sum);
  }
  return [...byCurrency]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, counts]) => figures(currency, counts));
}

function figures(currency: string, counts: Counts): Figures {
  const { bids, bidMicros, decided, wins, impressions, spentMicros, clicks } = counts;
  return {
    currency,
    bids,
    averageBidMicros: rounded(bidMicros * 1000, bids),
    decided,
    wins,
    winRate: ratio(wins, decided),
    impressions,
    spentMicros,
    ecpmMicros: rounded(spentMicros * 1000, impressions),
    clicks,
    ctr: ratio(clicks, impressions),
    ecpcMicros: rounded(spentMicros, clicks),
    suspectClicks: counts.suspectClicks,
    conversions: counts.conversions,
    cpaMicros: rounded(spentMicros, counts.conversions),
  };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function rounded(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round(part / whole);
}
