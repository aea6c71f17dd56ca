import { randomBytes } from 'node:crypto';
import type {
  AccountState,
  BookedFigures,
  LeaseReply,
  LeaseRequest,
  Settlement,
  Statement,
  Tiding,
} from '../domain/ledger.js';
import { holderOf, SETTLED_WITHIN_MS } from '../domain/ledger.js';
import type { Micros } from '../domain/money.js';
import { BilledBids, type BilledBidsJson } from './billed-bids.js';

const HOUR_MS = 3_600_000;
/** Tidings that a holder does not come for; then the oldest go, and its bids end when their time is over. */
const INBOX_MAX = 100_000;

interface Heard extends Tiding {
  /** Of a billing: what was reserved for the bid. */
  readonly micros: number;
}

interface Lease {
  openMicros: number;
  freeMicros: number;
  reservedMicros: number;
  /** Until when the holder may bid from it without asking again, and until when its bids may be billed. */
  goodUntilMs: number;
  heldUntilMs: number;
  readonly inbox: Heard[];
  inboxFrom: number;
  /** Reserved for the billed bids in the inbox. */
  unheardMicros: number;
}

interface Figures {
  impressions: number;
  micros: number;
}

interface Day {
  readonly booked: Figures;
  readonly lineItems: Map<string, Figures>;
  readonly hours: Map<number, Figures>;
}

/**
 * The account of one campaign: what is spent, and who holds how much of the rest.
 *
 * What a lease holds is what its holder said is open, and what it was granted to bid from. While the holder asks again and
 * again that is the truth, and a little more: a bid that was billed a moment ago counts as spent and as open until the holder has
 * heard of it. When the holder is gone, nobody says what of it is still open; so everything stays held as long as its last bids may
 * be billed, less what was billed meanwhile. So what is spent and held together is never less than what can be owed, and granting
 * only what is left keeps the budget.
 */
export class Account {
  readonly #epoch: string;
  readonly #total: Figures = { impressions: 0, micros: 0 };
  readonly #lineItems = new Map<string, Figures>();
  readonly #days = new Map<number, Day>();
  readonly #leases = new Map<string, Lease>();
  #billed = new BilledBids();
  #reservedMicros = 0;
  #forgetAtMs = -Infinity;
  #newestBidMs = -Infinity;

  constructor(epoch = randomBytes(9).toString('base64url')) {
    this.#epoch = epoch;
  }

  lease(request: LeaseRequest, nowMs: number): LeaseReply {
    this.#sweep(nowMs);
    const lease = this.#leaseOf(request);
    // An account that lost its last moments counts from where it was then; what is in the inbox has not been heard.
    if (request.heardCount > lease.inboxFrom + lease.inbox.length) lease.inboxFrom = request.heardCount;
    const heard = Math.max(0, request.heardCount - lease.inboxFrom);
    for (const { micros } of lease.inbox.splice(0, heard)) lease.unheardMicros -= micros;
    lease.inboxFrom += heard;
    this.#reservedMicros += Math.max(0, request.reservedMicros - lease.reservedMicros);
    lease.reservedMicros = Math.max(lease.reservedMicros, request.reservedMicros);
    lease.openMicros = request.openMicros;
    lease.freeMicros = 0;
    lease.goodUntilMs = nowMs + request.leaseMs;
    lease.heldUntilMs = lease.goodUntilMs + request.holdMs;
    lease.freeMicros = this.#grant(request, nowMs);
    return {
      freeMicros: lease.freeMicros as Micros,
      tidings: lease.inbox.map(({ bidId, kind }) => ({ bidId, kind })),
      tidingsFrom: lease.inboxFrom,
      account: this.#state(request.flightDay, nowMs),
    };
  }

