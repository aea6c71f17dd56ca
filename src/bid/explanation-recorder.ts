import type { PrivacyLimit } from '../admission/privacy.js';
import type { BidRequest, Impression } from '../domain/bid-request.js';
import { unitsText } from '../domain/money.js';
import { REJECTION_RULES, type OfferRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert } from '../lib/assert.js';
import { describePrice } from '../pricing/describe.js';
import { describeRejection } from './describe-rejection.js';
import type { ExplainedImpression, ExplainedLineItem, Explanation } from './explain.js';
import { priceQuestion, type Offer, type OfferContext } from './offer.js';
import { plainVisitor } from './plain-visitor.js';
import type { ServedLineItem } from './snapshot.js';
import type { BidTrace } from './trace.js';

type Recorded = Pick<
  Explanation,
  'requestId' | 'time' | 'personalData' | 'visitor' | 'skipped' | 'impressions'
>;

/** What one auction is about; set by `auctionStarted`, before any line item is heard. */
interface Scene {
  readonly impression: Impression;
  readonly context: OfferContext;
  readonly entries: Map<ServedLineItem, ExplainedLineItem>;
}

/** The trace that writes down what an explanation shows. For one request. */
export class ExplanationRecorder implements BidTrace {
  #request: BidRequest | undefined;
  #visit: Visit | undefined;
  #time: Explanation['time'];
  #personalData: Explanation['personalData'];
  readonly #scenes: Scene[] = [];

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
    this.#scenes.push({ impression, context, entries: new Map() });
  }

  rejected(item: ServedLineItem, rule: OfferRule): void {
    const { entries, impression, context } = this.#scene();
    assert(this.#visit !== undefined, 'an auction is held for a visit');
    const { wanted, found } = describeRejection(rule, item, this.#visit, impression, context);
    entries.set(item, {
      ...named(item),
      verdict: 'rejected',
      rule,
      wanted,
      found,
      ...failedPrice(rule, item, this.#scene()),
    });
  }

  offered(item: ServedLineItem, offer: Offer): void {
    const { entries, context } = this.#scene();
    entries.set(item, {
      ...named(item),
      verdict: 'rejected',
      rule: 'outbid-by-own',
      wanted: 'the highest bid among all line items',
      found: 'another line item bids more, or bids the same and it is its turn',
      creative: offer.creative.creative.id,
      ...(offer.deal && { deal: offer.deal.id }),
      price: describePrice(offer.question, offer.price, context.rates),
    });
  }

  auctionWon(item: ServedLineItem): void {
    const { entries } = this.#scene();
    const offered = entries.get(item);
    assert(offered !== undefined, 'who wins has made an offer');
    const { rule: _rule, wanted: _wanted, found: _found, ...kept } = offered;
    entries.set(item, { ...kept, verdict: 'bids' });
  }

  dropped(impression: Impression, item: ServedLineItem): void {
    const scene = this.#scenes.find((each) => each.impression === impression);
    const entry = scene?.entries.get(item);
    assert(scene !== undefined && entry !== undefined, 'what is dropped has won an auction');
    const wanted = `room in a response of at most ${scene.context.exchange.responseBytesMax} bytes`;
    const found = 'bids of a higher price fill it';
    scene.entries.set(item, { ...entry, verdict: 'rejected', rule: 'response-too-large', wanted, found });
  }

  recorded(): Recorded {
    return {
      requestId: this.#request?.id,
      time: this.#time,
      personalData: this.#personalData,
      visitor: this.#visit && plainVisitor(this.#visit),
      skipped: (this.#request?.skipped ?? []).map(({ id, why }) => ({ impression: id, why })),
      impressions: this.#scenes.map(explainedImpression),
    };
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

function failedPrice(
  rule: OfferRule,
  item: ServedLineItem,
  { impression, context }: Scene,
): { price?: readonly string[] } {
  if (rule !== 'below-floor' && rule !== 'no-exchange-rate' && rule !== 'deal-without-price') return {};
  const held = item.lineItem.targeting.deals?.anyOf ?? [];
  const deal = impression.deals.find((each) => held.includes(each.id));
  const question = priceQuestion(deal, item, impression, context);
  return { price: describePrice(question, undefined, context.rates) };
}

function explainedImpression({ impression, entries }: Scene): ExplainedImpression {
  const { sizes, flexSizes } = impression.banner;
  return {
    impression: impression.id,
    sizes: [
      ...sizes.map(({ w, h }) => `${w}x${h}`),
      ...flexSizes.map((flex) => `${flex.widthRatio}:${flex.heightRatio}, ${flex.widthMin} or wider`),
    ],
    floor: `${unitsText(impression.floorMicros)} ${impression.floorCurrency}`,
    lineItems: [...entries.values()].sort((a, b) => distanceFromBid(a) - distanceFromBid(b)),
  };
}

/** 0 for the one that bids; else the more, the earlier the rule that ended it. */
function distanceFromBid({ rule }: ExplainedLineItem): number {
  return rule === undefined ? 0 : REJECTION_RULES.length - REJECTION_RULES.indexOf(rule);
}
