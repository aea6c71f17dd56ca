import type { Campaign } from '../domain/campaign.js';
import type { AccountState, LeaseReply, LeaseRequest, Tiding } from '../domain/ledger.js';
import type { Micros } from '../domain/money.js';
import { chargeMicros } from '../domain/notice.js';

/** Nobody has wanted to bid from it for so long. */
const IDLE_MS = 30_000;
/** For how long a grant is good while somebody bids: time for several requests. */
export const LEASE_MS = 3_000;
/** An idle lease that is kept is good for longer, and asked for more seldom. */
export const KEPT_LEASE_MS = 60_000;
const KEPT_AGAIN_MS = 20_000;
/** A lease with money or open bids is asked for again after this time, and one that found too little no sooner than the second. */
const ASK_AGAIN_MS = 1_000;
const SCARCE_AGAIN_MS = 500;
/** What a lease wants: what is reserved in so long, and at least so many impressions. */
const WANT_MS = 2_000;
const WANT_IMPRESSIONS = 20;
/** How often in a row what is wanted doubles because a lease ran dry. */
const DOUBLINGS_MAX = 10;
/** Of how many days it is remembered what was spent. */
const DAYS_KNOWN_MAX = 4;
/** Weight of the newest stretch in the rate of reserving. */
const NEWEST_WEIGHT = 0.5;

/** What a lease's holder says of itself in every request. */
export interface HolderFacts {
  readonly holder: string;
  /** While somebody bids. */
  readonly leaseMs: number;
  /** For how long bids may be billed after the lease: held, and once more when they were won. */
  holdMs: number;
}

/** What a campaign may spend, as far as this process knows. */
export interface LeaseBudget {
  readonly campaign: Campaign;
  readonly totalMicros: Micros;
  readonly dailyMicros: Micros | undefined;
}

/** A request that is on its way. */
export interface Asking {
  readonly request: LeaseRequest;
  readonly sentMs: number;
}

/**
 * The money of one campaign and day that is in this process's hands. All times are on the monotonic clock.
 *
 * What is free and what is open together never exceed what the authority holds for it: reserving moves money from one to the
 * other, and so does releasing. Whatever happens between a request and its answer changes both sides alike, so the answer is
 * taken over as a difference: what it grants less what was to be kept.
 */
export class Lease {
  readonly flightDay: number;
  openMicros = 0;
  /** Of the open money, what the authority knew when it last answered; likewise of all that was ever reserved. */
  toldOpenMicros = 0;
  toldReservedMicros = 0;
  reservedMicros = 0;
  demandMs = -Infinity;
  /**
   * Keep the price of some impressions at hand while nobody bids? Else a campaign for which somebody comes every minute would
   * never have money when it is asked. An idle lease that is not kept is given back.
   */
  isKept = false;
  asking: Asking | undefined;
  #freeMicros = 0;
  #goodUntilMs = -Infinity;
  #heardCount = 0;
  #askedMs = -Infinity;
  #wasScarce = false;
  #ranDry = false;
  #doublings = 0;
  #microsPerMs = 0;
  #measuredMs = -Infinity;
  #measuredMicros = 0;
  #dearestMicros = 0;

  constructor(flightDay: number) {
    this.flightDay = flightDay;
  }

