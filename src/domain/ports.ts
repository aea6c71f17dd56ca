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
export type RequestOutcome =
  | 'bid'
  | 'no-bid'
  | 'malformed' // 400: not JSON, not an object, bad gzip, bad framing
  | 'too-large' // 413
  | 'unknown-exchange' // 404
  | 'wrong-method' // 405
  | 'aborted'; // the caller went away before the answer

export interface BidMetrics {
  stage(stage: MeasuredStage, durationMs: number): void;
  noBid(exchange: string, reason: NoBidReason): void;
  /** @param durationMs from the first byte of the request to the answer */
  outcome(exchange: string, outcome: RequestOutcome, durationMs: number): void;
  bids(exchange: string, count: number): void;
  profileLookup(found: boolean): void;
}
