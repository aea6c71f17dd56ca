import { setTimeout as wait } from 'node:timers/promises';
import type { Campaign } from '../domain/campaign.js';
import {
  holderOf,
  type LeaseReply,
  type LedgerAuthority,
  type Settlement,
  type Tiding,
} from '../domain/ledger.js';
import type {
  BidMoney,
  BillOutcome,
  LedgerMetrics,
  NoticeLedger,
  Reservation,
} from '../domain/money-ports.js';
import type { Clock, Timers } from '../lib/clock.js';
import { Billings } from './billings.js';
import {
  CampaignMoney,
  KEPT_LEASE_MS,
  LEASE_MS,
  type Asking,
  type HolderFacts,
  type Lease,
} from './lease.js';
import { OpenBids } from './open-bids.js';
import { Replays } from './replays.js';

const TICK_MS = 100;
/** A tick is made in so many parts, each of some of the campaigns: thousands at once would hold requests up for milliseconds. */
const TICK_PARTS = 10;
/** A lease that is half used up between two ticks is asked for so soon: a burst of bids may need more than it has. */
const HURRY_MS = 5;
/** Lease requests without an answer for so long are given up. */
const ANSWER_MS = 1_000;
const ASKING_MAX = 1_000;
/** So many campaigns that nobody bids on keep a little money at hand. */
const KEPT_MAX = 1_000;
const TIDINGS_ON_THEIR_WAY_MAX = 10_000;
const OPEN_BIDS_MAX = 2_000_000;
/** A lease that was not asked for is forgotten so long after the authority has, whatever the clocks are like. */
const FORGOTTEN_LATER_MS = 60_000;
/** So often one campaign that nobody bids on is asked about, in turn: its account may be gone. */
const PROBE_MS = 1_000;

export interface LedgerOptions {
  readonly authority: LedgerAuthority;
  /** What the ids of this process's bids begin with; new at each start. */
  readonly holder: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly metrics: LedgerMetrics;
  /** The longest time that a reservation is held. */
  readonly holdMsMax: number;
  /** Told in words when the authority stops answering or has lost an account. */
  readonly onTrouble: (message: string) => void;
  /**
   * Tells the authority every billing of these campaigns that is in the log.
   *
   * @param campaigns undefined: of all campaigns, also those that are in no file any more
   * @throws when that was not possible; it is tried again
   */
  readonly replay: (campaigns: readonly string[] | undefined) => Promise<void>;
  /** Why billings cannot be written down now; undefined when they can. */
  readonly logProblem: () => string | undefined;
  /** Undefined: only `tick()` moves it on, for simulations. */
  readonly timers: Timers | undefined;
}

/** Money of a whole campaign, over all processes, as far as this one knows. Micros of the budget's currency. */
export interface CampaignFigures {
  /** Of the day that bids last asked for. */
  readonly spentTodayMicros: number;
  readonly spentTotalMicros: number;
  readonly openMicros: number;
  readonly reservedMicros: number;
  /** Open, or free in somebody's hand. */
  readonly heldMicros: number;
  /** Of this process alone. */
  readonly ownOpenMicros: number;
  readonly ownFreeMicros: number;
}

/**
 * The money in this process's hands, and its bids whose end is not known. Bids ask and reserve from memory; every tick asks the
 * authority for what bids will want next, says what became of the rest, and hears of the bids that ended elsewhere. All
 * times are on the monotonic clock, so the wall clock may jump.
 */
