import type { PrivacyLimit } from '../domain/gates.js';
import type { BidRequest, Impression } from '../domain/bid-request.js';
import { unitsText } from '../domain/money.js';
import {
  isPriceRule,
  isSpendingRule,
  REJECTION_RULES,
  type DropRule,
  type OfferRule,
} from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert } from '../lib/assert.js';
import { describePrice } from '../pricing/describe.js';
import { describeRanking, describeRejection } from './describe-rejection.js';
import type { ExplainedImpression, ExplainedLineItem, Explanation } from './explain.js';
import type { Offer, OfferContext } from './offer.js';
import { plainVisitor } from './plain-visitor.js';
import type { ServedLineItem } from './snapshot.js';
import type { BidTrace } from './trace.js';

type Recorded = Pick<
  Explanation,
  'requestId' | 'time' | 'personalData' | 'visitor' | 'skipped' | 'impressions' | 'impressionsLeftOut'
>;

/** What one auction is about; set by `auctionStarted`, before any line item is heard. */
interface Scene {
  readonly impression: Impression;
  readonly context: OfferContext;
  readonly entries: Map<ServedLineItem, ExplainedLineItem>;
}

/**
 * Describing takes its time, and bids wait for it. The first impression is always explained whole; once this many line
 * items have been described, no further impression is begun.
 */
const DESCRIBED_MAX = 2_000;

/** The trace that writes down what an explanation shows. For one request. */
export class ExplanationRecorder implements BidTrace {
  readonly hearsTargeting = true;
  /** Undefined: the line items of all campaigns are described. */
  readonly #campaign: string | undefined;
  readonly #leftOut: string[] = [];
  #described = 0;
  #request: BidRequest | undefined;
  #visit: Visit | undefined;
  #time: Explanation['time'];
  #personalData: Explanation['personalData'];
  readonly #scenes: Scene[] = [];

  constructor(campaign: string | undefined) {
    this.#campaign = campaign;
  }

  hears(): boolean {
    return true;
  }

  decoded(request: BidRequest): void {
    this.#request = request;
  }

  admitted(budgetMs: number, limit: PrivacyLimit | undefined): void {
    this.#time = { tmaxMs: this.#request?.tmaxMs, budgetMs };
    this.#personalData = { used: limit === undefined, because: limit };
  }

  visited(visit: Visit): void {
    this.#visit = visit;
  }

  auctionStarted(impression: Impression, context: OfferContext): void {
    if (this.#described >= DESCRIBED_MAX) this.#leftOut.push(impression.id);
    this.#scenes.push({ impression, context, entries: new Map() });
  }

  rejected(item: ServedLineItem, rule: OfferRule): void {
    if (!this.#isDescribed(item)) return;
    this.#described++;
    const { entries, impression, context } = this.#scene();
    assert(this.#visit !== undefined, 'an auction is held for a visit');
    const { wanted, found } = describeRejection(rule, item, this.#visit, impression, context);
    entries.set(item, {
      ...named(item),
      verdict: 'rejected',
      rule,
      wanted,
      found,
      ...failedPrice(rule, this.#scene()),
    });
  }

  offered(item: ServedLineItem, offer: Offer): void {
    if (!this.#isDescribed(item)) return;
    this.#described++;
    const { entries, context } = this.#scene();
    entries.set(item, {
      ...named(item),
      verdict: 'rejected',
      rule: 'outbid-by-own',
      ...describeRanking('outbid-by-own', context.exchange),
      creative: offer.creative.creative.id,
      ...(offer.deal && { deal: offer.deal.id }),
      price: describePrice(offer.question, offer.price, context.rates),
    });
  }

  auctionWon(item: ServedLineItem): void {
    if (!this.#isDescribed(item)) return;
    const { entries } = this.#scene();
    const offered = entries.get(item);
    assert(offered !== undefined, 'who wins has made an offer');
    const { rule: _rule, wanted: _wanted, found: _found, ...kept } = offered;
    entries.set(item, { ...kept, verdict: 'bids' });
  }

  dropped(impression: Impression, item: ServedLineItem, rule: DropRule): void {
    const scene = this.#scenes.find((each) => each.impression === impression);
    const entry = scene?.entries.get(item);
    if (!scene || !entry) return;
    const { wanted, found } = describeRanking(rule, scene.context.exchange);
    scene.entries.set(item, { ...entry, verdict: 'rejected', rule, wanted, found });
  }

  recorded(): Recorded {
    return {
      requestId: this.#request?.id,
      time: this.#time,
      personalData: this.#personalData,
      visitor: this.#visit && plainVisitor(this.#visit),
      skipped: (this.#request?.skipped ?? []).map(({ id, why }) => ({ impression: id, why })),
      impressions: this.#scenes
        .filter(({ impression }) => !this.#leftOut.includes(impression.id))
        .map(explainedImpression),
      impressionsLeftOut: this.#leftOut,
    };
  }

  #isDescribed({ campaign }: ServedLineItem): boolean {
    if (this.#campaign !== undefined && campaign.id !== this.#campaign) return false;
    return this.#leftOut.length === 0;
  }

  #scene(): Scene {
    const scene = this.#scenes.at(-1);
    assert(scene !== undefined, 'a line item is heard within an auction');
    return scene;
  }
}

function named(item: ServedLineItem): { campaign: string; lineItem: string } {
  return { campaign: item.campaign.id, lineItem: item.lineItem.id };
}

/** How far the price came, and the deal that it was for, where it was the price that ended an offer. */
function failedPrice(rule: OfferRule, { context }: Scene): { deal?: string; price?: readonly string[] } {
  const { deal, question } = context.failure;
  if (!(isPriceRule(rule) || isSpendingRule(rule)) || !question) return {};
  return { ...(deal && { deal: deal.id }), price: describePrice(question, undefined, context.rates) };
}

const NO_SIZES = { sizes: [], flexSizes: [] } as const;

function explainedImpression({ impression, entries }: Scene): ExplainedImpression {
  const { sizes, flexSizes } = impression.banner ?? NO_SIZES;
  return {
    impression: impression.id,
    sizes: [
      ...sizes.map(({ w, h }) => `${w}x${h}`),
      ...flexSizes.map((flex) => `${flex.widthRatio}:${flex.heightRatio}, ${flex.widthMin} or wider`),
      ...(['video', 'audio', 'native'] as const).filter((format) => impression[format] !== undefined),
    ],
    floor: `${unitsText(impression.floorMicros)} ${impression.floorCurrency}`,
    lineItems: [...entries.values()].sort((a, b) => distanceFromBid(a) - distanceFromBid(b)),
  };
}

/** 0 for the one that bids; else the more, the earlier the rule that ended it. */
function distanceFromBid({ rule }: ExplainedLineItem): number {
  return rule === undefined ? 0 : REJECTION_RULES.length - REJECTION_RULES.indexOf(rule);
}
