import type { Campaign } from './campaign.js';
import type { CampaignId, LineItemId } from './ids.js';
import type { Settlement, Tiding } from './ledger.js';
import type { Micros } from './money.js';

/** A bid is held for this many times what its format takes from auction to billing (rule 68); then its money is free again. */
export const HOLD_FACTOR = 2;

/** What a bid that is about to be sent sets aside. */
export interface Reservation {
  readonly campaign: CampaignId;
  readonly bidId: string;
  readonly flightDay: number;
  /** What it costs at most, in the budget's currency. */
  readonly micros: Micros;
  /** For how long its money is held. */
  readonly holdMs: number;
}

/**
 * The money that this process has at hand: leases of the campaigns' budgets. Asking takes no time and waits for nobody; what is
 * asked for is fetched in the background, so the first bid on a campaign may find nothing.
 */
export interface BidMoney {
  /**
   * @param neededMicros for what is to be bid on, so that more is fetched where that is too little
   * @returns what can be reserved now, in micros of the budget's currency
   */
  availableMicros(campaign: Campaign, flightDay: number, neededMicros?: number): number;
  /** @returns false when there is not that much at hand; then nothing is reserved */
  reserve(reservation: Reservation): boolean;
  /** The bid was not sent after all. */
  release(reservation: Reservation): void;
  /** Why nothing at all can be reserved now, in words; undefined when it can. */
  problem(): string | undefined;
}

/** What can happen to an impression that a campaign's targeting matched; each counts once. */
export const DELIVERY_FATES = [
  'blocked', // turned away by the publisher's lists
  'below-floor',
  'capped', // the person has seen the advertisement often enough, or cannot be counted
  'outbid-by-own', // another line item of this bidder offered more
  'without-money', // there was money in the budget, but not at hand
  'paced',
  'bid',
] as const;
export type DeliveryFate = (typeof DELIVERY_FATES)[number];

/** How one campaign spends. There is one for each campaign; it lives longer than snapshots. */
export interface CampaignDelivery {
  /** What its bids are multiplied with now: above 0, at most 1. */
  readonly bidMultiplier: number;
  /** Counts a candidate, and says whether to bid on it. @param requestHash see pacing/pacer.ts */
  passes(requestHash: number): boolean;
  /** Counts a candidate for which there is no money at hand. */
  missed(): void;
  /** What `passes` would say; counts nothing. */
  wouldPass(requestHash: number): boolean;
  /** Why this line item is not bid for any more although its campaign has money, in words; undefined when it is. */
  stopped(lineItem: LineItemId): string | undefined;
  /** A bid was sent. */
  sent(lineItem: LineItemId, micros: Micros): void;
  /** @param weight how many impressions it stands for */
  count(fate: DeliveryFate, weight: number): void;
  /** Why bids are held back, or not; in words. */
  pacingWords(): string;
}

/** How a campaign spends today, in micros of its budget's currency. */
export interface DeliveryFigures {
  readonly campaign: string;
  readonly currency: string;
  readonly plannedUntilNowMicros: number;
  readonly plannedTodayMicros: number;
  readonly spentTodayMicros: number;
  readonly spentTotalMicros: number;
  /** How much of what comes is bid on, 0 to 1. */
  readonly throttle: number;
  readonly bidMultiplier: number;
  readonly stoppedLineItems: number;
}

export interface Deliveries {
  of(campaign: Campaign, nowMs: number): CampaignDelivery;
  /** Which share of the requests is looked at to the end, so that it is known what became of every campaign: above 0, at most 1. */
  surveyShare(): number;
}

/** What became of a billing. */
export type BillOutcome =
  | 'booked'
  | 'duplicate' // it was booked before
  | 'later'; // the authority did not answer; it is told again until it does, also after a restart

/** Where notices are booked. Events are written first: what is in the log is booked sooner or later. */
export interface NoticeLedger {
  /** Resolves soon, whatever happens; never rejects. */
  bill(settlement: Settlement): Promise<BillOutcome>;
  /** Tells whoever made the bid; returns at once. */
  tell(campaign: string, flightDay: number, tiding: Tiding): void;
}

/** How a request for a lease ended. */
export const LEASE_RESULTS = [
  'granted',
  'empty', // answered, and nothing is left
  'void', // the account is not the one that was known: nothing is bid until its billings are told again
  'failed', // no answer
] as const;
export type LeaseResult = (typeof LEASE_RESULTS)[number];

/** How a reservation ended. */
export const RESERVATION_ENDS = [
  'billed',
  'lost',
  'released', // nobody said anything for as long as it was held
  'unsent', // the bid was not sent after all
] as const;
export type ReservationEnd = (typeof RESERVATION_ENDS)[number];

/** What became of something that was told to the authority. */
export const BILLING_RESULTS = [
  'booked',
  'duplicate',
  'later', // no answer: it waits and is told again
  'overflow', // no room to wait: the log is read again for its campaign
] as const;
export type BillingResult = (typeof BILLING_RESULTS)[number];

/** What a process counts of the money in its hands. */
export interface LedgerMetrics {
  leaseAnswered(result: LeaseResult): void;
  /** A bid was not made for want of money at hand. */
  reservationRefused(): void;
  reservationEnded(how: ReservationEnd): void;
  /** A bid was billed after its money was free again. */
  billedLate(): void;
  billingTold(result: BillingResult): void;
  /** What a holder should hear was not passed on. */
  tidingLost(): void;
}

/** What a process has in its hands at one moment. */
export interface LedgerFigures {
  readonly openBids: number;
  /** Billings that the authority has yet to hear of. */
  readonly billingsWaiting: number;
  /** By campaign, in micros of its budget's currency. */
  readonly campaigns: readonly {
    readonly campaign: string;
    readonly currency: string;
    readonly openMicros: number;
    readonly freeMicros: number;
  }[];
}
