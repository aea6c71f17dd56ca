import type { Campaign } from '../domain/campaign.js';
import { hashString } from '../lib/hash.js';
import { pacingWords, type PacingFacts } from './describe-pacing.js';
import { FlightTraffic } from './flight-traffic.js';
import { MarketFigures } from './market-figures.js';
import { cleaned, grown, type MoneyFigures } from './money-figures.js';
import { OpenHours, type PacedLineItem } from './open-hours.js';
import type { PacerState } from './pacer-state.js';
import { plannedMicros, type SpentFigures } from './spend-plan.js';
import { TrafficCurve } from './traffic-curve.js';
import type { ZoneDays } from './zone-days.js';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1000;
/** After a longer pause between two observations, nobody looked in between. */
const GAP_MS = 60_000;
/** What was spent beside the plan is made good in this time, by at most a quarter more or less than planned. */
const CORRECTION_MS = 600_000;
const CORRECTION_SHARE_MAX = 0.25;
/** Bidding doubles no faster than this, from a fiftieth on: what was learnt in silence may be wrong. */
const DOUBLING_MS = 20_000;
const THROTTLE_START = 0.02;
/** The price is lowered until so much of what comes is bid on; the rest is room to follow traffic at once. */
const THROTTLE_WANTED = 0.9;
const PRICE_DOWN_MS = 2_400_000;
const PRICE_UP_MS = 900_000;
const MULTIPLIER_MIN = 0.1;
const SILENT_SHARE = 0.1;
const HASHES = 2 ** 32;
const HASH_SEED = 0x9ace;

/** The facts of a campaign that pacing goes by. */
export type PacedCampaign = Pick<Campaign, 'flight' | 'budget'> & {
  readonly lineItems: readonly PacedLineItem[];
};

export interface PlannedHour {
  readonly startMs: number;
  readonly endMs: number;
  readonly micros: number;
}

/** Spreads the requests of a line item evenly over 0 to 2^32 - 1; the same request gets the same number. */
export function pacingHash(requestId: string, lineItemId: string): number {
  return hashString(lineItemId, hashString(requestId, HASH_SEED));
}

/**
 * Decides on how much of what comes a campaign bids, and at which part of its price, so that its money lasts as long as
 * its flight and its day.
 *
 * Every second or so it compares the money that the plan has for the next minute (spend-plan.ts) with what it would
 * cost to bid on everything (market-figures.ts). The throttle is the proportion, and follows traffic within a minute or
 * two. Where it stays below nine tenths, there is more traffic than money, and the bids are lowered step by step: the
 * same money then buys more impressions (bench/pacing/ measures how many). Where everything is bid on and the plan is
 * missed, the bids rise again, up to the full price. `asap` does neither. A campaign that nothing is known about bids on the
 * first that come, as many as the next minute's money pays for at the full price, and from then on on a fiftieth and more.
 *
 * Between two observations no more passes than the rest of the budget pays for at the full price. The ledger holds the
 * budget in any case, and among several processes it alone. Each process may count its own share of the traffic as long
 * as the money is the whole campaign's: what bidding on a candidate costs is then larger in proportion.
 */
export class Pacer {
  readonly #days: ZoneDays;
  readonly #curve = new TrafficCurve();
  readonly #market = new MarketFigures();
  #campaign: PacedCampaign;
  #traffic: FlightTraffic;
  #dearestMicros: number;
  #throttle = THROTTLE_START;
  #isNew = true;
  #bidMultiplier = 1;
  #passBelow = 0;
  #passesLeft = 0;
  #firstPasses = 0;
  #candidates = 0;
  #passed = 0;
  #nowMs = NaN;
  #money: MoneyFigures | undefined;
  /** Planned and not spent, beyond what the rest of the plan makes good by itself. */
  #missedMicros = 0;
  #unlearnt = { hourOfWeek: -1, candidates: 0, ms: 0 };
  #facts: PacingFacts = { state: 'starting', plannedMicrosPerHour: 0, possibleMicrosPerHour: 0 };