export class MoneyHolder implements BidMoney, NoticeLedger {
  readonly #options: LedgerOptions;
  readonly #facts: HolderFacts;
  readonly #campaigns = new Map<string, CampaignMoney>();
  readonly #openBids: OpenBids;
  readonly #billings: Billings;
  readonly #replays: Replays;
  #stopTicking: (() => void) | undefined;
  /** The part of a tick that comes next, and the campaigns that are left for it and for those behind it. */
  #part = 0;
  #campaignsLeft: Iterator<[string, CampaignMoney]> | undefined;
  /** Campaigns that are not to wait for the next tick. */
  readonly #inHurry = new Set<string>();
  /** Requests on their way, the oldest first. */
  readonly #asking = new Map<Asking, readonly [CampaignMoney, Lease]>();
  /** Campaigns of the catalogue, and which of them is asked about next although nobody bids on it. */
  #catalogue: readonly Campaign[] = [];
  #probe = 0;
  #probeMs = -Infinity;
  /** Of an earlier process. */
  #epochsBefore: Readonly<Record<string, string>> = {};
  #tidingsOnTheirWay = 0;
  #keptCount = 0;
  /** Since when nothing was answered; undefined while there are answers. */
  #silentSinceMs: number | undefined;
  #problem: string | undefined;

