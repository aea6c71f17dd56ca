import type { Micros } from '../../src/domain/money.js';

/** A bid as the simulated world knows it, which is more than any process does. */
export interface SimulatedBid {
  readonly bidId: string;
  readonly campaign: string;
  readonly lineItem: string;
  readonly flightDay: number;
  /** By the wall clock of its process. */
  readonly bidAtMs: number;
  readonly reservedMicros: Micros;
  /** By the timeline: when it was made, and from when on its process may have released it. */
  readonly madeMs: number;
  releasedFromMs: number;
  /** Once the exchange has made up its mind: what it bills. */
  chargeMicros: Micros | undefined;
  /** A process has said that it took note of the billing. */
  isAcknowledged: boolean;
  /** In somebody's event log. */
  isDurable: boolean;
  /** What the authority has booked for it. */
  bookedMicros: number | undefined;
  /** It was booked although its money may have been free again. */
  isLate: boolean;
}

/** Money of one campaign and day that is owed, or may be. */
export interface Exposure {
  /** Billings that were booked while their bids were held, and bids that are still held. */
  micros: number;
  /** Billings of bids that were released before, or called lost. */
  lateMicros: number;
}

export type CampaignDay = string;

export function campaignDay(campaign: string, flightDay: number): CampaignDay {
  return `${campaign} ${flightDay}`;
}

/**
 * The books of somebody who sees everything at once: each bid, whether it is held, and what came to be owed for it. What processes,
 * event logs and the authority say is held against it.
 */
export class TrueBook {
  readonly bids = new Map<string, SimulatedBid>();
  readonly #held = new Set<SimulatedBid>();
  readonly #days = new Map<CampaignDay, Exposure>();
  readonly #totals = new Map<string, Exposure>();

  opened(bid: SimulatedBid): void {
    this.bids.set(bid.bidId, bid);
    this.#held.add(bid);
    for (const exposure of this.#exposuresOf(bid)) exposure.micros += bid.reservedMicros;
  }

  /**
   * The exchange said that it was lost: from now on its money may be free again, even if the exchange billed it a moment ago and the
   * process that made the bid has yet to hear of that.
   */
  lost(bid: SimulatedBid, nowMs: number): void {
    bid.releasedFromMs = Math.min(bid.releasedFromMs, nowMs);
    this.expire(nowMs);
    if (bid.bookedMicros === undefined || bid.isLate) return;
    bid.isLate = true;
    for (const exposure of this.#exposuresOf(bid)) {
      exposure.micros -= bid.bookedMicros;
      exposure.lateMicros += bid.bookedMicros;
    }
  }

  /** It is in an event log for good. */
  writtenDown(bidId: string): void {
    const bid = this.bids.get(bidId);
    if (bid) bid.isDurable = true;
  }

  /** The authority has booked it for the first time. */
  booked(bid: SimulatedBid, chargeMicros: number, nowMs: number): void {
    this.expire(nowMs);
    if (bid.bookedMicros !== undefined) return;
    bid.bookedMicros = chargeMicros;
    bid.isLate = !this.#held.delete(bid);
    for (const exposure of this.#exposuresOf(bid)) {
      if (bid.isLate) exposure.lateMicros += chargeMicros;
      else exposure.micros += chargeMicros - bid.reservedMicros;
    }
  }

  /** Lets go of bids whose time is over. Bids are held about in the order in which they were made. */
  expire(nowMs: number): void {
    for (const bid of this.#held) {
      if (bid.releasedFromMs > nowMs) continue;
      this.#held.delete(bid);
      for (const exposure of this.#exposuresOf(bid)) exposure.micros -= bid.reservedMicros;
    }
  }

  ofDay(campaign: string, flightDay: number): Exposure {
    return exposureIn(this.#days, campaignDay(campaign, flightDay));
  }

  ofTotal(campaign: string): Exposure {
    return exposureIn(this.#totals, campaign);
  }

  /** Days of the campaign on which something was bid. */
  days(campaign: string): readonly number[] {
    const prefix = `${campaign} `;
    return [...this.#days.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => Number(name.slice(prefix.length)));
  }

  /** Of a campaign: reserved for bids that are still held. */
  heldMicros(campaign: string): number {
    let micros = 0;
    for (const bid of this.#held) if (bid.campaign === campaign) micros += bid.reservedMicros;
    return micros;
  }

  #exposuresOf({ campaign, flightDay }: SimulatedBid): [Exposure, Exposure] {
    return [this.ofDay(campaign, flightDay), this.ofTotal(campaign)];
  }
}

function exposureIn(exposures: Map<string, Exposure>, name: string): Exposure {
  let exposure = exposures.get(name);
  if (!exposure) exposures.set(name, (exposure = { micros: 0, lateMicros: 0 }));
  return exposure;
}