  /**
   * What is free, for somebody who wants to bid; too little for one impression shows that more is wanted than is fetched.
   *
   * @param neededMicros for what is to be bid on, which may count for many impressions at once
   */
  availableMicros(nowMs: number, neededMicros: number): number {
    this.demandMs = nowMs;
    const freeMicros = this.freeMicros(nowMs);
    if (neededMicros > this.#dearestMicros) this.#dearestMicros = neededMicros;
    if (freeMicros < this.#dearestMicros) this.#ranDry = true;
    return freeMicros;
  }

  freeMicros(nowMs: number): number {
    return nowMs < this.#goodUntilMs ? Math.max(0, this.#freeMicros) : 0;
  }

  reserve(micros: number, nowMs: number): boolean {
    if (micros > this.#dearestMicros) this.#dearestMicros = micros;
    if (micros > this.freeMicros(nowMs)) {
      this.#ranDry = true;
      return false;
    }
    this.#freeMicros -= micros;
    this.openMicros += micros;
    this.reservedMicros += micros;
    this.#goodUntilMs = Math.min(this.#goodUntilMs, nowMs + LEASE_MS);
    return true;
  }

  /** A bid ended. @param isSpent otherwise its money is free again */
  end(micros: number, isSpent: boolean): void {
    this.openMicros -= micros;
    if (!isSpent) this.#freeMicros += micros;
  }

  /** Nothing more will be bid from it. */
  giveBack(): void {
    this.demandMs = -Infinity;
    this.isKept = false;
    this.#freeMicros = 0;
    this.asking = undefined;
  }

  /** Nothing of it is good any more: the account that it was granted from is gone. */
  void(): void {
    this.#freeMicros = 0;
    this.#goodUntilMs = -Infinity;
    this.toldOpenMicros = 0;
    this.toldReservedMicros = 0;
  }

  isIdle(nowMs: number): boolean {
    return nowMs - this.demandMs >= IDLE_MS;
  }

  isDue(nowMs: number): boolean {
    if (this.asking) return false;
    const sinceMs = nowMs - this.#askedMs;
    const isWanted = !this.isIdle(nowMs);
    if (sinceMs >= ASK_AGAIN_MS) {
      if (isWanted || this.openMicros > 0) return true;
      if (!this.isKept) return this.#freeMicros > 0;
      return this.#goodUntilMs - nowMs < KEPT_LEASE_MS - KEPT_AGAIN_MS;
    }
    if (nowMs - this.demandMs >= ASK_AGAIN_MS || (this.#wasScarce && sinceMs < SCARCE_AGAIN_MS)) return false;
    return this.#ranDry || 2 * this.freeMicros(nowMs) < this.#wantMicros();
  }

  /** Nobody bids from it, and nothing of it is held here. */
  isAtRest(nowMs: number): boolean {
    return this.isIdle(nowMs) && !this.asking && this.openMicros === 0 && this.#freeMicros <= 0;
  }

  /** Whether nothing of it is left, here and, after so long without a request, with the authority. */
  isOver(nowMs: number, forgottenMs: number): boolean {
    return !this.isKept && this.isAtRest(nowMs) && nowMs - this.#askedMs > forgottenMs;
  }

  /** @param spentMicros of the campaign, as far as is known */
  ask(budget: LeaseBudget, facts: HolderFacts, spentMicros: number, nowMs: number): Asking {
    this.#measure(nowMs);
    if (this.#ranDry) this.#doublings = Math.min(DOUBLINGS_MAX, this.#doublings + 1);
    else if (this.#doublings > 0) this.#doublings -= 1;
    this.#ranDry = false;
    const { campaign, totalMicros, dailyMicros } = budget;
    const leastMicros = Math.max(this.#dearestMicros, dearestOf(campaign));
    this.#dearestMicros = leastMicros;
    const isIdle = this.isIdle(nowMs);
    const limitMicros = Math.max(0, Math.min(totalMicros - spentMicros, dailyMicros ?? Infinity));
    const idleMicros = this.isKept ? WANT_IMPRESSIONS * leastMicros : 0;
    const wantMicros = Math.min(isIdle ? idleMicros : this.#wantMicros(), limitMicros);
    this.#freeMicros = Math.min(this.freeMicros(nowMs), wantMicros);
    this.#askedMs = nowMs;
    const request: LeaseRequest = {
      campaign: campaign.id,
      holder: facts.holder,
      flightDay: this.flightDay,
      totalMicros,
      dailyMicros,
      openMicros: this.openMicros as Micros,
      keepMicros: this.#freeMicros as Micros,
      wantMicros: wantMicros as Micros,
      leastMicros: leastMicros as Micros,
      reservedMicros: this.reservedMicros as Micros,
      heardCount: this.#heardCount,
      leaseMs: isIdle && this.isKept && this.openMicros === 0 ? KEPT_LEASE_MS : facts.leaseMs,
      holdMs: facts.holdMs,
    };
    this.asking = { request, sentMs: nowMs };
    return this.asking;
  }

  /** @returns the tidings that are new */
  take(reply: LeaseReply, { request, sentMs }: Asking): readonly Tiding[] {
    this.#freeMicros += reply.freeMicros - request.keepMicros;
    // Money that is free again may be bid only by who hears all the time of what was billed: with open bids no lease is good for long.
    this.#goodUntilMs = sentMs + (this.openMicros > 0 ? LEASE_MS : request.leaseMs);
    this.#wasScarce = reply.freeMicros < request.wantMicros;
    this.toldOpenMicros = request.openMicros;
    this.toldReservedMicros = request.reservedMicros;
    const fresh = reply.tidings.slice(Math.max(0, this.#heardCount - reply.tidingsFrom));
    this.#heardCount = Math.max(this.#heardCount, reply.tidingsFrom + reply.tidings.length);
    return fresh;
  }

  #wantMicros(): number {
    const usualMicros = Math.max(this.#microsPerMs * WANT_MS, WANT_IMPRESSIONS * this.#dearestMicros);
    return Math.ceil(usualMicros * 2 ** this.#doublings);
  }

  #measure(nowMs: number): void {
    const ms = nowMs - this.#measuredMs;
    if (ms < ASK_AGAIN_MS / 2) return;
    const newest = (this.reservedMicros - this.#measuredMicros) / ms;
    this.#microsPerMs += NEWEST_WEIGHT * (newest - this.#microsPerMs);
    this.#measuredMs = nowMs;
    this.#measuredMicros = this.reservedMicros;
  }
}

/** Asked for every second, of thousands of campaigns with all their line items. */
const dearestKnown = new WeakMap<Campaign, number>();

/** What one impression of the campaign costs at most, as its file says. */
function dearestOf(campaign: Campaign): number {
  let dearestMicros = dearestKnown.get(campaign);
  if (dearestMicros !== undefined) return dearestMicros;
  dearestMicros = 1;
  for (const { bid } of campaign.lineItems) {
    dearestMicros = Math.max(dearestMicros, chargeMicros(bid.amountMicros, 1));
  }
  dearestKnown.set(campaign, dearestMicros);
  return dearestMicros;
}

interface KnownSpend {
  /** The most that an account ever told. */
  mostMicros: number;
  /** What the account that there is now told last. */
  toldMicros: number;
}

/** The money of one campaign in this process's hands. */
export class CampaignMoney {
  readonly leases = new Map<number, Lease>();
  campaign: Campaign;
  /** In the catalogue; if not, it is forgotten with its last lease. */
  isInUse = true;
  /** The account that grants are from; undefined before the first one. */
  epoch: string | undefined;
  /** Of what all processes together have, when it was last told. */
  #account: AccountState | undefined;
  readonly #total: KnownSpend = { mostMicros: 0, toldMicros: 0 };
  /** The newest days, by flight day. */
  readonly #days = new Map<number, KnownSpend>();
  #latest: Lease | undefined;

  constructor(campaign: Campaign) {
    this.campaign = campaign;
  }

  get account(): AccountState | undefined {
    return this.#account;
  }

  /** Spent on the day that bids last asked for. */
  get spentDayMicros(): number {
    return (this.#latest && this.#days.get(this.#latest.flightDay)?.toldMicros) ?? 0;
  }

  /** Of the day that bids last asked for. */
  get latest(): Lease | undefined {
    return this.#latest;
  }

  /** The lease of a day, made when missing: somebody wants to bid. */
  wanted(flightDay: number): Lease {
    if (this.#latest?.flightDay === flightDay) return this.#latest;
    const lease = this.#leaseOf(flightDay);
    this.#latest = lease;
    return lease;
  }

  /** A lease to ask by although nobody wants to bid. */
  probed(): Lease {
    for (const lease of this.leases.values()) return lease;
    return this.#leaseOf(0);
  }

  /** Nobody bids on it, and nothing of it is held here. */
  isAtRest(nowMs: number): boolean {
    for (const lease of this.leases.values()) if (!lease.isAtRest(nowMs)) return false;
    return true;
  }

  forget(flightDay: number): void {
    this.leases.delete(flightDay);
    if (this.#latest?.flightDay === flightDay) this.#latest = undefined;
  }

  /** The account is gone. */
  void(): void {
    this.#account = undefined;
    this.#total.toldMicros = 0;
    for (const day of this.#days.values()) day.toldMicros = 0;
    for (const lease of this.leases.values()) lease.void();
  }

  take(flightDay: number, account: AccountState): void {
    this.#account = account;
    note(this.#total, account.spentTotalMicros);
    let day = this.#days.get(flightDay);
    if (!day) {
      this.#days.set(flightDay, (day = { mostMicros: 0, toldMicros: 0 }));
      for (const oldest of this.#days.keys()) {
        if (this.#days.size <= DAYS_KNOWN_MAX) break;
        this.#days.delete(oldest);
      }
    }
    note(day, account.spentDayMicros);
  }

  /**
   * What may be asked for. What is spent does not become less: where an account knows of less than was told before, it is a new one,
   * or has lost something, and other processes have yet to tell it what is in their logs. Until then that much less is asked for.
   */
  budgetOf(flightDay: number): LeaseBudget {
    const { totalMicros, dailyMicros } = this.campaign.budget;
    return {
      campaign: this.campaign,
      totalMicros: less(totalMicros, this.#total),
      dailyMicros: dailyMicros === undefined ? undefined : less(dailyMicros, this.#days.get(flightDay)),
    };
  }

  #leaseOf(flightDay: number): Lease {
    let lease = this.leases.get(flightDay);
    if (!lease) this.leases.set(flightDay, (lease = new Lease(flightDay)));
    return lease;
  }
}

function note(known: KnownSpend, micros: number): void {
  known.toldMicros = micros;
  known.mostMicros = Math.max(known.mostMicros, micros);
}

function less(budgetMicros: Micros, known: KnownSpend | undefined): Micros {
  const missingMicros = known ? known.mostMicros - known.toldMicros : 0;
  return Math.max(0, budgetMicros - missingMicros) as Micros;
}
