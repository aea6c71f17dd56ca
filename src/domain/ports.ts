import type { Geo } from './bid-request.js';
import type {
  DroppableEvent,
  DroppableKind,
  EventKind,
  MoneyEvent,
  MoneyKind,
  SetAsideReason,
  SuspectReason,
  Touch,
} from './event.js';
import type { FrequencyLogs, FrequencyRecord } from './frequency.js';
import type { PrivacyVerdict } from './gates.js';
import type { NoBidReason } from './no-bid-reason.js';
import type { NoticeFacts } from './notice.js';
import type { Profile, ProfileKey } from './profile.js';
import type { SupplyRule } from './supply-policy.js';
import type { RuleMode } from './rule-mode.js';
import type { TrafficRule } from './traffic-policy.js';

/** What a store holds under one key. */
export interface StoredProfile {
  readonly profile: Profile | undefined;
  /** The frequency log; undefined where there is none, and for networks, which have none. */
  readonly frequency: readonly FrequencyRecord[] | undefined;
  /** What is stored under our cookie of the same person; only under an exchange's user id that was synchronised with it. */
  readonly linked: StoredProfile | undefined;
}

export interface FoundProfile {
  /** Under which names the store announces changes of what was found. They tell nothing about the person. */
  readonly changeNames: readonly string[];
  /** Undefined where nothing is stored. */
  readonly stored: StoredProfile | undefined;
}

/** Which keys changed, by change name; `everything` when announcements may have been missed. */
export type ProfileChange = readonly string[] | 'everything';

/** Keeps what is known about visitors: in this process's memory, or in Redis. Both pass the same contract suite. */
export interface ProfileStore extends FrequencyLogs {
  /**
   * Looks all keys up in one round trip, and follows links in a second one. Sets no deadline of its own: who asks stops waiting when he has to.
   *
   * @returns one entry a key, in order
   * @throws when the store does not answer, or says that it cannot
   */
  find(keys: readonly ProfileKey[]): Promise<readonly FoundProfile[]>;
  /** Replaces the profile of a key. Frequency logs and links stay. @returns whether there was room */
  put(key: ProfileKey, profile: Profile): Promise<'stored' | 'full'>;
  /**
   * The names of the frequency logs that belong to a key, for `record`. They lead to the logs and tell nobody who it is.
   *
   * @param changeNames of what was found under the key, which spares making names; undefined when it was not asked for
   * @returns its own log, and behind it that of the cookie it is linked to, as far as `changeNames` tell; none for networks
   */
  logNames(key: ProfileKey, changeNames?: readonly string[]): readonly string[];
  /**
   * What a person saw and clicked of an advertiser, from the log of the cookie and those of user ids that lead to it.
   *
   * @param advertiser its `frequencyHash`
   * @returns the oldest first; the newest where there are too many
   * @throws when the store does not answer
   */
  touchesOf(cookie: string, advertiser: number): Promise<readonly Touch[]>;
  /** Remembers that an exchange's user id and our cookie id name the same person. */
  link(exchange: string, userId: string, cookie: string): Promise<void>;
  /**
   * Erases everything about the person or address of a key: profile, frequency log, the links of a cookie and, when the key
   * is an exchange's user id, also the cookie that it is linked to with all of its own. A link to a cookie that is being
   * erased is not made.
   *
   * @param what `everything` also erases what is stored under the user ids that lead to a cookie. `own` does not: whoever
   *   holds a cookie can have any user id linked to it, and must not be able to erase what is known of that user.
   * @returns how many records there were
   */
  erase(key: ProfileKey, what?: 'everything' | 'own'): Promise<number>;
  /** @param listener told of every change by whichever process, within a second of it */
  onChange(listener: (change: ProfileChange) => void): void;
  /** Why the store cannot be asked at this moment; undefined when it can. */
  problem(): string | undefined;
  /**
   * Why this process must not change anything, its secret keys being others than those that the stored profiles are filed
   * under: it would neither find them nor be found. Undefined when they are the same, or none are used.
   *
   * @throws when the store does not answer
   */
  keysProblem(): Promise<string | undefined>;
  close(): Promise<void>;
}

