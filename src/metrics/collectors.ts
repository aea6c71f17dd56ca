import type { Catalog } from '../domain/catalog.js';
import { MICROS_PER_UNIT } from '../domain/money.js';
import { type DeliveryFigures, type LedgerFigures } from '../domain/money-ports.js';
import { BREAKER_STATES } from '../domain/ports.js';
import type { Counts, ExchangeCounts } from './counts.js';
import type { EventLoopLag } from './event-loop-lag.js';
import { counterSamples, gaugeSamples, histogramSamples, type Collectors, type Sample } from './samples.js';

/** How each documented metric is read off the counts, when somebody scrapes. */
export function collectorsOf(counts: Counts, lag: EventLoopLag): Collectors {
  return {
    narrowcast_requests_total: () =>
      perExchange(counts, (exchange, labels) => counterSamples(exchange.outcomes, 'outcome', labels)),
    narrowcast_request_duration_seconds: () =>
      perExchange(counts, (exchange, labels) =>
        histogramSamples('narrowcast_request_duration_seconds', exchange.durations, labels),
      ),
    narrowcast_bids_total: () =>
      perExchange(counts, (exchange, labels) => [{ labels, value: exchange.bids }]),
    narrowcast_no_bids_total: () =>
      perExchange(counts, (exchange, labels) => counterSamples(exchange.noBids, 'reason', labels)),
    narrowcast_stage_duration_seconds: () =>
      Object.entries(counts.stages).flatMap(([stage, histogram]) =>
        histogramSamples('narrowcast_stage_duration_seconds', histogram, { stage }),
      ),
    narrowcast_privacy_verdicts_total: () => [
      { labels: { use: 'personal', limit: '' }, value: counts.privacy.personal },
      ...counterSamples(counts.privacy.contextual, 'limit', { use: 'contextual' }),
      ...counterSamples(counts.privacy.none, 'limit', { use: 'none' }),
    ],
    narrowcast_auctions_cut_short_total: () => gaugeSamples(counts.auctionsCutShort),
    narrowcast_in_flight: () => gaugeSamples(counts.readInFlight()),
    narrowcast_turn_duration_seconds: () =>
      histogramSamples('narrowcast_turn_duration_seconds', counts.turns),
    narrowcast_turn_budget_seconds: () => gaugeSamples(counts.readTurnBudgetMs() / 1_000),
    narrowcast_traffic_refusals_total: () =>
      Object.entries(counts.trafficRefusals).flatMap(([rule, modes]) =>
        counterSamples(modes, 'mode', { rule }),
      ),
    narrowcast_profile_lookups_total: () => counterSamples(counts.profileLookups, 'result'),
    narrowcast_profile_key_lookups_total: () =>
      Object.entries(counts.keyLookups).flatMap(([kind, sources]) =>
        counterSamples(sources, 'source', { kind }),
      ),
    narrowcast_profile_store_duration_seconds: () =>
      histogramSamples('narrowcast_profile_store_duration_seconds', counts.storeAnswers),
    narrowcast_profile_store_batch_keys: () =>
      histogramSamples('narrowcast_profile_store_batch_keys', counts.storeBatches),
    narrowcast_profile_store_troubles_total: () => counterSamples(counts.storeTroubles, 'trouble'),
    narrowcast_profile_store_ready: () => gaugeSamples(counts.readStoreReady() ? 1 : 0),
    narrowcast_profile_breaker: () => {
      const now = counts.readProfileCache?.().breaker ?? 'closed';
      return BREAKER_STATES.map((state) => ({ labels: { state }, value: state === now ? 1 : 0 }));
    },
    narrowcast_profile_cache_bytes: () => gaugeSamples(counts.readProfileCache?.().bytes ?? 0),
    narrowcast_profile_cache_entries: () => gaugeSamples(counts.readProfileCache?.().entries ?? 0),
    narrowcast_profile_cache_evictions_total: () => gaugeSamples(counts.readProfileCache?.().evictions ?? 0),
    narrowcast_frequency_records_total: () => counterSamples(counts.frequencyRecords, 'outcome'),
    narrowcast_geo_lookups_total: () => counterSamples(counts.geoLookups, 'result'),
    narrowcast_supply_refusals_total: () =>
      Object.entries(counts.supplyRefusals).flatMap(([mode, rules]) =>
        counterSamples(rules, 'rule', { mode }),
      ),
    narrowcast_notices_total: () =>
      Object.entries(counts.notices).flatMap(([kind, outcomes]) =>
        counterSamples(outcomes, 'outcome', { kind }),
      ),
    narrowcast_prices_set_aside_total: () => counterSamples(counts.billings.setAside, 'reason'),
    narrowcast_suspect_notices_total: () =>
      Object.entries(counts.suspectNotices).flatMap(([reason, modes]) =>
        counterSamples(modes, 'mode', { reason }),
      ),
    narrowcast_billing_delay_seconds: () =>
      histogramSamples('narrowcast_billing_delay_seconds', counts.billings.delays),
    narrowcast_billings_late_total: () => gaugeSamples(counts.billings.late),
    narrowcast_conversions_total: () => counterSamples(counts.conversions, 'outcome'),
    narrowcast_syncs_total: () => counterSamples(counts.syncs, 'outcome'),
    narrowcast_events_written_total: () => counterSamples(counts.events.written, 'kind'),
    narrowcast_events_dropped_total: () => counterSamples(counts.events.dropped, 'kind'),
    narrowcast_events_refused_total: () => counterSamples(counts.events.refused, 'kind'),
    narrowcast_event_bytes_total: () => gaugeSamples(counts.events.bytes),
    narrowcast_event_files_total: () => gaugeSamples(counts.events.files),
    narrowcast_event_log_failures_total: () => counterSamples(counts.events.failures, 'work'),
    narrowcast_catalog_version: () => gaugeSamples(counts.catalog?.version ?? 0),
    narrowcast_catalog_campaigns: () => gaugeSamples(counts.catalog?.campaigns.length ?? 0),
    narrowcast_catalog_line_items: () => gaugeSamples(lineItemCount(counts.catalog)),
    narrowcast_catalog_problems: () => gaugeSamples(counts.catalogProblems),
    narrowcast_catalog_reloads_total: () => counterSamples(counts.reloads, 'result'),
    narrowcast_campaign_planned_until_now: () =>
      perCampaign(counts, ({ plannedUntilNowMicros }) => plannedUntilNowMicros / MICROS_PER_UNIT),
    narrowcast_campaign_spent_today: () =>
      perCampaign(counts, ({ spentTodayMicros }) => spentTodayMicros / MICROS_PER_UNIT),
    narrowcast_campaign_throttle: () => perCampaign(counts, ({ throttle }) => throttle),
    narrowcast_campaign_bid_multiplier: () => perCampaign(counts, ({ bidMultiplier }) => bidMultiplier),
    narrowcast_campaign_stopped_line_items: () =>
      perCampaign(counts, ({ stoppedLineItems }) => stoppedLineItems),
    narrowcast_ledger_leases_total: () => counterSamples(counts.ledger.leases, 'result'),
    narrowcast_ledger_reservations_ended_total: () => counterSamples(counts.ledger.ends, 'how'),
    narrowcast_ledger_reservations_refused_total: () => gaugeSamples(counts.ledger.reservationsRefused),
    narrowcast_ledger_billings_total: () => counterSamples(counts.ledger.billings, 'result'),
    narrowcast_ledger_billed_late_total: () => gaugeSamples(counts.ledger.billedLate),
    narrowcast_ledger_tidings_lost_total: () => gaugeSamples(counts.ledger.tidingsLost),
    narrowcast_ledger_reconciled_billings_total: () => gaugeSamples(counts.ledger.reconciledBooked),
    narrowcast_ledger_reconciled_differences_total: () => gaugeSamples(counts.ledger.reconciledDifferences),
    narrowcast_ledger_open_bids: () => gaugeSamples(counts.readLedger().openBids),
    narrowcast_ledger_billings_waiting: () => gaugeSamples(counts.readLedger().billingsWaiting),
    narrowcast_campaign_open: () => inHand(counts, ({ openMicros }) => openMicros),
    narrowcast_campaign_free: () => inHand(counts, ({ freeMicros }) => freeMicros),
    narrowcast_event_loop_lag_seconds: () =>
      Array.from(lag.take(), ([quantile, value]) => ({ labels: { quantile }, value })),
  };
}