  constructor(options: LedgerOptions) {
    this.#options = options;
    const { authority, metrics, holder, holdMsMax, replay, onTrouble } = options;
    this.#facts = { holder, leaseMs: LEASE_MS, holdMs: 2 * holdMsMax };
    this.#openBids = new OpenBids(holder);
    this.#replays = new Replays(replay, onTrouble);
    this.#billings = new Billings({
      authority,
      metrics,
      onOverflow: (campaign) => this.#replays.want(campaign),
    });
    this.#stopTicking = options.timers?.every(TICK_MS / TICK_PARTS, () => {
      this.#tickPart();
    });
  }

  availableMicros(campaign: Campaign, flightDay: number, neededMicros = 0): number {
    const nowMs = this.#options.clock.monotonicMs();
    const availableMicros = this.#moneyOf(campaign).wanted(flightDay).availableMicros(nowMs, neededMicros);
    return this.#problem === undefined ? availableMicros : 0;
  }

  reserve({ campaign, flightDay, bidId, micros, holdMs }: Reservation): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const lease = this.#campaigns.get(campaign)?.leases.get(flightDay);
    if (this.#problem !== undefined || !lease?.reserve(micros, nowMs)) {
      this.#options.metrics.reservationRefused();
      return false;
    }
    // A billing in the last moment is heard of one request later. While the lease is good, that was sent less than its time ago: so
    // money that is free again was not billed, or cannot be used.
    this.#openBids.add(lease, bidId, micros, holdMs + LEASE_MS, nowMs);
    if (this.#stopTicking && lease.isDue(nowMs)) this.#hurry(campaign);
    return true;
  }

  release({ bidId }: Reservation): void {
    this.#end(bidId, 'unsent');
  }

  problem(): string | undefined {
    return this.#problem;
  }

  bill(settlement: Settlement): Promise<BillOutcome> {
    return this.#billings.bill(settlement, this.#options.clock.monotonicMs());
  }

  /** Tells a billing out of the log. @throws when there is no answer */
  async settleFromLog(settlement: Settlement): Promise<'booked' | 'duplicate'> {
    const outcome = await this.#options.authority.settle(settlement);
    if (outcome === 'booked') this.#billings.wasBooked(settlement, this.#options.clock.monotonicMs());
    return outcome;
  }

  tell(campaign: string, flightDay: number, tiding: Tiding): void {
    const { authority, metrics, holder } = this.#options;
    if (holderOf(tiding.bidId) === holder && tiding.kind !== 'billed') this.#hear(tiding);
    else if (this.#tidingsOnTheirWay >= TIDINGS_ON_THEIR_WAY_MAX) metrics.tidingLost();
    else {
      this.#tidingsOnTheirWay += 1;
      authority
        .tell(campaign, flightDay, tiding)
        .catch(() => metrics.tidingLost())
        .finally(() => (this.#tidingsOnTheirWay -= 1));
    }
  }

  /** The authority was out of reach and may have lost what it was told last: it is told again. */
  authorityMayHaveForgotten(): void {
    this.#billings.tellRecentAgain();
  }

  /** Call with each new catalogue: campaigns that are not in it give back their money, new budgets count from the next request on. */
  campaignsInUse(campaigns: readonly Campaign[]): void {
    this.#catalogue = campaigns;
    const byId = new Map<string, Campaign>(campaigns.map((campaign) => [campaign.id, campaign]));
    for (const [id, money] of this.#campaigns) {
      const campaign = byId.get(id);
      money.isInUse = campaign !== undefined;
      if (campaign) money.campaign = campaign;
      else for (const lease of money.leases.values()) lease.demandMs = -Infinity;
    }
  }

  /** Call when bids are held for another time at most. */
  holdForAtMost(holdMsMax: number): void {
    this.#facts.holdMs = 2 * holdMsMax;
  }

  /** What is in this process's hands, by campaign. */
  *inHand(): Generator<{
    readonly campaign: Campaign;
    readonly openMicros: number;
    readonly freeMicros: number;
  }> {
    const nowMs = this.#options.clock.monotonicMs();
    for (const { campaign, leases } of this.#campaigns.values()) {
      let [openMicros, freeMicros] = [0, 0];
      for (const lease of leases.values()) {
        openMicros += lease.openMicros;
        freeMicros += lease.freeMicros(nowMs);
      }
      yield { campaign, openMicros, freeMicros };
    }
  }

  /** @returns undefined for a campaign of which nothing is known yet */
  figures(campaign: string): CampaignFigures | undefined {
    const money = this.#campaigns.get(campaign);
    return money?.account && figuresOf(money, this.#options.clock.monotonicMs());
  }

  /** Of the accounts that grants are from, by campaign. */
  epochs(): Readonly<Record<string, string>> {
    const known = [...this.#campaigns].flatMap(([id, { epoch }]) =>
      epoch === undefined ? [] : [[id, epoch]],
    );
    return Object.fromEntries([...Object.entries(this.#epochsBefore), ...known]) as Record<string, string>;
  }

  /**
   * Call before the first bid, with the epochs of accounts that have everything: an account of another epoch is a new one, and
   * gives no money before the log is told to it.
   */
  expectEpochs(epochs: Readonly<Record<string, string>>): void {
    this.#epochsBefore = epochs;
  }

  get openBids(): number {
    return this.#openBids.size;
  }

  /** How many billings the authority has yet to hear of. */
  get billingsWaiting(): number {
    return this.#billings.waiting;
  }

  /** Moves everything on at once. What runs with timers does the same in parts, all of them in a tenth of a second. */
  tick(): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#beginTick(nowMs);
    for (const [id, money] of this.#campaigns) this.#tickCampaign(id, money, nowMs);
    this.#endTick(nowMs);
  }

  #tickPart(): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#part === 0) {
      this.#beginTick(nowMs);
      this.#campaignsLeft = this.#campaigns.entries();
    }
    const isLast = this.#part === TICK_PARTS - 1;
    let count = isLast ? Infinity : Math.ceil(this.#campaigns.size / TICK_PARTS);
    for (; count > 0; count--) {
      const next = this.#campaignsLeft?.next();
      if (!next || next.done === true) break;
      const [id, money] = next.value;
      this.#tickCampaign(id, money, nowMs);
    }
    if (isLast) this.#endTick(nowMs);
    this.#part = isLast ? 0 : this.#part + 1;
  }

  #beginTick(nowMs: number): void {
    this.#openBids.endOverdue(nowMs, ({ lease, micros }) => {
      lease.end(micros, false);
      this.#options.metrics.reservationEnded('released');
    });
    for (const [asking, [, lease]] of this.#asking) {
      if (nowMs - asking.sentMs < ANSWER_MS) break;
      this.#failed(asking, lease, nowMs, 'no answer in time');
    }
    this.#problem = this.#currentProblem(nowMs);
    this.#keptCount = 0;
  }

  #endTick(nowMs: number): void {
    this.#askAboutNext(nowMs);
    this.#billings.tick(nowMs);
    this.#replays.tick(nowMs);
  }

  /**
   * For the end: what is free goes back, so that others may bid it at once; what is open stays held. Resolves when the authority
   * has heard, or after a second.
   */
  async giveBack(): Promise<void> {
    this.close();
    const nowMs = this.#options.clock.monotonicMs();
    this.#asking.clear();
    const told: Promise<unknown>[] = [];
    for (const money of this.#campaigns.values()) {
      for (const lease of money.leases.values()) {
        lease.giveBack();
        const { request } = lease.ask(money.budgetOf(lease.flightDay), this.#facts, 0, nowMs);
        told.push(this.#options.authority.lease(request));
      }
    }
    await Promise.race([Promise.allSettled(told), wait(ANSWER_MS, undefined, { ref: false })]);
  }

  close(): void {
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    this.#inHurry.clear();
  }

  #hurry(campaign: string): void {
    const isTimed = this.#inHurry.size > 0;
    this.#inHurry.add(campaign);
    if (isTimed) return;
    this.#options.timers?.after(HURRY_MS, () => {
      const nowMs = this.#options.clock.monotonicMs();
      for (const id of this.#inHurry) {
        const money = this.#campaigns.get(id);
        if (money) this.#tickCampaign(id, money, nowMs);
      }
      this.#inHurry.clear();
    });
  }

  #tickCampaign(id: string, money: CampaignMoney, nowMs: number): void {
    if (this.#replays.blocks(id)) return;
    const forgottenMs = KEPT_LEASE_MS + this.#facts.holdMs + FORGOTTEN_LATER_MS;
    for (const [flightDay, lease] of money.leases) {
      lease.isKept = lease === money.latest && money.isInUse && this.#keptCount < KEPT_MAX;
      if (lease.isKept && lease.isIdle(nowMs)) this.#keptCount += 1;
      if (lease.isOver(nowMs, forgottenMs)) money.forget(flightDay);
      else if (this.#asking.size < ASKING_MAX && lease.isDue(nowMs)) this.#ask(money, lease, nowMs);
    }
    // What is known of its account is kept: a new one must not pass for the old one when bids come again.
    if (money.leases.size === 0 && !money.isInUse) this.#campaigns.delete(id);
  }

  #moneyOf(campaign: Campaign): CampaignMoney {
    let money = this.#campaigns.get(campaign.id);
    if (!money) {
      money = new CampaignMoney(campaign);
      if (Object.hasOwn(this.#epochsBefore, campaign.id)) money.epoch = this.#epochsBefore[campaign.id];
      this.#campaigns.set(campaign.id, money);
    }
    money.campaign = campaign;
    return money;
  }

  #askAboutNext(nowMs: number): void {
    if (nowMs < this.#probeMs || this.#catalogue.length === 0) return;
    this.#probeMs = nowMs + PROBE_MS;
    this.#probe = (this.#probe + 1) % this.#catalogue.length;
    const money = this.#moneyOf(this.#catalogue[this.#probe] as Campaign);
    if (money.isAtRest(nowMs) && !this.#replays.blocks(money.campaign.id))
      this.#ask(money, money.probed(), nowMs);
  }

  #ask(money: CampaignMoney, lease: Lease, nowMs: number): void {
    const spentMicros = money.account?.spentTotalMicros ?? 0;
    const asking = lease.ask(money.budgetOf(lease.flightDay), this.#facts, spentMicros, nowMs);
    this.#asking.set(asking, [money, lease]);
    this.#options.authority.lease(asking.request).then(
      (reply) => this.#answered(asking, money, lease, reply),
      (error: unknown) =>
        this.#failed(
          asking,
          lease,
          this.#options.clock.monotonicMs(),
          error instanceof Error ? error.message : String(error),
        ),
    );
  }

  #answered(asking: Asking, money: CampaignMoney, lease: Lease, reply: LeaseReply): void {
    // An answer that comes after its time is not taken: the next request has told everything anew.
    if (!this.#asking.delete(asking)) return;
    lease.asking = undefined;
    if (this.#silentSinceMs !== undefined) {
      this.#silentSinceMs = undefined;
      this.#problem = this.#currentProblem(this.#options.clock.monotonicMs());
    }
    const { metrics, onTrouble } = this.#options;
    const { epoch } = reply.account;
    if (money.epoch !== undefined && money.epoch !== epoch) {
      onTrouble(`the ledger has a new account of campaign ${money.campaign.id}: all billings are told again`);
      this.#void(money, epoch);
      metrics.leaseAnswered('void');
      return;
    }
    money.epoch = epoch;
    money.take(lease.flightDay, reply.account);
    for (const tiding of lease.take(reply, asking)) this.#hear(tiding);
    metrics.leaseAnswered(reply.freeMicros > 0 ? 'granted' : 'empty');
  }

  #void(money: CampaignMoney, epoch: string): void {
    money.epoch = epoch;
    money.void();
    for (const lease of money.leases.values()) {
      if (lease.asking) this.#asking.delete(lease.asking);
      lease.asking = undefined;
    }
    this.#replays.wantAll(money.campaign.id);
    this.#epochsBefore = {};
    // Everything is told again: the accounts of idle campaigns may be new ones, too, without a reading of the log for each.
    const nowMs = this.#options.clock.monotonicMs();
    for (const other of this.#campaigns.values())
      if (other !== money && other.isAtRest(nowMs)) other.epoch = undefined;
  }

  #failed(asking: Asking, lease: Lease, nowMs: number, why: string): void {
    if (!this.#asking.delete(asking)) return;
    lease.asking = undefined;
    this.#options.metrics.leaseAnswered('failed');
    if (this.#silentSinceMs !== undefined) return;
    this.#silentSinceMs = nowMs;
    this.#options.onTrouble(`the ledger does not answer: ${why}`);
  }

  #currentProblem(nowMs: number): string | undefined {
    const logProblem = this.#options.logProblem();
    if (logProblem !== undefined) return `money cannot be written down: ${logProblem}`;
    if (this.#openBids.size >= OPEN_BIDS_MAX) return 'too many bids are open';
    const silentMs = nowMs - (this.#silentSinceMs ?? nowMs);
    return silentMs >= LEASE_MS ? 'the ledger does not answer' : undefined;
  }

  #hear({ bidId, kind }: Tiding): void {
    if (kind === 'won') this.#openBids.holdAnew(bidId, this.#options.clock.monotonicMs());
    else if (!this.#end(bidId, kind) && kind === 'billed') this.#options.metrics.billedLate();
  }

  #end(bidId: string, how: 'billed' | 'lost' | 'unsent'): boolean {
    const bid = this.#openBids.end(bidId);
    if (!bid) return false;
    bid.lease.end(bid.micros, how === 'billed');
    this.#options.metrics.reservationEnded(how);
    return true;
  }
}

function figuresOf(money: CampaignMoney, nowMs: number): CampaignFigures | undefined {
  const { account } = money;
  if (!account) return undefined;
  let [ownOpenMicros, ownFreeMicros, openChange, reservedChange] = [0, 0, 0, 0];
  for (const lease of money.leases.values()) {
    ownOpenMicros += lease.openMicros;
    ownFreeMicros += lease.freeMicros(nowMs);
    openChange += lease.openMicros - lease.toldOpenMicros;
    reservedChange += lease.reservedMicros - lease.toldReservedMicros;
  }
  return {
    spentTodayMicros: money.spentDayMicros,
    spentTotalMicros: account.spentTotalMicros,
    openMicros: Math.max(0, account.openMicros + openChange),
    reservedMicros: account.reservedMicros + reservedChange,
    heldMicros: account.heldMicros,
    ownOpenMicros,
    ownFreeMicros,
  };
}