/** What the bid path asks: a store that always answers in time. */
export interface ProfileReader {
  /**
   * @param deadlineMs on the monotonic clock
   * @returns one entry a key, in order, or why there is no answer; at once where nobody has to be asked. Settles by the
   *   deadline and never rejects.
   */
  find(keys: readonly ProfileKey[], deadlineMs: number): ProfileAnswer | Promise<ProfileAnswer>;
  /** As the store has them. */
  logNames(key: ProfileKey, changeNames?: readonly string[]): readonly string[];
}

export type ProfileAnswer =
  | { readonly kind: 'answered'; readonly found: readonly FoundProfile[] }
  /** The deadline came first. */
  | { readonly kind: 'late' }
  /** The store is broken, or so troubled that it was not asked. */
  | { readonly kind: 'broken' };

/** Where an IP address is, from a file of the operator's. */
export interface GeoLocator {
  /** @returns undefined when the address is not in the file, or there is no file */
  locate(ip: string): Geo | undefined;
}

/** Signs the facts of a bid into the text that notice, impression and click links carry. */
export interface NoticeSigner {
  /** @returns URL-safe text without `=`, of which any other text is refused by the verifier */
  sign(facts: NoticeFacts): string;
  /**
   * Signs all that goes out with a bid at once.
   *
   * @param facts not for the page, without a landing page
   */
  signBid(facts: NoticeFacts, landing: string): BidTokens;
}

/** For the notices of the exchange, the pixel in the page, and the click. */
interface BidTokens {
  readonly notice: string;
  readonly pixel: string;
  readonly click: string;
}

/** The stages of the bid path whose times are measured. */
export const STAGES_MEASURED = ['decode', 'profile', 'match', 'encode'] as const;
export type MeasuredStage = (typeof STAGES_MEASURED)[number];

/** How a request ended; each request ends in exactly one of these. */
export const REQUEST_OUTCOMES = [
  'bid',
  'no-bid',
  'malformed', // 400: not JSON, not an object, bad gzip, bad framing
  'too-large', // 413
  'unknown-exchange', // 404
  'wrong-method', // 405
  'aborted', // the caller went away before the answer
] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

export const PROFILE_LOOKUP_RESULTS = [
  'found',
  'not-found',
  'no-key', // the request names nobody: no id and no address
  'late', // the store had not answered when the request had to go on
  'broken', // the store did not answer, or was in too much trouble to be asked
] as const;
export type ProfileLookupResult = (typeof PROFILE_LOOKUP_RESULTS)[number];

/** Where the answer about one key came from. */
export const PROFILE_SOURCES = [
  'lru', // remembered in this process: a profile
  'negative', // remembered in this process: nothing is stored
  'redis', // asked of Redis just now
  'late',
  'broken',
] as const;
export type ProfileSource = (typeof PROFILE_SOURCES)[number];

/** What the profile cache counts while it works. */
export interface ProfileCacheMetrics {
  keyLookup(kind: ProfileKey['kind'], source: ProfileSource): void;
  /** A question to the store was answered, however late. */
  storeAnswered(durationMs: number): void;
}

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
type BreakerState = (typeof BREAKER_STATES)[number];

/** What the profile cache looks like at one moment. */
export interface ProfileCacheFigures {
  readonly entries: number;
  /** Estimated memory. */
  readonly bytes: number;
  /** Entries that had to go for want of room, since the start. */
  readonly evictions: number;
  readonly breaker: BreakerState;
}

/** What became of keys that cannot be told from missing ones by those who ask. */
export const STORE_TROUBLES = [
  'refused', // not asked, since too many keys were on their way
  'damaged', // what is stored cannot be read, or is of the wrong type
] as const;
export type StoreTrouble = (typeof STORE_TROUBLES)[number];

