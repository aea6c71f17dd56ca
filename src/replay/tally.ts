import type { SentBid } from '../bid/respond.js';
import type { Campaign } from '../domain/campaign.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import { chargeMicros } from '../domain/notice.js';
import type { EventLog } from '../domain/ports.js';
import type { AuctionEnd } from './auction-end.js';

/** How a request was answered. */
export type ReplayAnswer = 'bid' | 'no-bid' | 'malformed' | 'too-large' | 'unknown-exchange';

/** Counts, and money in micros of a budget's currency. */
export interface Counts {
  bids: number;
  /** What the bids would cost if they were all won at their prices. */
  bidMicros: number;
  /** Bids of which it is known how the auction ended. */
  decided: number;
  wins: number;
  /** Billed impressions, and what they cost. */
  impressions: number;
  spentMicros: number;
  clicks: number;
  /** Clicks that were no person's, by the rules of traffic.json; they are in no other figure. */
  suspectClicks: number;
  conversions: number;
}

export interface LineItemCounts extends Counts {
  readonly campaign: string;
  readonly lineItem: string;
  readonly currency: string;
}

export function noCounts(): Counts {
  return {
    bids: 0,
    bidMicros: 0,
    decided: 0,
    wins: 0,
    impressions: 0,
    spentMicros: 0,
    clicks: 0,
    suspectClicks: 0,
    conversions: 0,
  };
}

/** Adds up what happens: what the bid path decided, and what notices wrote down. */
export class Tally {
  readonly answers = new Map<ReplayAnswer, number>();
  readonly noBids = new Map<NoBidReason, number>();
  /** Places that could be bid on, in requests that could be read. */
  impressionsOffered = 0;
  /** Bids on test traffic, which cost nothing and are in no other figure. */
  testBids = 0;
  /** In the order of the catalogue. */
  readonly lineItems: readonly LineItemCounts[];
  readonly #byId = new Map<string, LineItemCounts>();

  constructor(campaigns: readonly Campaign[]) {
    for (const { id: campaign, budget, lineItems } of campaigns)
      for (const { id: lineItem } of lineItems)
        this.#byId.set(key(campaign, lineItem), {
          campaign,
          lineItem,
          currency: budget.currency,
          ...noCounts(),
        });
    this.lineItems = [...this.#byId.values()];
  }

  answered(answer: ReplayAnswer, reason?: NoBidReason): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
    if (reason !== undefined) this.noBids.set(reason, (this.noBids.get(reason) ?? 0) + 1);
  }

  bid({ facts }: SentBid, end: AuctionEnd): void {
    const counts = this.of(facts);
    counts.bids += 1;
    counts.bidMicros += chargeMicros(facts.priceMicros, facts.budgetRate);
    if (end.kind !== 'unknown') counts.decided += 1;
    if (end.kind === 'won') counts.wins += 1;
  }

  /** Of a line item of the catalogue. */
  of({ campaign, lineItem }: { readonly campaign: string; readonly lineItem: string }): LineItemCounts {
    const counts = this.#byId.get(key(campaign, lineItem));
    if (!counts) throw new Error(`line item ${campaign}/${lineItem} is not in the catalogue`);
    return counts;
  }

  /** The event log of a replay, which adds up what is written down. */
  eventLog(): EventLog {
    return {
      record: (event) => {
        if (event.kind !== 'click') return;
        if (event.outcome === 'accepted') this.of(event).clicks += 1;
        if (event.outcome === 'suspect') this.of(event).suspectClicks += 1;
      },
      recordMoney: (event) => {
        if (event.spends) {
          const counts = this.of(event);
          counts.impressions += 1;
          counts.spentMicros += event.chargeMicros ?? 0;
        }
        return Promise.resolve();
      },
      problem: () => undefined,
      close: () => Promise.resolve(),
    };
  }
}

/** No id has a line break in it. */
function key(campaign: string, lineItem: string): string {
  return `${campaign}\n${lineItem}`;
}
