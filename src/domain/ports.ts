import type { Geo } from './bid-request.js';
import type { NoBidReason } from './no-bid-reason.js';
import type { NoticeFacts } from './notice.js';
import type { Profile, ProfileKey } from './profile.js';

/** Finds what is stored about a visitor. */
export interface ProfileStore {
  /**
   * Looks all keys up at once.
   *
   * @param deadlineMs on the monotonic clock; an answer after it is of no use to the caller
   * @returns one entry a key, in order; undefined where nothing is stored
   */
  find(keys: readonly ProfileKey[], deadlineMs: number): Promise<readonly (Profile | undefined)[]>;
}

/** Where an IP address is, from a file of the operator's. */
export interface GeoLocator {
  /** @returns undefined when the address is not in the file, or there is no file */
  locate(ip: string): Geo | undefined;
}

/** Signs the facts of a bid into the text that notice, impression and click links carry. */
export interface NoticeSigner {
  /** @returns URL-safe text without `=`, of which any other text is refused by the verifier */
  sign(facts: NoticeFacts): string;
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
  'failed', // the store did not answer
] as const;
export type ProfileLookupResult = (typeof PROFILE_LOOKUP_RESULTS)[number];

export const GEO_LOOKUP_RESULTS = [
  'found',
  'not-found',
  'damaged', // the geo file could not be read at this place
] as const;
export type GeoLookupResult = (typeof GEO_LOOKUP_RESULTS)[number];

export interface BidMetrics {
  stage(stage: MeasuredStage, durationMs: number): void;
  noBid(exchange: string, reason: NoBidReason): void;
  /** @param durationMs from the first byte of the request to the answer */
  outcome(exchange: string, outcome: RequestOutcome, durationMs: number): void;
  bids(exchange: string, count: number): void;
  /** A request had used up its share of candidates before every one was examined. */
  auctionsCutShort(): void;
  profileLookup(result: ProfileLookupResult): void;
  geoLookup(result: GeoLookupResult): void;
}

/** Counts nothing: for explanations, benchmarks and tests. */
export const SILENT_METRICS: BidMetrics = {
  stage: () => {},
  noBid: () => {},
  outcome: () => {},
  bids: () => {},
  auctionsCutShort: () => {},
  profileLookup: () => {},
  geoLookup: () => {},
};

/** What the bid port hands to the bid path. */
export interface BidCall {
  readonly exchange: string;
  /** The inflated request body. Valid only until the callee first returns or awaits: decode at once. */
  readonly body: Uint8Array;
  /** Monotonic time from which the request may have been waiting at our door; every deadline counts from here. */
  readonly receivedMs: number;
}

export type BidAnswer =
  | {
      readonly kind: 'bid';
      /** The response, JSON. */
      readonly body: string;
      /** May the response be compressed if the caller accepts it? */
      readonly gzip: boolean;
    }
  | {
      readonly kind: 'no-bid';
      /** For the header `x-nbr`; undefined where the exchange does not want it. */
      readonly nbr: number | undefined;
    }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown-exchange' };

/** Answers one bid request. Never rejects: whatever is wrong with the request is an answer. */
export type BidHandler = (call: BidCall) => Promise<BidAnswer>;

export const NOTICE_KINDS = ['win', 'bill', 'loss', 'impression', 'click'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface NoticeCall {
  readonly kind: NoticeKind;
  readonly token: string;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
}

export type NoticeAnswer =
  /** 204. */
  | { readonly kind: 'accepted' }
  /** 200 with a transparent 1x1 gif. */
  | { readonly kind: 'pixel' }
  /** 302. */
  | { readonly kind: 'redirect'; readonly location: string }
  /** 400: the token is forged, damaged or meant for something else. */
  | { readonly kind: 'refused' };

export type NoticeHandler = (call: NoticeCall) => NoticeAnswer;

export const NOTICE_OUTCOMES = [
  'accepted',
  'refused', // forged, damaged, or meant for something else
  'expired', // genuine, but older than notices are taken
] as const;
export type NoticeOutcome = (typeof NOTICE_OUTCOMES)[number];

export interface NoticeMetrics {
  notice(kind: NoticeKind, outcome: NoticeOutcome): void;
}