/** What became of records for frequency logs, a log each. */
export const FREQUENCY_OUTCOMES = [
  'written',
  'refused', // no name or no bid id of ours
  'lost', // the store or the disk did not take it
  'evicted', // gone again for want of room
] as const;
export type FrequencyOutcome = (typeof FREQUENCY_OUTCOMES)[number];

export interface FrequencyMetrics {
  frequencyRecords(outcome: FrequencyOutcome, count: number): void;
}

/** What a store on another machine counts while it works. */
export interface RemoteStoreMetrics extends FrequencyMetrics {
  /** One command went to one node. */
  batchSent(keys: number): void;
  storeTrouble(trouble: StoreTrouble): void;
}

export const GEO_LOOKUP_RESULTS = [
  'found',
  'not-found',
  'damaged', // the geo file could not be read at this place
] as const;
export type GeoLookupResult = (typeof GEO_LOOKUP_RESULTS)[number];

export interface TrafficMetrics {
  /** A rule took a request for no person's. One on trial does not refuse it. */
  trafficRefused(rule: TrafficRule, mode: Exclude<RuleMode, 'off'>): void;
}

export interface SupplyMetrics {
  /** A check of the supply policy found something; with `dry-run` the request went on. */
  supplyRefused(rule: SupplyRule, mode: Exclude<RuleMode, 'off'>): void;
}

/** Decides which bid requests are served while more come than can be. Times are milliseconds on the monotonic clock. */
export interface OverloadPolicy {
  /**
   * The event loop begins to read what has arrived.
   *
   * @param idleMs for how long it had nothing to do since the process began
   */
  turnBegan(nowMs: number, idleMs: number): void;
  /**
   * @param waitedMs for how long the request may have waited before this turn came to it
   * @param patienceMs after how long of that its answer would be late
   * @returns why it is not served, if it is not
   */
  refusal(nowMs: number, waitedMs: number, patienceMs: number): 'overload' | 'too-late' | undefined;
}

export interface BidMetrics extends SupplyMetrics {
  /** The event loop has been through the bid requests that it had read at once. */
  turn(durationMs: number): void;
  stage(stage: MeasuredStage, durationMs: number): void;
  noBid(exchange: string, reason: NoBidReason): void;
  /** @param durationMs from the first byte of the request to the answer */
  outcome(exchange: string, outcome: RequestOutcome, durationMs: number): void;
  bids(exchange: string, count: number): void;
  privacyVerdict(verdict: PrivacyVerdict): void;
  /** A request had used up its share of candidates before every one was examined. */
  auctionsCutShort(): void;
  profileLookup(result: ProfileLookupResult): void;
  geoLookup(result: GeoLookupResult): void;
}

/** Counts nothing: for explanations, benchmarks and tests. */
export const SILENT_METRICS: BidMetrics = {
  turn: () => {},
  stage: () => {},
  noBid: () => {},
  outcome: () => {},
  bids: () => {},
  privacyVerdict: () => {},
  auctionsCutShort: () => {},
  profileLookup: () => {},
  geoLookup: () => {},
  supplyRefused: () => {},
};

/** What the bid port hands to the bid path. */
export interface BidCall {
  readonly exchange: string;
  /** The inflated request body. Valid only until the callee first returns or awaits: decode at once. */
  readonly body: Uint8Array;
  /** Monotonic time from which the request may have been waiting at our door; every deadline counts from here. */
  readonly receivedMs: number;
  /** Has the caller gone away, so that no answer reaches it? Undefined: it has not. */
  readonly isOver?: () => boolean;
}

/** Why a request is answered without being looked at. */
export type UnreadReason = Extract<NoBidReason, 'overload' | 'quota' | 'too-late'>;

