/** One metric as operators see it: what is exposed, and what README says about it. */
interface MetricDoc {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly unit: string;
  /** The HELP line: plain words, one sentence. */
  readonly help: string;
}

/** Every metric of our own, in the order of exposition. Those of the process itself come from prom-client. */
export const METRIC_DOCS = [
  {
    name: 'narrowcast_requests_total',
    type: 'counter',
    labels: ['exchange', 'outcome'],
    unit: 'requests',
    help: 'Requests to the bid route, each counted once by how it ended.',
  },
  {
    name: 'narrowcast_request_duration_seconds',
    type: 'histogram',
    labels: ['exchange'],
    unit: 'seconds',
    help: 'Time from the first byte of a request to its answer, whatever the answer.',
  },
  {
    name: 'narrowcast_stage_duration_seconds',
    type: 'histogram',
    labels: ['stage'],
    unit: 'seconds',
    help: 'Time spent in one stage of the bid path, for the requests that reached it.',
  },
  {
    name: 'narrowcast_bids_total',
    type: 'counter',
    labels: ['exchange'],
    unit: 'bids',
    help: 'Bids sent; a response may carry several, one for each impression.',
  },
  {
    name: 'narrowcast_no_bids_total',
    type: 'counter',
    labels: ['exchange', 'reason'],
    unit: 'requests',
    help: 'Requests answered without a bid, by reason.',
  },
  {
    name: 'narrowcast_auctions_cut_short_total',
    type: 'counter',
    labels: [],
    unit: 'requests',
    help: 'Requests for which not every line item that wanted them was examined, because there were too many.',
  },
  {
    name: 'narrowcast_in_flight',
    type: 'gauge',
    labels: [],
    unit: 'requests',
    help: 'Requests in work at this moment.',
  },
  {
    name: 'narrowcast_profile_lookups_total',
    type: 'counter',
    labels: ['result'],
    unit: 'lookups',
    help: 'Lookups of visitors in the profile store, by result; no-key means that the request named nobody.',
  },
  {
    name: 'narrowcast_geo_lookups_total',
    type: 'counter',
    labels: ['result'],
    unit: 'lookups',
    help: 'Lookups of addresses in the geo file, by result; damaged means that the file needs replacing.',
  },
  {
    name: 'narrowcast_notices_total',
    type: 'counter',
    labels: ['kind', 'outcome'],
    unit: 'notices',
    help: 'Win, billing and loss notices, impression pixels and clicks, by what became of them.',
  },
  {
    name: 'narrowcast_catalog_version',
    type: 'gauge',
    labels: [],
    unit: 'version',
    help: 'Version of the catalogue in use, counted from the start of the process.',
  },
  {
    name: 'narrowcast_catalog_campaigns',
    type: 'gauge',
    labels: [],
    unit: 'campaigns',
    help: 'Campaigns in the catalogue in use, paused ones included.',
  },
  {
    name: 'narrowcast_catalog_line_items',
    type: 'gauge',
    labels: [],
    unit: 'line items',
    help: 'Line items in the catalogue in use, paused ones included.',
  },
  {
    name: 'narrowcast_catalog_problems',
    type: 'gauge',
    labels: [],
    unit: 'problems',
    help: 'Problems that the configuration files have at present; above 0, some file is not in effect.',
  },
  {
    name: 'narrowcast_catalog_reloads_total',
    type: 'counter',
    labels: ['result'],
    unit: 'reloads',
    help: 'Readings of the configuration: those that changed the catalogue, and those that met problems.',
  },
  {
    name: 'narrowcast_event_loop_lag_seconds',
    type: 'gauge',
    labels: ['quantile'],
    unit: 'seconds',
    help: 'How late the event loop was since the last scrape: median, 99th percentile and worst.',
  },
] as const satisfies readonly MetricDoc[];

export type MetricName = (typeof METRIC_DOCS)[number]['name'];
