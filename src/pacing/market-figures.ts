import { DecayedRatio, type RatioState } from './decayed-ratio.js';

/**
 * What a campaign's auctions were like lately: how many come, what is reserved for each that is bid on, and how much of what
 * is reserved becomes spend.
 *
 * Bids are known at once, but whether they won is known minutes later; so the cost of bidding is taken apart into what
 * is reserved, which is fresh, and the share of it that gets spent, which changes slowly. Each is remembered twice, for
 * minutes and for hours, and where the minutes hold too little the hours speak. Before anything is known, a bid is taken to cost what it
 * can cost at most, so that a campaign starts slowly.
 *
 * A surge of traffic costs money at once, a lull costs only time: of a short and a longer memory of the
 * traffic, the one that saw more is believed.
 */
const SURGE_MS = 20_000;
const LATELY_MS = 60_000;
const USUAL_MS = 900_000;
const SETTLED_LATELY_MS = 300_000;
const SLOW_MS = 7_200_000;
/** So many auctions, bids and wins make half a conviction. */
const CANDIDATES_TELLING = 20;
const BIDS_TELLING = 10;
const WINS_TELLING = 30;

/** What happened since the last time. */
export interface MarketStep {
  readonly elapsedMs: number;
  readonly candidates: number;
  /** Candidates that pacing let through. */
  readonly passed: number;
  readonly reservedMicros: number;
  /** Of what was reserved: billed or released, so that its outcome is known. */
  readonly endedMicros: number;
  readonly spentMicros: number;
}

export class MarketFigures {
  readonly #surge = new DecayedRatio(SURGE_MS);
  readonly #lately = new DecayedRatio(LATELY_MS);
  readonly #usual = new DecayedRatio(USUAL_MS);
  readonly #reserved = new DecayedRatio(LATELY_MS);
  readonly #reservedSlow = new DecayedRatio(SLOW_MS);
  readonly #settled = new DecayedRatio(SETTLED_LATELY_MS);
  readonly #settledSlow = new DecayedRatio(SLOW_MS);

  /** In the order in which they are stored. */
  readonly #all = [
    this.#surge,
    this.#lately,
    this.#usual,
    this.#reserved,
    this.#reservedSlow,
    this.#settled,
    this.#settledSlow,
  ];

  add(step: MarketStep): void {
    const { elapsedMs, candidates, passed, reservedMicros, endedMicros, spentMicros } = step;
    for (const rate of [this.#surge, this.#lately, this.#usual]) rate.add(candidates, elapsedMs, elapsedMs);
    for (const ratio of [this.#reserved, this.#reservedSlow]) ratio.add(reservedMicros, passed, elapsedMs);
    for (const ratio of [this.#settled, this.#settledSlow]) ratio.add(spentMicros, endedMicros, elapsedMs);
  }

  /** Time in which nobody looked makes everything less certain. */
  fade(elapsedMs: number): void {
    for (const ratio of this.#all) ratio.add(0, 0, elapsedMs);
  }

  /** Candidates a millisecond at this moment; 0 when none came for long. */
  get candidatesPerMs(): number {
    const usual = this.#usual.per > 0 ? this.#usual.amount / this.#usual.per : 0;
    if (usual === 0) return 0;
    const tellingMs = CANDIDATES_TELLING / usual;
    return Math.max(this.#surge.estimate(usual, tellingMs), this.#lately.estimate(usual, tellingMs));
  }

  /** @param dearestMicros what one impression can cost at most @returns what bidding on one candidate costs on average */
  costMicros(dearestMicros: number): number {
    const slow = this.#reservedSlow.estimate(dearestMicros, BIDS_TELLING);
    return this.#reserved.estimate(slow, BIDS_TELLING) * this.spentShare(dearestMicros);
  }

  /** Which share of what is reserved will be spent: above 0, at most 1. */
  spentShare(dearestMicros: number): number {
    const slow = Math.max(1e-4, this.#settledSlow.estimate(1, WINS_TELLING * dearestMicros));
    return Math.min(1, this.#settled.estimate(slow, (WINS_TELLING * dearestMicros) / slow));
  }

  toJson(): readonly RatioState[] {
    return this.#all.map((ratio) => ratio.toJson());
  }

  restore(state: readonly RatioState[]): void {
    for (const [i, ratio] of this.#all.entries()) ratio.restore(state[i] ?? [0, 0]);
  }
}
