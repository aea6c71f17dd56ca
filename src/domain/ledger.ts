import type { Micros } from './money.js';

/**
 * The money of a campaign, in micros of its budget's currency. A bid reserves what it can cost at most, from money that its
 * process holds; later it is billed or released, each at most once:
 *
 *     reserved ──► won ──► billed         billed: spent, for good
 *         └─────────┴────► released       lost, or nobody said anything for as long as the bid holds
 *
 * Days are days since 1970-01-01 on the clocks of the flight's time zone (lib/local-day.ts); what a bid costs counts for the
 * day and hour in which it was made, whenever it is billed.
 */
export interface Settlement {
  readonly campaign: string;
  readonly lineItem: string;
  /** Unique over all processes; begins with its holder (`holderOf`). */
  readonly bidId: string;
  readonly bidAtMs: number;
  readonly flightDay: number;
  /** What was reserved for the bid. */
  readonly reservedMicros: Micros;
  /** What it costs, 0 to `reservedMicros`. */
  readonly chargeMicros: Micros;
}

/** What the holder of a lease hears of its bids, in the order in which the authority was told. */
export interface Tiding {
  readonly bidId: string;
  readonly kind: 'billed' | 'won' | 'lost';
}

/**
 * What a process asks for, again and again, for one campaign and one day. Each request tells everything, so one that is lost or
 * repeated does no harm.
 */
export interface LeaseRequest {
  readonly campaign: string;
  /** One life of one process: what its bid ids begin with. */
  readonly holder: string;
  readonly flightDay: number;
  /** The budget as the campaign's file says now. Undefined: no daily limit. */
  readonly totalMicros: Micros;
  readonly dailyMicros: Micros | undefined;
  /** Reserved for its bids of that day whose end the holder has not heard of. */
  readonly openMicros: Micros;
  /** Granted before and still free. Until the answer is there the holder reserves no more than that; it is never taken away. */
  readonly keepMicros: Micros;
  /** What it would like to have free: `keepMicros` or less gives the rest back. */
  readonly wantMicros: Micros;
  /** The least that is of any use: the price of one impression. */
  readonly leastMicros: Micros;
  /** All that it ever reserved for bids of that day. */
  readonly reservedMicros: Micros;
  /** How many tidings of this lease it has taken note of since it began. */
  readonly heardCount: number;
  /** For how long the holder counts the grant as good, from before it asked. */
  readonly leaseMs: number;
  /** For how long after that its bids may still be billed. */
  readonly holdMs: number;
}

export interface LeaseReply {
  /** What the holder has free from now on, what it reserved since it asked included. */
  readonly freeMicros: Micros;
  /** Those that it has not taken note of, the oldest first; the first one is number `tidingsFrom` (from 0). */
  readonly tidings: readonly Tiding[];
  readonly tidingsFrom: number;
  readonly account: AccountState;
}

/** A campaign's account at one moment, over all processes. */
export interface AccountState {
  /** A random text, made with the account: another one means that what was booked before is gone. */
  readonly epoch: string;
  readonly spentTotalMicros: Micros;
  /** Of the day that was asked about. */
  readonly spentDayMicros: Micros;
  /** Reserved for bids whose end is not known, over all holders and days. */
  readonly openMicros: Micros;
  /** Open, or free in somebody's hand. */
  readonly heldMicros: Micros;
  /** All that was ever reserved. */
  readonly reservedMicros: Micros;
}

/** What was booked, by line item. */
export interface BookedFigures {
  readonly impressions: number;
  readonly micros: Micros;
}

interface DayStatement {
  readonly flightDay: number;
  readonly booked: BookedFigures;
  readonly lineItems: ReadonlyMap<string, BookedFigures>;
  /** By hours since 1970 UTC of the bid. */
  readonly hours: ReadonlyMap<number, BookedFigures>;
}

/** What an account has on record. */
export interface Statement {
  readonly total: BookedFigures;
  readonly lineItems: ReadonlyMap<string, BookedFigures>;
  /** Of the day that was asked about. */
  readonly day: DayStatement;
}

/** A billing that is older than this, counted from its bid, is not told to an authority any more: it may have forgotten the bid. */
export const SETTLED_WITHIN_MS = 8 * 24 * 60 * 60 * 1000;

/**
 * Who decides about money: this process for itself, or Redis for all of them. Both pass the same contract suite. What is
 * spent and what is in somebody's hand never exceed a budget, except by billings that came after their bids were
 * released, and by budgets that were cut.
 */
export interface LedgerAuthority {
  /** @throws when it does not answer; it may have acted all the same, which the next request puts right */
  lease(request: LeaseRequest): Promise<LeaseReply>;
  /** Books what a bid cost, once, however often and by whomever it is told. @throws as above; then tell it again */
  settle(settlement: Settlement): Promise<'booked' | 'duplicate'>;
  /** Lets the holder of a bid know. No harm when it is lost. */
  tell(campaign: string, flightDay: number, tiding: Tiding): Promise<void>;
  /** @returns undefined for a campaign without an account */
  statement(campaign: string, flightDay: number): Promise<Statement | undefined>;
}

/** @returns who made a bid: all of its id before the last hyphen */
export function holderOf(bidId: string): string {
  return bidId.slice(0, Math.max(0, bidId.lastIndexOf('-')));
}

/** @returns the running number that ends a bid id, base 36; undefined for what is no id of ours */
export function countOf(bidId: string): number | undefined {
  const digits = bidId.slice(bidId.lastIndexOf('-') + 1);
  return /^[0-9a-z]{1,10}$/.test(digits) ? Number.parseInt(digits, 36) : undefined;
}
