import type { Catalog } from '../domain/catalog.js';
import { NO_BID_REASONS, type NoBidReason } from '../domain/no-bid-reason.js';
import {
  GEO_LOOKUP_RESULTS,
  NOTICE_KINDS,
  NOTICE_OUTCOMES,
  PROFILE_LOOKUP_RESULTS,
  REQUEST_OUTCOMES,
  STAGES_MEASURED,
  type GeoLookupResult,
  type MeasuredStage,
  type NoticeKind,
  type NoticeOutcome,
  type ProfileLookupResult,
  type RequestOutcome,
} from '../domain/ports.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Label of exchanges that the catalogue never named, and of those beyond the limit below. */
const UNKNOWN_EXCHANGE = 'unknown';
/** An exchange takes some fifty time series, and keeps them after its file is gone. */
const EXCHANGES_MAX = 200;

/**
 * All that is counted. Each closed list of words is a record with every word in it from the start, so that counting is
 * one addition and rates begin at zero.
 */
export interface Counts {
  readonly exchanges: Map<string, ExchangeCounts>;
  /** Where the requests of exchanges without an entry of their own are counted; it is in `exchanges`, too. */
  readonly unknownExchange: ExchangeCounts;
  readonly stages: Readonly<Record<MeasuredStage, LatencyHistogram>>;
  readonly profileLookups: Record<ProfileLookupResult, number>;
  readonly geoLookups: Record<GeoLookupResult, number>;
  readonly notices: Readonly<Record<NoticeKind, Record<NoticeOutcome, number>>>;
  readonly reloads: Record<'changed' | 'problems', number>;
  auctionsCutShort: number;
  catalog: Catalog | undefined;
  catalogProblems: number;
  readInFlight: () => number;
}

export interface ExchangeCounts {
  readonly outcomes: Record<RequestOutcome, number>;
  readonly noBids: Record<NoBidReason, number>;
  readonly durations: LatencyHistogram;
  bids: number;
}

export function newCounts(): Counts {
  const unknownExchange = newExchangeCounts();
  return {
    exchanges: new Map([[UNKNOWN_EXCHANGE, unknownExchange]]),
    unknownExchange,
    stages: recordOf(STAGES_MEASURED, () => new LatencyHistogram()),
    profileLookups: recordOf(PROFILE_LOOKUP_RESULTS, () => 0),
    geoLookups: recordOf(GEO_LOOKUP_RESULTS, () => 0),
    notices: recordOf(NOTICE_KINDS, () => recordOf(NOTICE_OUTCOMES, () => 0)),
    reloads: { changed: 0, problems: 0 },
    auctionsCutShort: 0,
    catalog: undefined,
    catalogProblems: 0,
    readInFlight: () => 0,
  };
}

/** Gives an exchange an entry of its own, unless it has one or there are too many. */
export function addExchange(counts: Counts, name: string): void {
  const { exchanges } = counts;
  if (!exchanges.has(name) && exchanges.size <= EXCHANGES_MAX) exchanges.set(name, newExchangeCounts());
}

function newExchangeCounts(): ExchangeCounts {
  return {
    outcomes: recordOf(REQUEST_OUTCOMES, () => 0),
    noBids: recordOf(Object.keys(NO_BID_REASONS) as NoBidReason[], () => 0),
    durations: new LatencyHistogram(),
    bids: 0,
  };
}

function recordOf<Word extends string, Value>(
  words: readonly Word[],
  make: () => Value,
): Record<Word, Value> {
  return Object.fromEntries(words.map((word) => [word, make()])) as Record<Word, Value>;
}
