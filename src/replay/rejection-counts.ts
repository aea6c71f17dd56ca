import { describeRanking, describeRejection } from '../bid/describe-rejection.js';
import type { OfferContext } from '../bid/offer.js';
import type { ServedLineItem } from '../bid/snapshot.js';
import type { BidTrace } from '../bid/trace.js';
import type { Impression } from '../domain/bid-request.js';
import type { DropRule, OfferRule, RejectionRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert } from '../lib/assert.js';

/** How often a rule was the first to turn a line item away. */
interface RejectionCount {
  readonly rule: RejectionRule;
  readonly impressions: number;
  /** What it wanted and what was there, the first time. */
  readonly wanted: string;
  readonly found: string;
}

/** What became of every impression that a line item was asked about. */
export interface LineItemReasons {
  readonly campaign: string;
  readonly lineItem: string;
  /** That it bid on. */
  readonly impressions: number;
  /** The most frequent first. */
  readonly rejections: readonly RejectionCount[];
}

interface ItemCounts {
  bids: number;
  readonly rules: Map<RejectionRule, RuleCount>;
}

interface RuleCount {
  impressions: number;
  readonly wanted: string;
  readonly found: string;
}

/** What became of each line item at one impression, as far as the request has come. */
interface Scene {
  readonly context: OfferContext;
  readonly verdicts: Map<ServedLineItem, RejectionRule | 'bids'>;
}

/**
 * The trace that counts, over all requests, which rule was the first to turn each line item away. A line item is counted once for
 * every impression that came to an auction, with what an explanation of the request would show of it.
 */
export class RejectionCounts implements BidTrace {
  readonly hearsTargeting = true;
  /** Auctions held. */
  impressions = 0;
  readonly #counts = new Map<ServedLineItem, ItemCounts>();
  #scenes = new Map<Impression, Scene>();
  #visit: Visit | undefined;
  #impression: Impression | undefined;

  hears(): boolean {
    return true;
  }

  decoded(): void {
    this.#countScenes();
  }

  admitted(): void {}

  visited(visit: Visit): void {
    this.#visit = visit;
  }

  auctionStarted(impression: Impression, context: OfferContext): void {
    this.#impression = impression;
    this.#scenes.set(impression, { context, verdicts: new Map() });
  }

  rejected(item: ServedLineItem, rule: OfferRule): void {
    const impression = this.#impression;
    const scene = impression && this.#scenes.get(impression);
    assert(scene !== undefined && this.#visit !== undefined, 'a line item is heard of in an auction');
    scene.verdicts.set(item, rule);
    const { rules } = this.#of(item);
    if (rules.has(rule)) return;
    const words = describeRejection(rule, item, this.#visit, impression as Impression, scene.context);
    rules.set(rule, { impressions: 0, ...words });
  }

  offered(item: ServedLineItem): void {
    this.#ranked(this.#impression, item, 'outbid-by-own');
  }

  auctionWon(item: ServedLineItem): void {
    const scene = this.#impression && this.#scenes.get(this.#impression);
    scene?.verdicts.set(item, 'bids');
  }

  dropped(impression: Impression, item: ServedLineItem, rule: DropRule): void {
    this.#ranked(impression, item, rule);
  }

  /** @param items in the order in which they are to be told */
  reasons(items: readonly ServedLineItem[]): readonly LineItemReasons[] {
    this.#countScenes();
    return items.map((item) => {
      const { bids, rules } = this.#of(item);
      const counted = [...rules].map(([rule, counts]) => ({ rule, ...counts }));
      return {
        campaign: item.campaign.id,
        lineItem: item.lineItem.id,
        impressions: bids,
        rejections: counted
          .filter(({ impressions }) => impressions > 0)
          .sort((a, b) => b.impressions - a.impressions || (a.rule < b.rule ? -1 : 1)),
      };
    });
  }

  /** What an offer came to that could have been a bid, had there been no others. */
  #ranked(impression: Impression | undefined, item: ServedLineItem, rule: DropRule | 'outbid-by-own'): void {
    const scene = impression && this.#scenes.get(impression);
    assert(scene !== undefined, 'an offer is made in an auction');
    scene.verdicts.set(item, rule);
    const { rules } = this.#of(item);
    if (!rules.has(rule))
      rules.set(rule, { impressions: 0, ...describeRanking(rule, scene.context.exchange) });
  }

  /** The request before is over. */
  #countScenes(): void {
    for (const { verdicts } of this.#scenes.values()) {
      this.impressions += 1;
      for (const [item, verdict] of verdicts) {
        const counts = this.#of(item);
        if (verdict === 'bids') counts.bids += 1;
        else (counts.rules.get(verdict) as RuleCount).impressions += 1;
      }
    }
    this.#scenes = new Map();
  }

  #of(item: ServedLineItem): ItemCounts {
    let counts = this.#counts.get(item);
    if (!counts) {
      counts = { bids: 0, rules: new Map() };
      this.#counts.set(item, counts);
    }
    return counts;
  }
}