  /**
   * @param days of the flight's time zone; share one among the campaigns of a zone
   * @param state from before a restart, undefined for a campaign that nothing is known about
   */
  constructor(campaign: PacedCampaign, days: ZoneDays, state: PacerState | undefined) {
    this.#days = days;
    this.#campaign = campaign;
    this.#traffic = trafficOf(campaign, days);
    this.#dearestMicros = dearestMicros(campaign);
    if (!state) return;
    this.#isNew = false;
    this.#throttle = state.throttle;
    this.#bidMultiplier = Math.max(MULTIPLIER_MIN, state.bidMultiplier);
    this.#curve.restore(state.curve);
    this.#market.restore(state.market);
    this.#nowMs = state.savedMs;
  }

  /** Takes an edited campaign of the same time zone over; what was learnt stays. Counts from the next observation on. */
  campaignChanged(campaign: PacedCampaign): void {
    this.#campaign = campaign;
    this.#traffic = trafficOf(campaign, this.#days);
    this.#dearestMicros = dearestMicros(campaign);
    this.#missedMicros = 0;
  }

  /** The next figures are no continuation of the last ones: what is more in them did not happen in between. */
  figuresBeginAnew(): void {
    this.#money = undefined;
  }

  /** How much of what comes is bid on: 0 to 1. */
  get throttle(): number {
    return this.#throttle;
  }

  /** What bids are multiplied with: above 0, at most 1. */
  get bidMultiplier(): number {
    return this.#bidMultiplier;
  }

