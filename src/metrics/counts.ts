import type { Catalog } from '../domain/catalog.js';
import {
  DROPPABLE_KINDS,
  EVENT_KINDS,
  MONEY_KINDS,
  SET_ASIDE_REASONS,
  SUSPECT_REASONS,
  type DroppableKind,
  type EventKind,
  type MoneyKind,
  type SetAsideReason,
  type SuspectReason,
} from '../domain/event.js';
import { PRIVACY_LIMITS, type PrivacyLimit } from '../domain/gates.js';
import { NO_BID_REASONS, type NoBidReason } from '../domain/no-bid-reason.js';
import {
  BILLING_RESULTS,
  LEASE_RESULTS,
  RESERVATION_ENDS,
  type BillingResult,
  type DeliveryFigures,
  type LeaseResult,
  type LedgerFigures,
  type ReservationEnd,
} from '../domain/money-ports.js';
import {
  CONVERSION_OUTCOMES,
  EVENT_LOG_WORKS,
  FREQUENCY_OUTCOMES,
  GEO_LOOKUP_RESULTS,
  NOTICE_KINDS,
  NOTICE_OUTCOMES,
  PROFILE_LOOKUP_RESULTS,
  PROFILE_SOURCES,
  REQUEST_OUTCOMES,
  STAGES_MEASURED,
  STORE_TROUBLES,
  SYNC_OUTCOMES,
  type ConversionOutcome,
  type EventLogWork,
  type FrequencyOutcome,
  type GeoLookupResult,
  type MeasuredStage,
  type NoticeKind,
  type NoticeOutcome,
  type ProfileCacheFigures,
  type ProfileLookupResult,
  type ProfileSource,
  type RequestOutcome,
  type StoreTrouble,
  type SyncOutcome,
} from '../domain/ports.js';
import { PROFILE_KEY_KINDS, type ProfileKey } from '../domain/profile.js';
import { SUPPLY_RULES, type SupplyRule } from '../domain/supply-policy.js';
import type { RuleMode } from '../domain/rule-mode.js';
import { TRAFFIC_RULES, type TrafficRule } from '../domain/traffic-policy.js';
import { Histogram } from './histogram.js';

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
  readonly turns: Histogram;
  readonly stages: Readonly<Record<MeasuredStage, Histogram>>;
  readonly profileLookups: Record<ProfileLookupResult, number>;
  readonly keyLookups: Readonly<Record<ProfileKey['kind'], Record<ProfileSource, number>>>;
  readonly storeAnswers: Histogram;
  readonly storeBatches: Histogram;
  readonly storeTroubles: Record<StoreTrouble, number>;
  readonly frequencyRecords: Record<FrequencyOutcome, number>;
  readonly geoLookups: Record<GeoLookupResult, number>;
  readonly supplyRefusals: Readonly<Record<'dry-run' | 'on', Record<SupplyRule, number>>>;
  readonly notices: Readonly<Record<NoticeKind, Record<NoticeOutcome, number>>>;
  readonly billings: BillingCounts;
  readonly suspectNotices: Readonly<Record<SuspectReason, RuleCounts>>;
  readonly trafficRefusals: Readonly<Record<TrafficRule, RuleCounts>>;
  readonly conversions: Record<ConversionOutcome, number>;
  readonly syncs: Record<SyncOutcome, number>;
  readonly events: EventCounts;
  readonly reloads: Record<'changed' | 'problems', number>;
  readonly privacy: PrivacyCounts;
  auctionsCutShort: number;
  catalog: Catalog | undefined;
  catalogProblems: number;
  readInFlight: () => number;
  readTurnBudgetMs: () => number;
  /** Undefined while there is no cache, because the store is this process's memory. */
  readProfileCache: (() => ProfileCacheFigures) | undefined;
  readStoreReady: () => boolean;
  readDeliveries: () => readonly DeliveryFigures[];
  readonly ledger: LedgerCounts;
  readLedger: () => LedgerFigures;
}

/** By what is used of the visitor, and where that is not everything, why. */
interface PrivacyCounts {
  personal: number;
  readonly contextual: Record<PrivacyLimit, number>;
  readonly none: Record<PrivacyLimit, number>;
}

/** What a rule found, by how it was set at that time. */
type RuleCounts = Record<Exclude<RuleMode, 'off'>, number>;