  settle(settlement: Settlement, nowMs: number): 'booked' | 'duplicate' {
    const { bidId, bidAtMs, flightDay, lineItem, reservedMicros, chargeMicros } = settlement;
    if (!this.#billed.add(bidId, bidAtMs)) return 'duplicate';
    const day = this.#dayOf(flightDay);
    const hour = Math.floor(bidAtMs / HOUR_MS);
    const all = [
      this.#total,
      figuresOf(this.#lineItems, lineItem),
      day.booked,
      figuresOf(day.lineItems, lineItem),
      figuresOf(day.hours, hour),
    ];
    for (const figures of all) {
      figures.impressions += 1;
      figures.micros += chargeMicros;
    }
    this.#hear(flightDay, { bidId, kind: 'billed', micros: reservedMicros });
    this.#newestBidMs = Math.max(this.#newestBidMs, bidAtMs);
    if (nowMs >= this.#forgetAtMs) {
      // Neither a clock that is ahead nor a bid from one makes it forget what may be told again.
      this.#billed.forgetBefore(Math.min(nowMs, this.#newestBidMs) - SETTLED_WITHIN_MS);
      this.#forgetAtMs = nowMs + HOUR_MS;
    }
    return 'booked';
  }

  tell(flightDay: number, { bidId, kind }: Tiding): void {
    this.#hear(flightDay, { bidId, kind, micros: 0 });
  }

  statement(flightDay: number): Statement {
    const day = this.#days.get(flightDay);
    return {
      total: booked(this.#total),
      lineItems: allBooked(this.#lineItems),
      day: {
        flightDay,
        booked: booked(day?.booked ?? { impressions: 0, micros: 0 }),
        lineItems: allBooked(day?.lineItems ?? new Map()),
        hours: allBooked(day?.hours ?? new Map()),
      },
    };
  }

  toJson(): AccountJson {
    return {
      epoch: this.#epoch,
      total: this.#total,
      lineItems: [...this.#lineItems],
      days: [...this.#days].map(([flightDay, { booked, lineItems, hours }]) => ({
        flightDay,
        booked,
        lineItems: [...lineItems],
        hours: [...hours],
      })),
      leases: [...this.#leases],
      billed: this.#billed.toJson(),
      reservedMicros: this.#reservedMicros,
    };
  }

  static fromJson(json: AccountJson): Account {
    const account = new Account(json.epoch);
    Object.assign(account.#total, json.total);
    for (const [lineItem, figures] of json.lineItems) account.#lineItems.set(lineItem, { ...figures });
    for (const { flightDay, booked, lineItems, hours } of json.days) {
      const day: Day = { booked: { ...booked }, lineItems: copied(lineItems), hours: copied(hours) };
      account.#days.set(flightDay, day);
    }
    for (const [name, lease] of json.leases) account.#leases.set(name, { ...lease, inbox: [...lease.inbox] });
    account.#billed = BilledBids.fromJson(json.billed);
    account.#reservedMicros = json.reservedMicros;
    return account;
  }

  #leaseOf({ holder, flightDay, heardCount }: LeaseRequest): Lease {
    const name = leaseName(holder, flightDay);
    let lease = this.#leases.get(name);
    if (!lease) {
      lease = {
        openMicros: 0,
        freeMicros: 0,
        reservedMicros: 0,
        goodUntilMs: -Infinity,
        heldUntilMs: -Infinity,
        inbox: [],
        inboxFrom: heardCount,
        unheardMicros: 0,
      };
      this.#leases.set(name, lease);
    }
    return lease;
  }

  /** What is left for a lease, which counts in what is held as open only; never less than what it was promised to keep. */
  #grant(request: LeaseRequest, nowMs: number): number {
    const { flightDay, totalMicros, dailyMicros, keepMicros, wantMicros, leastMicros } = request;
    const ofTotal = totalMicros - this.#total.micros - this.#heldMicros(undefined, nowMs);
    const spentDay = this.#days.get(flightDay)?.booked.micros ?? 0;
    const ofDay = (dailyMicros ?? Infinity) - spentDay - this.#heldMicros(flightDay, nowMs);
    const left = Math.max(0, Math.min(ofTotal, ofDay));
    // The last of the money is shared out by halves, so that no holder sits on all of it.
    const share = Math.max(Math.floor(left / 2), Math.min(left, leastMicros));
    return Math.max(keepMicros, Math.min(wantMicros, share));
  }

  /** @param flightDay undefined for all days */
  #heldMicros(flightDay: number | undefined, nowMs: number): number {
    let micros = 0;
    for (const [name, lease] of this.#leases) {
      if (flightDay === undefined || dayOfLease(name) === flightDay) micros += heldBy(lease, nowMs);
    }
    return micros;
  }

  #state(flightDay: number, nowMs: number): AccountState {
    let openMicros = 0;
    for (const lease of this.#leases.values()) openMicros += lease.openMicros;
    return {
      epoch: this.#epoch,
      spentTotalMicros: this.#total.micros as Micros,
      spentDayMicros: (this.#days.get(flightDay)?.booked.micros ?? 0) as Micros,
      openMicros: openMicros as Micros,
      heldMicros: this.#heldMicros(undefined, nowMs) as Micros,
      reservedMicros: this.#reservedMicros as Micros,
    };
  }

  #sweep(nowMs: number): void {
    for (const [name, { heldUntilMs }] of this.#leases) if (heldUntilMs < nowMs) this.#leases.delete(name);
  }

  #dayOf(flightDay: number): Day {
    let day = this.#days.get(flightDay);
    if (!day) {
      day = { booked: { impressions: 0, micros: 0 }, lineItems: new Map(), hours: new Map() };
      this.#days.set(flightDay, day);
    }
    return day;
  }

  #hear(flightDay: number, heard: Heard): void {
    const lease = this.#leases.get(leaseName(holderOf(heard.bidId), flightDay));
    if (!lease) return;
    lease.inbox.push(heard);
    lease.unheardMicros += heard.micros;
    if (lease.inbox.length <= INBOX_MAX) return;
    lease.unheardMicros -= lease.inbox.shift()?.micros ?? 0;
    lease.inboxFrom += 1;
  }
}

type Entries<Key> = readonly (readonly [Key, Figures])[];

/** An account as JSON, for a file. */
export interface AccountJson {
  readonly epoch: string;
  readonly total: Figures;
  readonly lineItems: Entries<string>;
  readonly days: readonly {
    readonly flightDay: number;
    readonly booked: Figures;
    readonly lineItems: Entries<string>;
    readonly hours: Entries<number>;
  }[];
  readonly leases: readonly (readonly [string, Lease])[];
  readonly billed: BilledBidsJson;
  readonly reservedMicros: number;
}

/** See the class: all of it while the holder asks, and less what was billed when it does not any more. */
function heldBy({ openMicros, freeMicros, goodUntilMs, unheardMicros }: Lease, nowMs: number): number {
  const heldMicros = openMicros + freeMicros;
  return nowMs <= goodUntilMs ? heldMicros : Math.max(0, heldMicros - unheardMicros);
}

function leaseName(holder: string, flightDay: number): string {
  return `${flightDay} ${holder}`;
}

function dayOfLease(name: string): number {
  return Number(name.slice(0, name.indexOf(' ')));
}

function figuresOf<Key>(all: Map<Key, Figures>, key: Key): Figures {
  let figures = all.get(key);
  if (!figures) {
    figures = { impressions: 0, micros: 0 };
    all.set(key, figures);
  }
  return figures;
}

function copied<Key>(entries: Entries<Key>): Map<Key, Figures> {
  return new Map(entries.map(([key, figures]) => [key, { ...figures }]));
}

function booked({ impressions, micros }: Figures): BookedFigures {
  return { impressions, micros: micros as Micros };
}

function allBooked<Key>(all: ReadonlyMap<Key, Figures>): ReadonlyMap<Key, BookedFigures> {
  return new Map([...all].map(([key, figures]) => [key, booked(figures)]));
}
