import type { Budget, Campaign } from '../../src/domain/campaign.js';
import type { LedgerAuthority, Settlement } from '../../src/domain/ledger.js';
import type { Micros } from '../../src/domain/money.js';
import type { BidMoney, LedgerMetrics, NoticeLedger } from '../../src/domain/money-ports.js';
import { MoneyHolder, type LedgerOptions } from '../../src/ledger/holder.js';
import { reconcileSurely } from '../../src/ledger/reconcile.js';
import type { Random } from '../../src/lib/prng.js';
import type { SimulatedAuthority, SimulatedLink } from './authority.js';
import type { SimulatedBid, TrueBook } from './book.js';
import type { SimulatedDisk } from './disk.js';
import type { Watcher } from './watcher.js';
import type { MachineClock, Timeline } from './timeline.js';

const DAY_MS = 86_400_000;
const REPLAY_AGAIN_MS = 500;
/** Share of the answers to notices that do not reach the exchange. */
const ANSWERS_LOST = 0.01;

export type NoticeOutcome = 'accepted' | 'refused' | 'unavailable';

export interface SimulatedNotice {
  readonly kind: 'win' | 'bill' | 'loss';
  readonly bid: SimulatedBid;
  /** False: somebody made it up, and cannot sign it. */
  readonly isGenuine: boolean;
}

/** What a test may put between the parts, to see whether a mistake is noticed. */
export interface Tampering {
  readonly authority?: (real: LedgerAuthority) => LedgerAuthority;
  readonly holder?: (real: MoneyHolder) => BidMoney & NoticeLedger;
  /** Billings are answered while they are still on their way to the disk. */
  readonly isAnsweredEarly?: boolean;
  /** Which lines of the log are told again. */
  readonly replayed?: (lines: readonly Settlement[]) => readonly Settlement[];
}

export interface BidderParts {
  readonly name: string;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly clock: MachineClock;
  readonly disk: SimulatedDisk;
  readonly authority: SimulatedAuthority;
  readonly book: TrueBook;
  readonly watcher: Watcher;
  readonly holdMsMax: number;
  /** Of all processes' knowledge: files come to them one after another. */
  readonly highestBudget: (campaign: Campaign) => Budget;
  readonly tampering: Tampering;
}

/** All that a process has in memory, and loses when it is killed. */
interface Life {
  readonly holderId: string;
  readonly link: SimulatedLink;
  readonly holder: MoneyHolder;
  /** The same, as those see it who bid and book. */
  readonly money: BidMoney & NoticeLedger;
  bidCount: number;
  /** Of callers that wait for an answer: breaks their connections. */
  readonly calls: Set<() => void>;
  /** The log has been told again: from then on it bids. */
  isReady: boolean;
}

/**
 * One machine with one bidder on it: the real holder of leases, between a simulated log and a simulated network. It books a notice
 * as the real one does: first the line in the log, then the ledger, then the answer.
 */
export class SimulatedBidder {
  readonly name: string;
  campaigns: readonly Campaign[] = [];
  readonly #parts: BidderParts;
  #life: Life | undefined;
  #lives = 0;

