import type { Campaign, LineItem } from '../domain/campaign.js';
import type { CampaignRule } from '../domain/rejection.js';
import { setBit, wordsFor } from './postings.js';

/** A line item with the campaign it belongs to. */
export interface IndexedLineItem {
  readonly campaign: Campaign;
  readonly lineItem: LineItem;
}

/** @returns why a line item takes no part at a moment, or undefined when it does */
export function dormantReason(item: IndexedLineItem, nowMs: number): CampaignRule | undefined {
  const { status, flight } = item.campaign;
  if (status === 'paused') return 'campaign-paused';
  if (item.lineItem.status === 'paused') return 'line-item-paused';
  if (nowMs < flight.startMs) return 'flight-not-started';
  return nowMs >= flight.endMs ? 'flight-over' : undefined;
}

/**
 * The line items that are switched on and in flight. Flights start and end a few times a day, requests come thousands
 * a second: the mask is kept until the moment asked for lies beyond the next start or end.
 */
export class LiveLineItems {
  readonly #items: readonly IndexedLineItem[];
  /** Every start and end of a flight, ascending. */
  readonly #turnsMs: Float64Array;
  #mask = new Uint32Array(0);
  /** The mask holds from here, */
  #fromMs = Infinity;
  /** to just before here. */
  #untilMs = -Infinity;

  constructor(items: readonly IndexedLineItem[]) {
    this.#items = items;
    const turns = items.flatMap(({ campaign }) => [campaign.flight.startMs, campaign.flight.endMs]);
    this.#turnsMs = Float64Array.from(new Set(turns)).sort();
  }

  /** @returns the mask at a moment; it never changes, so a request may go on with it */
  at(nowMs: number): Uint32Array {
    if (nowMs < this.#fromMs || nowMs >= this.#untilMs) this.#moveTo(nowMs);
    return this.#mask;
  }

  #moveTo(nowMs: number): void {
    const next = this.#turnsMs.findIndex((turnMs) => turnMs > nowMs);
    const last = next < 0 ? this.#turnsMs.length - 1 : next - 1;
    this.#fromMs = this.#turnsMs[last] ?? -Infinity;
    this.#untilMs = this.#turnsMs[next] ?? Infinity;
    this.#mask = new Uint32Array(wordsFor(this.#items.length));
    for (const [number, item] of this.#items.entries()) {
      if (dormantReason(item, nowMs) === undefined) setBit(this.#mask, number);
    }
  }
}
