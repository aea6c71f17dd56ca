import type { BidRequest, Impression } from '../domain/bid-request.js';
import type { Deliveries, DeliveryFate } from '../domain/money-ports.js';
import { isDimension, type DropRule, type OfferRule } from '../domain/rejection.js';
import { unreachable } from '../lib/assert.js';
import type { ServedLineItem } from './snapshot.js';
import type { BidTrace } from './trace.js';

/** About so many line items of the catalogue are looked at by one survey: some tenths of a millisecond. */
const LINE_ITEMS_OF_SURVEY = 512;

/** Which survey it is, and of what. */
export interface SurveyOptions {
  readonly deliveries: Deliveries;
  readonly nowMs: number;
  /** For how many requests it stands. */
  readonly weight: number;
  /** Surveys are counted through from 0. */
  readonly number: number;
  /** In the catalogue. */
  readonly lineItemCount: number;
}

/**
 * Counts what becomes of the line items that an impression matches, so that a campaign which spends too little can be told why.
 *
 * An auction stops at the first bid that stands; with this trace it goes on, so only a share of the requests is surveyed. Where there
 * are many line items, each survey looks at one part of them, and the next survey at the next part. What is counted counts for
 * all the requests and parts that it stands for.
 */
export class DeliverySurvey implements BidTrace {
  readonly hearsTargeting = false;
  readonly #deliveries: Deliveries;
  readonly #nowMs: number;
  readonly #number: number;
  /** A power of two, less one. */
  readonly #partMask: number;
  #weight: number;

  constructor({ deliveries, nowMs, weight, number, lineItemCount }: SurveyOptions) {
    const parts = 2 ** Math.max(0, Math.ceil(Math.log2(lineItemCount / LINE_ITEMS_OF_SURVEY)));
    this.#deliveries = deliveries;
    this.#nowMs = nowMs;
    this.#number = number;
    this.#partMask = parts - 1;
    this.#weight = weight * parts;
  }

  hears({ caps }: ServedLineItem): boolean {
    return ((caps.hashes.lineItem ^ this.#number) & this.#partMask) === 0;
  }

  /** Test traffic is bid on whatever the money and the pace, and says nothing of either. */
  decoded({ test }: BidRequest): void {
    if (test) this.#weight = 0;
  }

  admitted(): void {}

  visited(): void {}

  auctionStarted(): void {}

  rejected(item: ServedLineItem, rule: OfferRule): void {
    const fate = fateOf(rule);
    if (fate) this.#count(item, fate, 1);
  }

  /** Until its auction is won, it has lost to another one of ours. */
  offered(item: ServedLineItem): void {
    this.#count(item, 'outbid-by-own', 1);
  }

  auctionWon(item: ServedLineItem): void {
    this.#count(item, 'outbid-by-own', -1);
    this.#count(item, 'bid', 1);
  }

  /** What found no place in a break had not won before. */
  dropped(_impression: Impression, item: ServedLineItem, rule: DropRule): void {
    if (rule === 'pod-full') return;
    this.#count(item, 'bid', -1);
    this.#count(item, 'outbid-by-own', 1);
  }

  #count(item: ServedLineItem, fate: DeliveryFate, sign: 1 | -1): void {
    if (!this.hears(item)) return;
    this.#deliveries.of(item.campaign, this.#nowMs).count(fate, sign * this.#weight);
  }
}

/** @returns undefined where the impression was none for the line item, or nobody looked */
function fateOf(rule: OfferRule): DeliveryFate | undefined {
  if (isDimension(rule)) return undefined;
  switch (rule) {
    case 'campaign-paused':
    case 'line-item-paused':
    case 'creative-paused':
    case 'creative-pinned':
    case 'flight-not-started':
    case 'flight-over':
    case 'not-examined':
      return undefined;
    case 'frequency-cap':
    case 'frequency-unknown':
      return 'capped';
    case 'below-floor':
      return 'below-floor';
    case 'paced':
    case 'spending-stopped':
      return 'paced';
    case 'budget':
      return 'without-money';
    case 'blocked-advertiser':
    case 'seat':
    case 'dsa-transparency':
    case 'deal-advertiser':
    case 'deal-seat':
    case 'deal-without-price':
    case 'no-exchange-rate':
    case 'creative-format':
    case 'creative-size':
    case 'creative-insecure':
    case 'creative-category':
    case 'creative-app':
    case 'creative-type':
    case 'creative-mime':
    case 'creative-attribute':
    case 'creative-api':
    case 'creative-expandable':
    case 'creative-duration':
    case 'creative-protocol':
    case 'creative-bitrate':
    case 'creative-delivery':
    case 'creative-linearity':
    case 'creative-skip':
    case 'creative-assets':
    case 'creative-language':
    case 'creative-already-used':
    case 'pod-duplicate':
    case 'creative-too-large':
      return 'blocked';
    default:
      return unreachable(rule);
  }
}
