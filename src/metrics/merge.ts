import { AggregatorRegistry, type Metric } from 'prom-client';
import { WORKER_METRIC_DOCS, type MetricName } from './metric-docs.js';

/** What a process has measured, as plain data: one entry a metric. */
export type MetricFigures = readonly { readonly name: string; readonly type: unknown }[];

/**
 * How the figures of several processes become one. What is counted, held or in work adds up; these do not: figures that every process
 * has of the same thing, the state of the worst, and what is an average by nature.
 */
const MERGED_BY: Partial<Record<MetricName, 'max' | 'min' | 'average'>> = {
  narrowcast_profile_store_ready: 'min',
  narrowcast_profile_breaker: 'max',
  narrowcast_turn_budget_seconds: 'min',
  narrowcast_catalog_version: 'max',
  narrowcast_catalog_campaigns: 'max',
  narrowcast_catalog_line_items: 'max',
  narrowcast_catalog_problems: 'max',
  narrowcast_campaign_planned_until_now: 'max',
  narrowcast_campaign_spent_today: 'max',
  narrowcast_campaign_throttle: 'average',
  narrowcast_campaign_bid_multiplier: 'average',
  narrowcast_campaign_stopped_line_items: 'max',
  narrowcast_event_loop_lag_seconds: 'max',
};

export function mergedBy(name: MetricName): 'sum' | 'max' | 'min' | 'average' {
  return MERGED_BY[name] ?? 'sum';
}

export type WorkerCounts = Readonly<Record<(typeof WORKER_METRIC_DOCS)[number]['name'], number>>;

/** Merges what workers have measured. What workers had counted that are gone stays in the sums, so that no counter goes back. */
export class MergedMetrics {
  #retired: MetricFigures = [];

  /** @param figures of a worker that has ended, as it told them last */
  retire(figures: MetricFigures): void {
    const counted = figures.filter(({ type }) => type === 'counter' || type === 'histogram');
    this.#retired = AggregatorRegistry.aggregate([this.#retired, counted]).getMetricsAsArray();
  }

  /** @param figures of each worker. @returns everything in the Prometheus text format */
  async text(
    figures: readonly MetricFigures[],
    counts: WorkerCounts,
  ): Promise<{ contentType: string; body: string }> {
    const registry = AggregatorRegistry.aggregate([...figures, this.#retired]);
    for (const { name, type, help } of WORKER_METRIC_DOCS) {
      const values = [{ labels: {}, value: counts[name] }];
      const metric = { name, type, help, get: () => ({ name, type, help, values }) };
      // See createRegistry.
      registry.registerMetric(metric as unknown as Metric);
    }
    return { contentType: registry.contentType, body: await registry.metrics() };
  }
}
