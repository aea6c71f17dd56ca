import { dayText } from '../lib/local-day.js';
import type { Micros } from './money.js';
import type { NoBidReason } from './no-bid-reason.js';
import { chargeMicros, type NoticeFacts } from './notice.js';

/** Kinds that say what is owed: their lines are never dropped. An impression that spends is told as its `bill`, too. */
export const MONEY_KINDS = ['win', 'bill'] as const;
export type MoneyKind = (typeof MONEY_KINDS)[number];

/** Kinds whose lines may be dropped, and are then counted, when the disk is slow or full. */
export const DROPPABLE_KINDS = ['request', 'bid', 'loss', 'impression', 'click', 'conversion'] as const;
export type DroppableKind = (typeof DROPPABLE_KINDS)[number];

/** What the event log has lines of. */
export const EVENT_KINDS = [...DROPPABLE_KINDS, ...MONEY_KINDS] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * What every event says. Nothing in an event tells who the visitor was: no ids of persons or devices, no address, no
 * place, no page. Texts come from the catalogue, from closed lists, or are checked to be a site's or an app's name.
 */
interface EventFacts {
  /** When it happened, milliseconds since the epoch. */
  readonly timeMs: number;
  /** An exchange of the catalogue; only conversions come from none. */
  readonly exchange: string | undefined;
  /** Only where true: test traffic, nothing is spent. */
  readonly test: true | undefined;
}

/** Where an ad would be shown, as far as that is a name of a site or an app and nothing more. */
interface Inventory {
  readonly domain: string | undefined;
  readonly bundle: string | undefined;
}

/** How a request was decided; a sample of them. */
export interface RequestEvent extends EventFacts, Inventory {
  readonly kind: 'request';
  /** The share of all requests that has a line: each line stands for 1 / sampleShare requests. */
  readonly sampleShare: number;
  /** The same for the same request id, 16 hexadecimal digits; undefined where the request could not be read. */
  readonly requestHash: string | undefined;
  readonly outcome: 'bid' | 'no-bid' | 'malformed';
  readonly reason: NoBidReason | undefined;
  /** How many impressions could be bid on, and how many bids were sent. */
  readonly impressions: number | undefined;
  readonly bids: number;
  /** From the arrival of the request to its decision; undefined where nothing was decided. */
  readonly durationMs: number | undefined;
}

/** Of which bid something is told. */
interface BidFacts extends EventFacts {
  /** Unique over all processes; what joins a bid with its notices. */
  readonly bidId: string;
  readonly advertiser: string;
  readonly campaign: string;
  readonly lineItem: string;
  readonly creative: string;
  /** The bid, CPM, in `currency`. */
  readonly priceMicros: Micros;
  readonly currency: string;
  /** The day of the flight on which the bid was made, `YYYY-MM-DD` in its time zone. */
  readonly flightDay: string;
  readonly budgetCurrency: string;
  /** What was reserved for it: the cost of one impression at that price, in `budgetCurrency`. */
  readonly reservedMicros: Micros;
}

/** @returns what every event says of the bid that a notice is about; nothing that names its visitor */
export function bidFactsTold(facts: NoticeFacts): Omit<BidFacts, 'timeMs'> {
  return {
    exchange: facts.exchange,
    test: facts.test || undefined,
    bidId: facts.bidId,
    advertiser: facts.advertiser,
    campaign: facts.campaign,
    lineItem: facts.lineItem,
    creative: facts.creative,
    priceMicros: facts.priceMicros,
    currency: facts.currency,
    flightDay: dayText(facts.flightDay),
    budgetCurrency: facts.budgetCurrency,
    reservedMicros: chargeMicros(facts.priceMicros, facts.budgetRate),
  };
}

