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
    help: 'Lookups of visitors by result; no-key: the request named nobody; late, broken: bid on without a profile.',
  },
  {
    name: 'narrowcast_profile_key_lookups_total',
    type: 'counter',
    labels: ['kind', 'source'],
    unit: 'keys',
    help: 'Keys of visitors that were looked up with Redis in use, by kind of key and by where the answer came from.',
  },
  {
    name: 'narrowcast_profile_store_duration_seconds',
    type: 'histogram',
    labels: [],
    unit: 'seconds',
    help: 'Time that Redis took to answer for one visitor, late answers included.',
  },
  {
    name: 'narrowcast_profile_store_batch_keys',
    type: 'histogram',
    labels: [],
    unit: 'keys',
    help: 'Keys that went to one node of Redis in one command.',
  },
  {
    name: 'narrowcast_profile_store_troubles_total',
    type: 'counter',
    labels: ['trouble'],
    unit: 'keys',
    help: 'Keys not asked because too many were on their way, and values that could not be read.',
  },
  {
    name: 'narrowcast_profile_store_ready',
    type: 'gauge',
    labels: [],
    unit: '0 or 1',
    help: 'Can the profile store be asked at this moment?',
  },
  {
    name: 'narrowcast_profile_breaker',
    type: 'gauge',
    labels: ['state'],
    unit: '0 or 1',
    help: 'State of the circuit breaker before Redis; while it is open, visitors that are not in the cache are strangers.',
  },
  {
    name: 'narrowcast_profile_cache_bytes',
    type: 'gauge',
    labels: [],
    unit: 'bytes',
    help: 'Estimated memory of the profiles that are remembered in the process.',
  },
  {
    name: 'narrowcast_profile_cache_entries',
    type: 'gauge',
    labels: [],
    unit: 'keys',
    help: 'Keys that are remembered in the process, those with nothing stored included.',
  },
  {
    name: 'narrowcast_profile_cache_evictions_total',
    type: 'counter',
    labels: [],
    unit: 'keys',
    help: 'Keys that were forgotten for want of room.',
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
    name: 'narrowcast_syncs_total',
    type: 'counter',
    labels: ['outcome'],
    unit: 'syncs',
    help: 'Cookie syncs by what became of them; failed comes on top, when the store did not take the link.',
  },
  {
    name: 'narrowcast_events_written_total',
    type: 'counter',
    labels: ['kind'],
    unit: 'events',
    help: 'Lines of the event log that are in a file.',
  },
  {
    name: 'narrowcast_events_dropped_total',
    type: 'counter',
    labels: ['kind'],
    unit: 'events',
    help: 'Events that were dropped because the disk was too slow, full or broken.',
  },
  {
    name: 'narrowcast_events_refused_total',
    type: 'counter',
    labels: ['kind'],
    unit: 'events',
    help: 'Wins and billings that could not be written down; whoever told of them was answered 503.',
  },
  {
    name: 'narrowcast_event_bytes_total',
    type: 'counter',
    labels: [],
    unit: 'bytes',
    help: 'What was written to the event log, before compression.',
  },
  {
    name: 'narrowcast_event_files_total',
    type: 'counter',
    labels: [],
    unit: 'files',
    help: 'Files of the event log that were finished, by the hour, by their length, or after an error.',
  },
  {
    name: 'narrowcast_event_log_failures_total',
    type: 'counter',
    labels: ['work'],
    unit: 'failures',
    help: 'Failures in writing the event log, in compressing its finished files and in deleting old ones.',
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
