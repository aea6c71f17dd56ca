import type { Catalog } from '../domain/catalog.js';
import type { DeliveryFigures, LedgerFigures, LedgerMetrics } from '../domain/money-ports.js';
import type {
  BidMetrics,
  ConversionMetrics,
  EventLogMetrics,
  NoticeMetrics,
  ProfileCacheFigures,
  ProfileCacheMetrics,
  RemoteStoreMetrics,
  SyncMetrics,
  TrafficMetrics,
} from '../domain/ports.js';
import { collectorsOf } from './collectors.js';
import { addExchange, newCounts } from './counts.js';
import { watchEventLoopLag } from './event-loop-lag.js';
import type { MetricFigures } from './merge.js';
import { createRegistry } from './registry.js';

export interface Metrics
  extends
    BidMetrics,
    ConversionMetrics,
    EventLogMetrics,
    LedgerMetrics,
    NoticeMetrics,
    ProfileCacheMetrics,
    RemoteStoreMetrics,
    SyncMetrics,
    TrafficMetrics {
  /** Call with every catalogue that is put to use. Its exchanges get label values of their own. */
  catalogInUse(catalog: Catalog): void;
  /** Call after every reading of the configuration that found or cured problems, with how many there are now. */
  catalogProblems(count: number): void;
  /** @param read asked at each scrape for the number of requests in work */
  watchInFlight(read: () => number): void;
  /** @param read asked at each scrape for how long a turn serves requests, in milliseconds */
  watchTurnBudget(read: () => number): void;
  /** @param isReady asked at each scrape whether the profile store can be asked */
  watchProfileStore(isReady: () => boolean): void;
  /** @param read asked at each scrape; never set where profiles are not cached */
  watchProfileCache(read: () => ProfileCacheFigures): void;
  /** @param read asked at each scrape how the campaigns spend that somebody wanted to bid for */
  watchDeliveries(read: () => readonly DeliveryFigures[]): void;
  /** The event log was told to the ledger: how many billings it had not booked, and how many days the two differ in. */
  reconciled(booked: number, differences: number): void;
  /** @param read asked at each scrape what this process has in its hands */
  watchLedger(read: () => LedgerFigures): void;
  /** Everything in the Prometheus text format. */
  text(): Promise<{ contentType: string; body: string }>;
  /** The same as plain data, to be merged with those of other processes. */
  figures(): Promise<MetricFigures>;
  close(): void;
}

/**
 * Counts what happens. On the bid path a count is a lookup or two and an addition; labels come from closed lists and
 * from the catalogue, never from a request. The Prometheus text is made only when somebody scrapes.
 */
export function createMetrics(): Metrics {
  const counts = newCounts();
  const lag = watchEventLoopLag();
  const registry = createRegistry(collectorsOf(counts, lag));
  const exchange = (name: string) => counts.exchanges.get(name) ?? counts.unknownExchange;
  return {
    outcome(name, outcome, durationMs) {
      const { outcomes, durations } = exchange(name);
      outcomes[outcome] += 1;
      durations.observe(durationMs);
    },
    noBid(name, reason) {
      exchange(name).noBids[reason] += 1;
    },
    bids(name, count) {
      exchange(name).bids += count;
    },
    turn(durationMs) {
      counts.turns.observe(durationMs);
    },
    stage(stage, durationMs) {
      counts.stages[stage].observe(durationMs);
    },
    privacyVerdict({ use, limit }) {
      if (limit === undefined) counts.privacy.personal += 1;
      else if (use === 'none') counts.privacy.none[limit] += 1;
      else counts.privacy.contextual[limit] += 1;
    },
    auctionsCutShort() {
      counts.auctionsCutShort += 1;
    },
    trafficRefused(rule, mode) {
      counts.trafficRefusals[rule][mode] += 1;
    },
    profileLookup(result) {
      counts.profileLookups[result] += 1;
    },
    keyLookup(kind, source) {
      counts.keyLookups[kind][source] += 1;
    },
    storeAnswered(durationMs) {
      counts.storeAnswers.observe(durationMs);
    },
    batchSent(keys) {
      counts.storeBatches.observe(keys);
    },
    storeTrouble(trouble) {
      counts.storeTroubles[trouble] += 1;
    },
    frequencyRecords(outcome, count) {
      counts.frequencyRecords[outcome] += count;
    },
    geoLookup(result) {
      counts.geoLookups[result] += 1;
    },
    supplyRefused(rule, mode) {
      counts.supplyRefusals[mode][rule] += 1;
    },
    notice(kind, outcome) {
      counts.notices[kind][outcome] += 1;
    },
    priceSetAside(reason) {
      counts.billings.setAside[reason] += 1;
    },
    noticeSuspect(reason, mode) {
      counts.suspectNotices[reason][mode] += 1;
    },
    billed(delayMs, isLate) {
      counts.billings.delays.observe(delayMs);
      if (isLate) counts.billings.late += 1;
    },
    conversion(outcome) {
      counts.conversions[outcome] += 1;
    },
    sync(outcome) {
      counts.syncs[outcome] += 1;
    },
    eventWritten(kind) {
      counts.events.written[kind] += 1;
    },
    eventDropped(kind) {
      counts.events.dropped[kind] += 1;
    },
    eventRefused(kind) {
      counts.events.refused[kind] += 1;
    },
    eventBytesWritten(bytes) {
      counts.events.bytes += bytes;
    },
    eventFileFinished() {
      counts.events.files += 1;
    },
    eventLogFailed(work) {
      counts.events.failures[work] += 1;
    },
    catalogInUse(catalog) {
      counts.catalog = catalog;
      counts.reloads.changed += 1;
      for (const name of catalog.exchanges.keys()) addExchange(counts, name);
    },
    catalogProblems(count) {
      counts.catalogProblems = count;
      if (count > 0) counts.reloads.problems += 1;
    },
    watchInFlight(read) {
      counts.readInFlight = read;
    },
    watchTurnBudget(read) {
      counts.readTurnBudgetMs = read;
    },
    watchProfileStore(isReady) {
      counts.readStoreReady = isReady;
    },
    watchProfileCache(read) {
      counts.readProfileCache = read;
    },
    watchDeliveries(read) {
      counts.readDeliveries = read;
    },
    leaseAnswered(result) {
      counts.ledger.leases[result] += 1;
    },
    reservationRefused() {
      counts.ledger.reservationsRefused += 1;
    },
    reservationEnded(how) {
      counts.ledger.ends[how] += 1;
    },
    billedLate() {
      counts.ledger.billedLate += 1;
    },
    billingTold(result) {
      counts.ledger.billings[result] += 1;
    },
    tidingLost() {
      counts.ledger.tidingsLost += 1;
    },
    reconciled(booked, differences) {
      counts.ledger.reconciledBooked += booked;
      counts.ledger.reconciledDifferences += differences;
    },
    watchLedger(read) {
      counts.readLedger = read;
    },
    async text() {
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    figures: () => registry.getMetricsAsJSON(),
    close() {
      lag.close();
    },
  };
}