function perExchange(
  counts: Counts,
  samplesOf: (exchange: ExchangeCounts, labels: { readonly exchange: string }) => Sample[],
): Sample[] {
  return Array.from(counts.exchanges, ([name, exchange]) => samplesOf(exchange, { exchange: name })).flat();
}

/** The campaigns with the largest plans: each takes several time series. */
const CAMPAIGNS_MAX = 200;

function perCampaign(counts: Counts, valueOf: (figures: DeliveryFigures) => number): Sample[] {
  return [...counts.readDeliveries()]
    .sort((a, b) => b.plannedTodayMicros - a.plannedTodayMicros)
    .slice(0, CAMPAIGNS_MAX)
    .map((figures) => ({
      labels: { campaign: figures.campaign, currency: figures.currency },
      value: valueOf(figures),
    }));
}

function inHand(
  counts: Counts,
  microsOf: (campaign: LedgerFigures['campaigns'][number]) => number,
): Sample[] {
  return [...counts.readLedger().campaigns]
    .sort((a, b) => b.openMicros + b.freeMicros - a.openMicros - a.freeMicros)
    .slice(0, CAMPAIGNS_MAX)
    .map((figures) => ({
      labels: { campaign: figures.campaign, currency: figures.currency },
      value: microsOf(figures) / MICROS_PER_UNIT,
    }));
}

function lineItemCount(catalog: Catalog | undefined): number {
  return catalog?.campaigns.reduce((count, campaign) => count + campaign.lineItems.length, 0) ?? 0;
}