/** A bid that was sent. */
export interface BidEvent extends BidFacts, Inventory {
  readonly kind: 'bid';
  readonly requestHash: string;
  /** CPM in `currency`: the deal's floor with a deal, else the impression's. */
  readonly floorMicros: Micros;
  /** 1 first price, 2 second price plus, 3 fixed price, 500 and up the exchange's own. */
  readonly auctionType: number;
  readonly deal: string | undefined;
  /** Pixels; undefined for creatives that fill any width. */
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** What became of a genuine notice. */
const NOTICE_EVENT_OUTCOMES = [
  'accepted',
  'expired', // older than notices of its format are taken: nothing is booked
  'set-aside', // its price cannot be believed: nothing is booked
  'suspect', // a click or an impression that is no person's: not counted
] as const;
export type NoticeEventOutcome = (typeof NOTICE_EVENT_OUTCOMES)[number];

/** Why a spending notice is not believed: nothing is booked, and a correct one can still come. */
export const SET_ASIDE_REASONS = [
  'bad-number', // no number, or several different ones
  'negative',
  'above-bid',
  'other-currency', // than that of the bid
  'bad-ciphertext', // damaged, or signed with another key
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

/** Why a click or an impression is not counted. */
export const SUSPECT_REASONS = [
  'too-fast', // clicked sooner after the bid than anybody can
  'just-shown', // clicked sooner after the impression than anybody can
  'repeated', // clicked again at once
  'not-shown', // clicked without an impression
  'flood', // one of more clicks than a person makes
  'crawler', // its user agent is a crawler's
  'listed-address', // its address is a datacentre's or a proxy's
] as const;
export type SuspectReason = (typeof SUSPECT_REASONS)[number];

export type NoticeWhy =
  | SetAsideReason
  | SuspectReason
  | 'price-not-told' // what was bid is booked, which is the most that it can be
  | 'audit'; // shown to a reviewer: nothing is booked

/** A genuine notice, impression pixel or click. One that arrives twice may be told twice. */
interface NoticeFactsTold extends BidFacts {
  /** When the bid was made. */
  readonly bidAtMs: number;
  readonly outcome: NoticeEventOutcome;
  /** Why it was set aside or is suspect, or what is special about its price. */
  readonly why: NoticeWhy | undefined;
}

export interface MoneyEvent extends NoticeFactsTold {
  readonly kind: MoneyKind;
  /** True where this notice spends, by what the exchange's file said at the bid: then, and only then, `chargeMicros` is owed. */
  readonly spends: boolean;
  /** What the impression costs, in `budgetCurrency`; undefined where nothing is owed. */
  readonly chargeMicros: Micros | undefined;
}

interface OtherNoticeEvent extends NoticeFactsTold {
  readonly kind: 'loss' | 'impression' | 'click';
  /** With a loss: why, from OpenRTB's list of loss reasons. */
  readonly lossCode: number | undefined;
  /** With a loss: CPM in `currency` that would have won, where the exchange tells it. */
  readonly minToWinMicros: Micros | undefined;
}

/** A visitor did what the advertiser wanted. Names bids and no visitor. */
interface ConversionEvent extends EventFacts {
  readonly kind: 'conversion';
  readonly exchange: undefined;
  readonly advertiser: string;
  /** What the advertiser calls this conversion, such as an order number, hashed; the same one is counted once. */
  readonly conversionHash: string | undefined;
  /** What it was, such as `sale`: a short word of the advertiser's. */
  readonly action: string | undefined;
  readonly valueMicros: Micros | undefined;
  readonly currency: string | undefined;
  /** The advertiser's impressions and clicks that the visitor had lately, the oldest first; last those without a time. */
  readonly touches: readonly Touch[];
}

export interface Touch {
  readonly bidId: string;
  readonly kind: 'view' | 'click';
  /** Undefined for a click that only the advertiser tells of, by its id: when it was stands in the click's own line. */
  readonly atMs: number | undefined;
}

export type DroppableEvent = RequestEvent | BidEvent | OtherNoticeEvent | ConversionEvent;
export type LoggedEvent = DroppableEvent | MoneyEvent;