function newRuleCounts(): RuleCounts {
  return { on: 0, 'dry-run': 0 };
}

interface LedgerCounts {
  readonly leases: Record<LeaseResult, number>;
  readonly ends: Record<ReservationEnd, number>;
  readonly billings: Record<BillingResult, number>;
  reservationsRefused: number;
  billedLate: number;
  tidingsLost: number;
  reconciledBooked: number;
  reconciledDifferences: number;
}

interface BillingCounts {
  readonly setAside: Record<SetAsideReason, number>;
  readonly delays: Histogram;
  late: number;
}

interface EventCounts {
  readonly written: Record<EventKind, number>;
  readonly dropped: Record<DroppableKind, number>;
  readonly refused: Record<MoneyKind, number>;
  readonly failures: Record<EventLogWork, number>;
  bytes: number;
  files: number;
}

export interface ExchangeCounts {
  readonly outcomes: Record<RequestOutcome, number>;
  readonly noBids: Record<NoBidReason, number>;
  readonly durations: Histogram;
  bids: number;
}

export function newCounts(): Counts {
  const unknownExchange = newExchangeCounts();
  return {
    exchanges: new Map([[UNKNOWN_EXCHANGE, unknownExchange]]),
    unknownExchange,
    turns: Histogram.ofLatencies(),
    stages: recordOf(STAGES_MEASURED, () => Histogram.ofLatencies()),
    profileLookups: recordOf(PROFILE_LOOKUP_RESULTS, () => 0),
    keyLookups: recordOf(PROFILE_KEY_KINDS, () => recordOf(PROFILE_SOURCES, () => 0)),
    storeAnswers: Histogram.ofLatencies(),
    storeBatches: Histogram.ofBatches(),
    storeTroubles: recordOf(STORE_TROUBLES, () => 0),
    frequencyRecords: recordOf(FREQUENCY_OUTCOMES, () => 0),
    geoLookups: recordOf(GEO_LOOKUP_RESULTS, () => 0),
    supplyRefusals: {
      'dry-run': recordOf(SUPPLY_RULES, () => 0),
      on: recordOf(SUPPLY_RULES, () => 0),
    },
    notices: recordOf(NOTICE_KINDS, () => recordOf(NOTICE_OUTCOMES, () => 0)),
    billings: { setAside: recordOf(SET_ASIDE_REASONS, () => 0), delays: Histogram.ofDelays(), late: 0 },
    suspectNotices: recordOf(SUSPECT_REASONS, newRuleCounts),
    trafficRefusals: recordOf(TRAFFIC_RULES, newRuleCounts),
    conversions: recordOf(CONVERSION_OUTCOMES, () => 0),
    syncs: recordOf(SYNC_OUTCOMES, () => 0),
    events: {
      written: recordOf(EVENT_KINDS, () => 0),
      dropped: recordOf(DROPPABLE_KINDS, () => 0),
      refused: recordOf(MONEY_KINDS, () => 0),
      failures: recordOf(EVENT_LOG_WORKS, () => 0),
      bytes: 0,
      files: 0,
    },
    reloads: { changed: 0, problems: 0 },
    privacy: {
      personal: 0,
      contextual: recordOf(PRIVACY_LIMITS, () => 0),
      none: recordOf(PRIVACY_LIMITS, () => 0),
    },
    auctionsCutShort: 0,
    catalog: undefined,
    catalogProblems: 0,
    readInFlight: () => 0,
    readTurnBudgetMs: () => 0,
    readProfileCache: undefined,
    readStoreReady: () => true,
    readDeliveries: () => [],
    ledger: {
      leases: recordOf(LEASE_RESULTS, () => 0),
      ends: recordOf(RESERVATION_ENDS, () => 0),
      billings: recordOf(BILLING_RESULTS, () => 0),
      reservationsRefused: 0,
      billedLate: 0,
      tidingsLost: 0,
      reconciledBooked: 0,
      reconciledDifferences: 0,
    },
    readLedger: () => ({ openBids: 0, billingsWaiting: 0, campaigns: [] }),
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
    durations: Histogram.ofLatencies(),
    bids: 0,
  };
}

function recordOf<Word extends string, Value>(
  words: readonly Word[],
  make: () => Value,
): Record<Word, Value> {
  return Object.fromEntries(words.map((word) => [word, make()])) as Record<Word, Value>;
}