  /**
   * Counts a candidate, and says whether to bid on it. Call it once for each auction in which a line item could bid with its
   * full price, or else `missed`: the traffic is learnt from these calls.
   *
   * @param requestHash from `pacingHash`
   */
  passes(requestHash: number): boolean {
    this.#candidates += 1;
    if (!this.wouldPass(requestHash)) return false;
    this.#passed += 1;
    this.#passesLeft -= 1;
    if (this.#firstPasses > 0) this.#firstPasses -= 1;
    return true;
  }

  /** Counts a candidate on which nothing can be bid, because the ledger has no money at hand for it. */
  missed(): void {
    this.#candidates += 1;
  }

  /** What `passes` would say; counts nothing. For explanations. */
  wouldPass(requestHash: number): boolean {
    return (requestHash < this.#passBelow || this.#firstPasses > 0) && this.#passesLeft >= 1;
  }

  /**
   * To be called about once a second. Figures that are no number, or below zero, count as 0. Where the clock was put back,
   * or stood still for more than a minute, nothing is learnt from what came in between.
   *
   * @param nowMs wall clock
   */
  observe(nowMs: number, figures: MoneyFigures): void {
    const money = cleaned(figures);
    if (!Number.isFinite(nowMs)) return;
    const elapsedMs = nowMs - this.#nowMs;
    if (elapsedMs !== 0) this.#learn(nowMs, elapsedMs, money);
    this.#money = money;
    this.#steer(nowMs, elapsedMs > 0 && elapsedMs <= GAP_MS ? elapsedMs : 0);
    this.#passBelow = this.#throttle * HASHES;
    this.#passesLeft = Math.floor(this.#leftMicros(money) / this.#dearestMicros);
    if (this.#passesLeft < 1 && this.#facts.state !== 'no-flight') {
      this.#facts = { ...this.#facts, state: 'no-money' };
    }
  }

  /**
   * What an even plan of the whole day, or a front-loaded one, would have spent of today's money by now: what was spent is held
   * against it. With `asap` all that the day may spend, nothing outside of the flight.
   */
  plannedUntil(nowMs: number): { readonly untilNowMicros: number; readonly wholeDayMicros: number } {
    if (!this.#isInFlight(nowMs)) return { untilNowMicros: 0, wholeDayMicros: 0 };
    const { budget } = this.#campaign;
    const { spentTodayMicros = 0, spentTotalMicros = 0 } = this.#money ?? {};
    const before = { todayMicros: 0, totalMicros: Math.max(0, spentTotalMicros - spentTodayMicros) };
    if (budget.pacing === 'asap') {
      const leftMicros = Math.max(0, budget.totalMicros - before.totalMicros);
      const allMicros = Math.min(leftMicros, budget.dailyMicros ?? Infinity);
      return { untilNowMicros: allMicros, wholeDayMicros: allMicros };
    }
    const day = this.#traffic.at(nowMs, this.#curve.rates);
    const plan = (untilMs: number) => plannedMicros(budget, this.#traffic, before, day.startMs, untilMs);
    return { untilNowMicros: plan(nowMs), wholeDayMicros: plan(day.endMs) };
  }

  /** Why bids are held back, or not; in words. */
  explain(): string {
    return pacingWords(this.#facts, this.#throttle, this.#bidMultiplier, this.#campaign.budget.currency);
  }

  /** What is planned for the rest of today by hour, the hour that has begun included; empty outside of the flight. */
  plan(nowMs: number): readonly PlannedHour[] {
    if (!this.#isInFlight(nowMs)) return [];
    const day = this.#traffic.at(nowMs, this.#curve.rates);
    let spent = this.#spent();
    const hours: PlannedHour[] = [];
    for (const { startMs, endMs } of day.hours) {
      if (endMs <= nowMs) continue;
      const fromMs = Math.max(startMs, nowMs);
      const micros = plannedMicros(this.#campaign.budget, this.#traffic, spent, fromMs, endMs);
      hours.push({ startMs: fromMs, endMs, micros });
      spent = { todayMicros: spent.todayMicros + micros, totalMicros: spent.totalMicros + micros };
    }
    return hours;
  }

  /** @returns some kilobytes, for `readPacerState` */
  toJson(): PacerState {
    return {
      version: 1,
      savedMs: Number.isFinite(this.#nowMs) ? Math.max(0, this.#nowMs) : 0,
      throttle: this.#throttle,
      bidMultiplier: this.#bidMultiplier,
      curve: this.#curve.toJson(),
      market: this.#market.toJson(),
    };
  }

  #learn(nowMs: number, elapsedMs: number, money: MoneyFigures): void {
    const before = this.#money;
    const candidates = this.#candidates;
    const passed = this.#passed;
    this.#candidates = 0;
    this.#passed = 0;
    this.#nowMs = nowMs;
    if (!before || !(elapsedMs > 0 && elapsedMs <= GAP_MS)) {
      if (elapsedMs > 0) this.#market.fade(elapsedMs);
      return;
    }
    const reservedMicros = grown(before.reservedMicros, money.reservedMicros);
    const step = {
      elapsedMs,
      candidates,
      passed,
      reservedMicros,
      endedMicros: Math.max(0, reservedMicros + before.openMicros - money.openMicros),
      spentMicros: grown(before.spentTotalMicros, money.spentTotalMicros),
    };
    this.#market.add(step);
    this.#missedMicros -= reservedMicros * this.#market.spentShare(this.#dearestMicros);
    if (this.#isInFlight(nowMs)) this.#learnCurve(nowMs, elapsedMs, candidates);
  }

  #learnCurve(nowMs: number, elapsedMs: number, candidates: number): void {
    const hour = this.#hourOfWeek(nowMs);
    const unlearnt = this.#unlearnt;
    if (unlearnt.ms >= MINUTE_MS || hour !== unlearnt.hourOfWeek) {
      if (unlearnt.ms > 0) this.#curve.learn(unlearnt.hourOfWeek, unlearnt.candidates, unlearnt.ms / HOUR_MS);
      this.#unlearnt = { hourOfWeek: hour, candidates, ms: elapsedMs };
    } else {
      unlearnt.candidates += candidates;
      unlearnt.ms += elapsedMs;
    }
  }

  #isInFlight(nowMs: number): boolean {
    const { startMs, endMs } = this.#campaign.flight;
    return startMs <= nowMs && nowMs < endMs;
  }

  #steer(nowMs: number, elapsedMs: number): void {
    const { budget } = this.#campaign;
    if (!this.#isInFlight(nowMs)) {
      this.#throttle = 0;
      this.#facts = { state: 'no-flight', plannedMicrosPerHour: 0, possibleMicrosPerHour: 0 };
      return;
    }
    if (budget.pacing === 'asap') {
      this.#throttle = 1;
      this.#bidMultiplier = 1;
      this.#facts = { state: 'asap', plannedMicrosPerHour: 0, possibleMicrosPerHour: 0 };
      return;
    }
    this.#traffic.at(nowMs, this.#curve.rates);
    const plannedPerMs = this.#plannedPerMs(nowMs);
    if (this.#isNew) this.#firstPasses = Math.ceil((plannedPerMs * MINUTE_MS) / this.#dearestMicros);
    this.#isNew = false;
    const wantedPerMs = this.#corrected(plannedPerMs, elapsedMs);
    const possiblePerMs = this.#market.candidatesPerMs * this.#market.costMicros(this.#dearestMicros);
    const proportion = possiblePerMs > 0 ? wantedPerMs / possiblePerMs : 1;
    const reachable = Math.max(THROTTLE_START, this.#throttle) * 2 ** (elapsedMs / DOUBLING_MS);
    this.#throttle = Math.min(1, proportion, reachable);
    const isSteady = wantedPerMs > 0 && this.#passesLeft >= 1 && reachable >= Math.min(1, proportion);
    if (isSteady && !this.#isSilent(nowMs)) this.#reprice(proportion, elapsedMs);
    this.#facts = {
      state: this.#stateOf(proportion, reachable),
      plannedMicrosPerHour: plannedPerMs * HOUR_MS,
      possibleMicrosPerHour: possiblePerMs * HOUR_MS,
    };
  }

  #stateOf(proportion: number, reachable: number): PacingFacts['state'] {
    if (reachable < Math.min(1, proportion)) return 'starting';
    return proportion < 1 ? 'paced' : 'open';
  }

  /** The pace of the next minute, or of what is left of the day. */
  #plannedPerMs(nowMs: number): number {
    const leftMs = this.#traffic.windowMs.endMs - nowMs;
    const aheadMs = Math.max(SECOND_MS, Math.min(MINUTE_MS, leftMs));
    const { budget } = this.#campaign;
    return plannedMicros(budget, this.#traffic, this.#spent(), nowMs, nowMs + aheadMs) / aheadMs;
  }

  /** The planned pace, a little faster or slower where the minutes before missed it. */
  #corrected(plannedPerMs: number, elapsedMs: number): number {
    const most = plannedPerMs * CORRECTION_MS * CORRECTION_SHARE_MAX;
    const missed = this.#missedMicros + plannedPerMs * elapsedMs;
    this.#missedMicros = Math.max(-most, Math.min(most, missed));
    return plannedPerMs + this.#missedMicros / CORRECTION_MS;
  }

  /** Does so little come that it looks like an outage? Higher bids would not help then. */
  #isSilent(nowMs: number): boolean {
    const perHour = this.#market.candidatesPerMs * HOUR_MS;
    const expected = this.#curve.isKnown ? (this.#curve.rates[this.#hourOfWeek(nowMs)] as number) : 0;
    return perHour === 0 || perHour < expected * SILENT_SHARE;
  }

  #hourOfWeek(nowMs: number): number {
    return this.#days.dayAt(nowMs).hours.find(({ endMs }) => nowMs < endMs)?.hourOfWeek ?? 0;
  }

  /** Lowers or raises the price slowly, since its effect is known only when outcomes are. */
  #reprice(proportion: number, elapsedMs: number): void {
    const distance = Math.max(-1, Math.min(1, Math.log(Math.max(1e-9, proportion / THROTTLE_WANTED))));
    const step = (distance * elapsedMs) / (distance > 0 ? PRICE_UP_MS : PRICE_DOWN_MS);
    this.#bidMultiplier = Math.max(MULTIPLIER_MIN, Math.min(1, this.#bidMultiplier * Math.exp(step)));
  }

  /** What is spent, with what will probably come of the open bids. */
  #spent(): SpentFigures {
    if (!this.#money) return { todayMicros: 0, totalMicros: 0 };
    const { openMicros, spentTodayMicros, spentTotalMicros } = this.#money;
    const comingMicros = openMicros * this.#market.spentShare(this.#dearestMicros);
    return { todayMicros: spentTodayMicros + comingMicros, totalMicros: spentTotalMicros + comingMicros };
  }

  /** What is left of the budget if every open bid is paid in full. */
  #leftMicros({ openMicros, spentTodayMicros, spentTotalMicros }: MoneyFigures): number {
    const { dailyMicros, totalMicros } = this.#campaign.budget;
    const ofDay = (dailyMicros ?? Infinity) - spentTodayMicros;
    return Math.max(0, Math.min(ofDay, totalMicros - spentTotalMicros) - openMicros);
  }
}

function trafficOf({ flight, lineItems }: PacedCampaign, days: ZoneDays): FlightTraffic {
  return new FlightTraffic(flight, days, new OpenHours(lineItems));
}

/** What one impression of the campaign costs at most. */
function dearestMicros({ lineItems }: PacedCampaign): number {
  const cpmMicros = lineItems.map(({ bid }) => bid.amountMicros);
  return Math.max(1, Math.ceil(Math.max(0, ...cpmMicros) / 1000));
}
