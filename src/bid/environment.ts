import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { Gates } from '../domain/gates.js';
import type { BidMetrics, GeoLocator, NoticeSigner } from '../domain/ports.js';
import type { FrequencyLogs } from '../domain/frequency.js';
import type { KnownVisitor } from '../domain/visitor.js';
import type { Clock } from '../lib/clock.js';
import type { DayNumbers } from '../lib/day-numbers.js';
import type { MatchScratch } from '../targeting/targeting-index.js';
import type { AnswerReserve } from './answer-reserve.js';
import type { ResponseSizes } from './response-sizes.js';
import type { BidSnapshot } from './snapshot.js';
import type { Spending } from './spending.js';

/** Everything the bid path is given, decided once at construction. */
export interface BidEnvironment {
  readonly clock: Clock;
  /** The newest snapshot. A request keeps the one it started with. */
  readonly snapshot: () => BidSnapshot;
  readonly scratchFor: (snapshot: BidSnapshot) => MatchScratch;
  readonly gates: Gates;
  /** Everything known of the visitor, which is nothing whenever the store cannot tell in time. Never rejects. */
  readonly findProfile: (
    request: BidRequest,
    exchange: Exchange,
    deadlineMs: number,
  ) => KnownVisitor | Promise<KnownVisitor>;
  /** Where bids are counted that have caps. */
  readonly frequencyLogs: FrequencyLogs;
  /** What the path needs after the profile is there. */
  readonly answerReserve: AnswerReserve;
  readonly locator: GeoLocator;
  readonly signer: NoticeSigner;
  /** Unique over all processes, URL-safe, at most 24 characters. */
  readonly nextBidId: () => string;
  /** What may be spent. */
  readonly spending: Spending;
  readonly days: DayNumbers;
  readonly responseSizes: ResponseSizes;
  /** What every link of ours starts with, without a slash at the end. */
  readonly publicUrl: string;
  readonly metrics: BidMetrics;
}

/** Keeps one scratch for the newest snapshot; matching is synchronous, so two requests never share it at a time. */
export function scratchKeeper(): (snapshot: BidSnapshot) => MatchScratch {
  let owner: BidSnapshot | undefined;
  let scratch: MatchScratch | undefined;
  return (snapshot) => {
    if (scratch && owner === snapshot) return scratch;
    owner = snapshot;
    scratch = snapshot.index.newScratch();
    return scratch;
  };
}
