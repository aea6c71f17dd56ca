import type { BidRequest } from '../domain/bid-request.js';
import type { Campaign } from '../domain/campaign.js';
import type { Exchange } from '../domain/catalog.js';
import { conversionRate, type Currency, type Micros, type Rates } from '../domain/money.js';
import { chargeMicros } from '../domain/notice.js';
import { HOLD_FACTOR, type BidMoney, type Deliveries, type Reservation } from '../domain/money-ports.js';
import type { SpendingRule } from '../domain/rejection.js';
import type { DayNumbers } from '../lib/day-numbers.js';
import { pacingHash } from '../pacing/pacer.js';
import type { Price } from '../pricing/price.js';
import type { ServedLineItem } from './snapshot.js';

export interface SpendingParts {
  readonly money: BidMoney;
  readonly deliveries: Deliveries;
  readonly days: DayNumbers;
  /** What of a campaign's money is spent and what is held, in words for explanations. */
  readonly moneyWords: (campaign: Campaign, flightDay: number) => string;
  /** For explanations: it knocks without opening, so nothing is counted and nothing is reserved. */
  readonly isDry: boolean;
}

/** What the money of a bid depends on besides the line item. One a request. */
export interface SpendingContext {
  readonly request: BidRequest;
  readonly exchange: Exchange;
  readonly currency: Currency;
  readonly rates: Rates;
  readonly nowMs: number;
  /** How many impressions one play of the impression at hand counts for (rule 39). */
  readonly multiplier: number;
}

/**
 * The last door of an offer: may this line item spend so much on this impression now? Test traffic passes, since nothing is
 * ever booked for it.
 */
export class Spending {
  readonly #parts: SpendingParts;

  constructor(parts: SpendingParts) {
    this.#parts = parts;
  }

  /** Why nothing at all can be spent now, in words. */
  problem(): string | undefined {
    return this.#parts.money.problem();
  }

  bidMultiplier(item: ServedLineItem, { request, nowMs }: SpendingContext): number {
    return request.test ? 1 : this.#parts.deliveries.of(item.campaign, nowMs).bidMultiplier;
  }

  /**
   * @param price with the bid multiplier in it
   * @param isCounted false when nothing comes of it, whatever the answer
   * @param mustBid a guaranteed deal: pacing hears of it and holds nothing back
   */
  refusal(
    item: ServedLineItem,
    price: Price,
    context: SpendingContext,
    isCounted: boolean,
    mustBid: boolean,
  ): SpendingRule | undefined {
    const { request, nowMs } = context;
    if (request.test) return undefined;
    const { campaign, lineItem } = item;
    const delivery = this.#parts.deliveries.of(campaign, nowMs);
    if (delivery.stopped(lineItem.id) !== undefined) return 'spending-stopped';
    const isReal = isCounted && !this.#parts.isDry;
    const neededMicros = costOf(item, price, context);
    const available = this.#parts.money.availableMicros(campaign, this.#dayOf(item, nowMs), neededMicros);
    if (available < neededMicros) {
      // Pacing learns the traffic also where there is no money for it.
      if (isReal) delivery.missed();
      return 'budget';
    }
    const hash = pacingHash(request.id, lineItem.id);
    const passes = isReal ? delivery.passes(hash) : delivery.wouldPass(hash);
    return passes || mustBid ? undefined : 'paced';
  }

  /** @returns undefined for test traffic, for which nothing is set aside; false when there is no money after all */
  reserve(
    item: ServedLineItem,
    price: Price,
    context: SpendingContext,
    bid: { readonly bidId: string; readonly holdSeconds: number },
  ): Reservation | undefined | false {
    if (context.request.test || this.#parts.isDry) return undefined;
    const { campaign, lineItem } = item;
    const reservation: Reservation = {
      campaign: campaign.id,
      bidId: bid.bidId,
      flightDay: this.#dayOf(item, context.nowMs),
      micros: costOf(item, price, context),
      holdMs: HOLD_FACTOR * bid.holdSeconds * 1000,
    };
    if (!this.#parts.money.reserve(reservation)) return false;
    this.#parts.deliveries.of(campaign, context.nowMs).sent(lineItem.id, reservation.micros);
    return reservation;
  }

  release(reservation: Reservation): void {
    this.#parts.money.release(reservation);
  }

  /** For explanations: what was there instead of what the rule wanted. */
  found(rule: SpendingRule, item: ServedLineItem, context: SpendingContext): string {
    const delivery = this.#parts.deliveries.of(item.campaign, context.nowMs);
    if (rule === 'spending-stopped') return delivery.stopped(item.lineItem.id) ?? 'it is going on again';
    if (rule === 'paced') return delivery.pacingWords();
    return this.#parts.moneyWords(item.campaign, this.#dayOf(item, context.nowMs));
  }

  #dayOf({ campaign }: ServedLineItem, nowMs: number): number {
    return this.#parts.days.at(campaign.flight.timeZone, nowMs);
  }
}

/** What one play at this price costs the campaign, in micros of its budget's currency. Who has a price has a rate. */
function costOf(
  { campaign }: ServedLineItem,
  price: Price,
  { currency, rates, multiplier }: SpendingContext,
): Micros {
  const rate = conversionRate(rates, currency, campaign.budget.currency) ?? 1;
  return chargeMicros(price.priceMicros, rate * multiplier);
}
