import { collectDefaultMetrics, Registry, type Metric } from 'prom-client';
import { mergedBy } from './merge.js';
import { METRIC_DOCS } from './metric-docs.js';
import type { Collectors } from './samples.js';

const PREFIX = 'narrowcast_';
/** prom-client's own event-loop gauges, which are dropped in favour of `narrowcast_event_loop_lag_seconds`. */
const REPLACED_PREFIX = `${PREFIX}nodejs_eventloop_lag`;
const IDLE_MONITOR_MS = 60_000;

/**
 * A registry of prom-client in which each documented metric is an object that answers `get()` with the values of the
 * moment, beside prom-client's figures of the process (CPU, memory, garbage collection, file descriptors).
 */
export function createRegistry(collectors: Collectors): Registry {
  const registry = new Registry();
  for (const { name, type, help } of METRIC_DOCS) {
    const aggregator = mergedBy(name);
    const get = () => ({ name, type, help, aggregator, values: collectors[name]() });
    const metric = { name, type, help, get };
    // All that a registry asks of a metric is this; its declared type is the union of prom-client's own classes.
    registry.registerMetric(metric as unknown as Metric);
  }
  collectDefaultMetrics({
    register: registry,
    prefix: PREFIX,
    eventLoopMonitoringPrecision: IDLE_MONITOR_MS,
  });
  for (const { name } of registry.getMetricsAsArray()) {
    if (name.startsWith(REPLACED_PREFIX)) registry.removeSingleMetric(name);
  }
  return registry;
}
