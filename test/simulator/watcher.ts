import type { Budget } from '../../src/domain/campaign.js';
import type { LeaseRequest, LedgerAuthority, Settlement } from '../../src/domain/ledger.js';
import { campaignDay, type SimulatedBid, type TrueBook } from './book.js';
import type { Timeline } from './timeline.js';

/** More than this says nothing new. */
const VIOLATIONS_MAX = 20;

interface WatchedLease {
  /** By the timeline: until when the last grant is good. */
  goodUntilMs: number;
  /** Of requests on their way: what they may bring. */
  readonly asked: Set<LeaseRequest>;
}

/**
 * Looks at everything that happens and knows what must not. It sees what processes ask and are told, and holds it against the
 * book of the one who sees everything.
 */
export class Watcher {
  readonly violations: string[] = [];
  /** Of campaigns, and of campaigns and days: by how much a budget may be exceeded, because it was cut or an account was lost. */
  readonly #cuts = new Map<string, number>();
  readonly #losses = new Map<string, number>();
  readonly #timeline: Timeline;
  readonly #book: TrueBook;
  readonly #leases = new Map<string, WatchedLease>();
  /** What the authority has booked and not lost again. */
  #booked = new Set<string>();

  constructor(timeline: Timeline, book: TrueBook) {
    this.#timeline = timeline;
    this.#book = book;
  }

  /** The world ends with the first violation, so that the last things that happened tell how it came about. */
  violated(words: string): void {
    this.#timeline.note(`VIOLATION: ${words}`);
    this.#timeline.stop();
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(words);
  }

  /** Stands between a process and the authority. */
  watch(holder: string, authority: LedgerAuthority): LedgerAuthority {
    return {
      lease: async (request) => {
        const lease = this.#leaseOf(holder, request.campaign, request.flightDay);
        const sentMs = this.#timeline.nowMs;
        lease.asked.add(request);
        try {
          const reply = await authority.lease(request);
          lease.goodUntilMs = sentMs + request.leaseMs;
          const { openMicros, keepMicros, flightDay, campaign } = request;
          this.#timeline.note(
            `${holder} asked for ${campaign} ${flightDay} with ${openMicros} open and ${keepMicros} kept: ${reply.freeMicros} free`,
          );
          return reply;
        } finally {
          lease.asked.delete(request);
        }
      },
      settle: (settlement) => authority.settle(settlement),
      tell: (campaign, flightDay, tiding) => authority.tell(campaign, flightDay, tiding),
      statement: (campaign, flightDay) => authority.statement(campaign, flightDay),
    };
  }

  /**
   * A process has reserved: had it the right to, and is there that much in the budget?
   *
   * @param budget the highest that any process knows of at this moment
   */
  reserved(holder: string, id: string, budget: Budget, bid: SimulatedBid): void {
    const nowMs = this.#timeline.nowMs;
    this.#book.expire(nowMs);
    this.#timeline.note(`${bid.bidId} reserves ${bid.reservedMicros} of ${id} ${bid.flightDay}`);
    if (this.#leaseOf(holder, id, bid.flightDay).goodUntilMs < nowMs)
      this.violated(`${bid.bidId} was reserved without a good lease`);
    this.#withinBudget(id, this.#book.ofTotal(id).micros, budget.totalMicros, 'its total budget');
    const dayName = campaignDay(id, bid.flightDay);
    const { micros } = this.#book.ofDay(id, bid.flightDay);
    this.#withinBudget(dayName, micros, budget.dailyMicros ?? Infinity, 'its daily budget');
  }

  booked({ bidId, chargeMicros }: Settlement): void {
    this.#timeline.note(`${bidId} is booked with ${chargeMicros}`);
    if (this.#booked.has(bidId)) this.violated(`${bidId} was booked twice`);
    this.#booked.add(bidId);
    const bid = this.#book.bids.get(bidId);
    if (!bid) this.violated(`${bidId} was booked, and nobody has bid it`);
    else {
      if (!bid.isDurable) this.violated(`${bidId} was booked before it was written down`);
      if (chargeMicros !== bid.chargeMicros) this.violated(`${bidId} was booked at another price`);
      this.#book.booked(bid, chargeMicros, this.#timeline.nowMs);
    }
  }

  /** For an authority that is going to forget what comes after this moment. */
  bookedUntilNow(): ReadonlySet<string> {
    return new Set(this.#booked);
  }

  forgot(stillBooked: ReadonlySet<string>): void {
    this.#booked = new Set(stillBooked);
  }

  /** @param name of a campaign, or of a campaign and day. @param micros how much more than its new budget is owed, or may be */
  forgiveCut(name: string, micros: number): void {
    if (micros > (this.#cuts.get(name) ?? 0)) this.#cuts.set(name, micros);
  }

  /** @param micros what may be granted once more, because an account was lost */
  forgiveLoss(name: string, micros: number): void {
    this.#losses.set(name, (this.#losses.get(name) ?? 0) + micros);
  }

  forgivenMicros(name: string): number {
    return (this.#cuts.get(name) ?? 0) + (this.#losses.get(name) ?? 0);
  }

  /** What requests that are on their way may bring at most. */
  askedMicros(campaign: string): number {
    let micros = 0;
    for (const [name, { asked }] of this.#leases) {
      if (name.startsWith(`${campaign} `)) for (const { wantMicros } of asked) micros += wantMicros;
    }
    return micros;
  }

  #withinBudget(name: string, micros: number, budgetMicros: number, what: string): void {
    const overMicros = micros - budgetMicros - this.forgivenMicros(name);
    if (overMicros > 0) this.violated(`${name} owes ${overMicros} micros more than ${what} can bear`);
  }

  #leaseOf(holder: string, campaign: string, flightDay: number): WatchedLease {
    const name = `${campaign} ${flightDay} ${holder}`;
    let lease = this.#leases.get(name);
    if (!lease) this.#leases.set(name, (lease = { goodUntilMs: -Infinity, asked: new Set() }));
    return lease;
  }
}