  constructor(parts: BidderParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  get holder(): MoneyHolder | undefined {
    return this.#life?.holder;
  }

  get link(): SimulatedLink | undefined {
    return this.#life?.link;
  }

  get disk(): SimulatedDisk {
    return this.#parts.disk;
  }

  get clock(): MachineClock {
    return this.#parts.clock;
  }

  start(): void {
    const { name, timeline, clock, authority, watcher, holdMsMax, tampering } = this.#parts;
    const holderId = `${name}${(this.#lives++).toString(36)}`;
    const link = authority.connect(() => {
      if (this.#life?.link === link) this.#life.holder.authorityMayHaveForgotten();
    });
    const isCurrent = () => this.#life?.link === link;
    const watched = watcher.watch(holderId, tampering.authority?.(link) ?? link);
    const options: LedgerOptions = {
      authority: watched,
      holder: holderId,
      clock,
      metrics: SILENT_LEDGER,
      holdMsMax,
      onTrouble: (message) => timeline.note(`${name}: ${message}`),
      replay: (campaigns) => this.#replay(holder, watched, campaigns && new Set(campaigns)),
      logProblem: () => (this.#parts.disk.isFull ? 'the disk is full' : undefined),
      timers: undefined,
    };
    const holder: MoneyHolder = new MoneyHolder(options);
    holder.campaignsInUse(this.campaigns);
    const money = tampering.holder?.(holder) ?? holder;
    const life: Life = { holderId, link, holder, money, bidCount: 0, calls: new Set(), isReady: false };
    this.#life = life;
    timeline.note(`${name}: starts as ${holderId}`);
    const replayAll = (): void => {
      if (!isCurrent()) return;
      this.#replay(holder, watched, undefined).then(
        () => (life.isReady = true),
        () => timeline.after(REPLAY_AGAIN_MS, replayAll),
      );
    };
    replayAll();
  }

  /** Ends it where it stands. */
  crash(): void {
    const life = this.#life;
    if (!life) return;
    this.#parts.timeline.note(`${this.name}: killed`);
    this.#life = undefined;
    this.#parts.disk.writerDied();
    this.#parts.authority.disconnect(life.link);
    life.holder.close();
    for (const breakOff of life.calls) breakOff();
  }

  tick(): void {
    this.#life?.holder.tick();
  }

  /** New files of campaigns. */
  use(campaigns: readonly Campaign[]): void {
    this.campaigns = campaigns;
    this.#life?.holder.campaignsInUse(campaigns);
  }

  /** A bid request. @returns undefined when there is no money for a bid */
  bid(campaign: Campaign, micros: Micros, holdMs: number): SimulatedBid | undefined {
    const life = this.#life;
    if (!life?.isReady) return undefined;
    const { timeline, clock, book, watcher } = this.#parts;
    const bidAtMs = clock.nowMs();
    const flightDay = Math.floor(bidAtMs / DAY_MS);
    if (life.money.problem() !== undefined) return undefined;
    if (life.money.availableMicros(campaign, flightDay) < micros) return undefined;
    const bidId = `${life.holderId}-${(life.bidCount++).toString(36)}`;
    const reservation = { campaign: campaign.id, bidId, flightDay, micros, holdMs };
    if (!life.money.reserve(reservation)) return undefined;
    const bid: SimulatedBid = {
      bidId,
      campaign: campaign.id,
      lineItem: campaign.lineItems[0]?.id ?? '',
      flightDay,
      bidAtMs,
      reservedMicros: micros,
      madeMs: timeline.nowMs,
      releasedFromMs: timeline.nowMs + holdMs,
      chargeMicros: undefined,
      isAcknowledged: false,
      isDurable: false,
      bookedMicros: undefined,
      isLate: false,
    };
    book.opened(bid);
    watcher.reserved(life.holderId, campaign.id, this.#parts.highestBudget(campaign), bid);
    return bid;
  }

  /** @param answered called once; a broken connection is the same as unavailable */
  notice(notice: SimulatedNotice, answered: (answer: NoticeOutcome) => void): void {
    const life = this.#life;
    if (!life) {
      answered('unavailable');
      return;
    }
    const { kind, bid, isGenuine } = notice;
    this.#parts.timeline.note(`${this.name} hears ${isGenuine ? '' : 'a forged '}${kind} of ${bid.bidId}`);
    const breakOff = (): void => answered('unavailable');
    life.calls.add(breakOff);
    const say = (outcome: NoticeOutcome): void => {
      if (!life.calls.delete(breakOff) || this.#life !== life) return;
      answered(this.#parts.random() < ANSWERS_LOST ? 'unavailable' : outcome);
    };
    if (!isGenuine) say('refused');
    else if (kind === 'bill') void this.#bill(life, bid).then(say);
    else {
      if (kind === 'loss') this.#parts.book.lost(bid, this.#parts.timeline.nowMs);
      const { bidId, campaign, flightDay } = bid;
      life.money.tell(campaign, flightDay, { bidId, kind: kind === 'win' ? 'won' : 'lost' });
      say('accepted');
    }
  }

  async #bill(life: Life, bid: SimulatedBid): Promise<NoticeOutcome> {
    const { bidId, campaign, lineItem, flightDay, bidAtMs, reservedMicros } = bid;
    const chargeMicros = bid.chargeMicros ?? reservedMicros;
    const settlement = { campaign, lineItem, bidId, bidAtMs, flightDay, reservedMicros, chargeMicros };
    try {
      const written = this.#parts.disk.append(settlement);
      if (this.#parts.tampering.isAnsweredEarly === true) {
        written.catch(() => {});
        return 'accepted';
      }
      await written;
    } catch {
      return 'unavailable';
    }
    if (this.#life !== life) return 'unavailable';
    await life.money.bill(settlement);
    return 'accepted';
  }

  /** Tells the lines of the log again. @throws when one of them did not arrive */
  async #replay(
    holder: MoneyHolder,
    ledger: LedgerAuthority,
    campaigns: ReadonlySet<string> | undefined,
  ): Promise<void> {
    const { tampering, disk, timeline, clock } = this.#parts;
    const lines = tampering.replayed?.(disk.lines) ?? disk.lines;
    const authority = {
      settle: (line: Settlement) => holder.settleFromLog(line),
      statement: (campaign: string, flightDay: number) => ledger.statement(campaign, flightDay),
    };
    const about = { authority, nowMs: clock.nowMs(), coveredSinceMs: () => 0, isWholeLog: false };
    const { settlements } = await reconcileSurely(() => ({
      ...about,
      settlements: asTheyCome(lines),
      ...(campaigns && { campaigns }),
    }));
    if (settlements > 0) timeline.note(`${this.name}: has told ${settlements} billings of its log again`);
  }
}

async function* asTheyCome(lines: readonly Settlement[]): AsyncIterable<Settlement> {
  for (const line of lines) yield await Promise.resolve(line);
}

const SILENT_LEDGER: LedgerMetrics = {
  leaseAnswered: () => {},
  reservationRefused: () => {},
  reservationEnded: () => {},
  billedLate: () => {},
  billingTold: () => {},
  tidingLost: () => {},
};