export type BidAnswer =
  | {
      readonly kind: 'bid';
      /** The response, JSON. */
      readonly body: string;
      readonly contentType: string;
      /** May the response be compressed if the caller accepts it? */
      readonly gzip: boolean;
    }
  | {
      readonly kind: 'no-bid';
      /** For the header `x-nbr`; undefined where the exchange does not want it. */
      readonly nbr: number | undefined;
      /** JSON, for exchanges that want a no-bid told in a response; undefined: a 204. */
      readonly response: { readonly body: string; readonly contentType: string } | undefined;
    }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown-exchange' };

export type NoBidAnswer = Extract<BidAnswer, { readonly kind: 'no-bid' }>;

/** Answers one bid request. Never rejects: whatever is wrong with the request is an answer. */
export type BidHandler = (call: BidCall) => Promise<BidAnswer>;

export const NOTICE_KINDS = ['win', 'bill', 'loss', 'impression', 'click'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface NoticeCall {
  readonly kind: NoticeKind;
  readonly token: string;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
  readonly caller: NoticeCaller;
}

/** What a call says of who makes it, all of it as sent, empty where it is not there, and most of it to be doubted. */
export interface NoticeCaller {
  /** At the other end of the connection. */
  readonly address: string;
  readonly userAgent: string;
  /** All `X-Forwarded-For` headers, with commas between. */
  readonly forwardedFor: string;
  /** `X-Device-IP` and `X-Device-User-Agent`: for whom a server calls (rule 69). */
  readonly deviceAddress: string;
  readonly deviceUserAgent: string;
}

export type NoticeAnswer =
  /** 204. */
  | { readonly kind: 'accepted' }
  /** 200 with a transparent 1x1 gif. */
  | { readonly kind: 'pixel' }
  /** 302. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** 400: the token is forged, damaged or meant for something else. */
  | { readonly kind: 'refused' }
  /** 503: it cannot be written down now; whoever asks again later is not too late. */
  | { readonly kind: 'unavailable' };

/** Answers at once, or when what is owed is on disk. Never rejects. */
export type NoticeHandler = (call: NoticeCall) => NoticeAnswer | Promise<NoticeAnswer>;

export const NOTICE_OUTCOMES = [
  'accepted',
  'duplicate', // spent before
  'refused', // forged, damaged, or meant for something else
  'expired', // genuine, but older than notices of its format are taken
  'set-aside', // genuine, but its price cannot be believed
  'suspect', // a click or an impression that is no person's
  'unavailable', // could not be written down or booked; asked to come again
] as const;
export type NoticeOutcome = (typeof NOTICE_OUTCOMES)[number];

export interface NoticeMetrics {
  notice(kind: NoticeKind, outcome: NoticeOutcome): void;
  /** Comes on top of a notice's outcome `set-aside`. */
  priceSetAside(reason: SetAsideReason): void;
  /** A rule took a click or an impression for no person's. One on trial changes nothing else. */
  noticeSuspect(reason: SuspectReason, mode: Exclude<RuleMode, 'off'>): void;
  /**
   * A spending notice is on disk for the first time.
   *
   * @param delayMs since the bid
   * @param isLate it came after the money of the bid had been released
   */
  billed(delayMs: number, isLate: boolean): void;
}

export interface ConversionCall {
  readonly advertiser: string;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
  /** The `Cookie` headers with `;` between them; empty when there is none. */
  readonly cookies: string;
  /** `Sec-GPC: 1` or `DNT: 1`: nothing personal is read. */
  readonly isPrivate: boolean;
}

export const CONVERSION_OUTCOMES = [
  'attributed', // written with at least one impression or click before it
  'unattributed', // written with none
  'unread', // written without what the visitor saw, since the store did not answer
  'invalid', // a parameter is not what it must be: nothing is written
  'unknown-advertiser', // nothing is written
] as const;
export type ConversionOutcome = (typeof CONVERSION_OUTCOMES)[number];

/** The first three are answered with a pixel or 204, `invalid` with 400, `unknown-advertiser` with 404. Never rejects. */
export type ConversionHandler = (call: ConversionCall) => Promise<ConversionOutcome>;

export interface ConversionMetrics {
  conversion(outcome: ConversionOutcome): void;
}

/**
 * What a visitor saw and clicked of an advertiser, the oldest first.
 *
 * @param cookie an id that we gave
 * @param advertiser its `frequencyHash`
 * @throws when the store does not answer
 */
export type TouchReader = (cookie: string, advertiser: number) => Promise<readonly Touch[]>;

export interface SyncCall {
  readonly exchange: string;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
  /** The `Cookie` headers with `;` between them; empty when there is none. */
  readonly cookies: string;
  /** `Sec-GPC: 1` */
  readonly globalPrivacyControl: boolean;
  /** `DNT: 1` */
  readonly doNotTrack: boolean;
  /** The browser says that this is part of a page, not a page that somebody went to. */
  readonly isEmbedded: boolean;
}

export type SyncAnswer =
  /** 200 with a transparent 1x1 gif. */
  | { readonly kind: 'pixel'; readonly setCookie: string }
  /** 302, to the address that the exchange's file names and nowhere else. */
  | { readonly kind: 'redirect'; readonly setCookie: string; readonly location: string }
  /** 200 with a sentence. */
  | { readonly kind: 'opted-out'; readonly setCookie: string }
  /** 503: it could not be done now, and nothing was set. */
  | { readonly kind: 'unavailable' }
  /** 204: nothing was set. */
  | { readonly kind: 'refused' }
  /** 400 */
  | { readonly kind: 'invalid' }
  /** 404 */
  | { readonly kind: 'unknown-exchange' };

/** Never rejects. */
export type SyncHandler = (call: SyncCall) => SyncAnswer | Promise<SyncAnswer>;

export const SYNC_OUTCOMES = [
  'linked', // the cookie is set, the link is on its way to the store
  'cookie-only', // the cookie is set; there is no user id, or the browser has yet to show that it keeps cookies
  'opted-out', // just now or earlier
  'refused', // consent is needed, or privacy was asked for
  'invalid', // unknown exchange, an id that cannot be one, an opt-out that nobody asked for
  'failed', // the store did not take what was on its way
] as const;
export type SyncOutcome = (typeof SYNC_OUTCOMES)[number];

export interface SyncMetrics {
  sync(outcome: SyncOutcome): void;
}

/** Where it is written down what happened, an event a line. */
export interface EventLog {
  /** Returns at once and never throws. An event for which there is no room or no disk is dropped and counted. */
  record(event: DroppableEvent): void;
  /**
   * Money is not dropped.
   *
   * @returns resolves when the event is on disk; rejects when it is not going to be, so that it can be told again
   */
  recordMoney(event: MoneyEvent): Promise<void>;
  /** Why nothing can be written now, in words; undefined when it can. After a failure it is tried once a second. */
  problem(): string | undefined;
  /** Writes what is waiting. Events that come later are dropped or refused. */
  close(): Promise<void>;
}

/** Writes nothing: for benchmarks and tests. */
export const SILENT_EVENTS: EventLog = {
  record: () => {},
  recordMoney: () => Promise.resolve(),
  problem: () => undefined,
  close: () => Promise.resolve(),
};

/** What the event log can fail in. */
export const EVENT_LOG_WORKS = ['write', 'compress', 'delete'] as const;
export type EventLogWork = (typeof EVENT_LOG_WORKS)[number];

/** What the event log counts while it works. */
export interface EventLogMetrics {
  eventWritten(kind: EventKind): void;
  eventDropped(kind: DroppableKind): void;
  /** Money that could not be written; who told of it knows. */
  eventRefused(kind: MoneyKind): void;
  eventBytesWritten(bytes: number): void;
  eventFileFinished(): void;
  eventLogFailed(work: EventLogWork): void;
}
