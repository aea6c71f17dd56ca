import type { StreamReader } from './stream.js';

/** What the admin port shows; the port itself knows nothing about bidding. */
export interface AdminSources {
  /** Everything measured, in the text format of Prometheus. */
  readonly metricsText: () => Promise<{ readonly contentType: string; readonly body: string }>;
  /** @returns whether requests should be sent here, and in a few words why (not) */
  readonly readiness: () => { readonly ready: boolean; readonly why: string };
  /**
   * Explains a bid request without booking anything.
   *
   * @param campaign undefined for the line items of all campaigns
   * @returns an HTTP status and a JSON text
   */
  readonly explain: (
    exchange: string,
    body: Uint8Array,
    campaign: string | undefined,
  ) => Promise<{ readonly status: number; readonly body: string }>;
  /**
   * Says how the campaigns spend today, and why less than planned.
   *
   * @param campaign undefined for all
   * @returns a JSON text
   */
  readonly delivery: (campaign: string | undefined) => Promise<string>;
  /** Undefined where there is nothing to record: not in front of several workers. */
  readonly recordings: Recordings | undefined;
}

/** Live requests as lines of a traffic file. */
interface Recordings {
  /** @param query the raw query string without `?` */
  readonly record: (query: string) => RecordAnswer;
  /** How that goes, or how it went the last time. @returns a JSON text */
  readonly figures: () => string;
  /** Ends it. */
  readonly stop: () => void;
}

/** Lines of a traffic file, or an HTTP status and why there are none. */
type RecordAnswer =
  { readonly stream: (reader: StreamReader) => void } | { readonly status: 400 | 409; readonly why: string };

export interface AdminRequest {
  /** The last part of the path; empty on routes that name nothing. */
  readonly parameter: string;
  /** From the query: this campaign only. */
  readonly campaign: string | undefined;
  /** The raw query string without `?`; empty when there is none. */
  readonly query: string;
  readonly body: Uint8Array;
}

export interface AdminAnswer {
  readonly status: number;
  readonly contentType: string;
  /** A text, or what writes one piece by piece. */
  readonly body: string | ((reader: StreamReader) => void);
}

export interface AdminRoute {
  readonly method: 'GET' | 'POST';
  /** May end in one `:parameter`. */
  readonly path: string;
  /** False only where a probe must get in without a token. */
  readonly needsToken: boolean;
  readonly answer: (sources: AdminSources, request: AdminRequest) => Promise<AdminAnswer>;
}

export const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';

/** Every route of the admin port; none exists beside this table, and none gets past the guard. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/metrics',
    needsToken: true,
    answer: async ({ metricsText }) => ({ status: 200, ...(await metricsText()) }),
  },
  {
    method: 'GET',
    path: '/livez',
    needsToken: false,
    answer: async () => ({ status: 200, contentType: TEXT, body: 'alive\n' }),
  },
  {
    method: 'GET',
    path: '/readyz',
    needsToken: false,
    answer: async ({ readiness }) => {
      const { ready, why } = readiness();
      return { status: ready ? 200 : 503, contentType: TEXT, body: `${why}\n` };
    },
  },
  {
    method: 'GET',
    path: '/delivery',
    needsToken: true,
    answer: async ({ delivery }, { campaign }) => ({
      status: 200,
      contentType: JSON_TYPE,
      body: await delivery(campaign),
    }),
  },
  {
    method: 'POST',
    path: '/explain/:exchange',
    needsToken: true,
    answer: async ({ explain }, { parameter, campaign, body }) => ({
      contentType: JSON_TYPE,
      ...(await explain(parameter, body, campaign)),
    }),
  },
  {
    method: 'GET',
    path: '/record',
    needsToken: true,
    answer: async ({ recordings }, { query }) => {
      if (!recordings) return NO_RECORDINGS;
      const answer = recordings.record(query);
      return 'stream' in answer
        ? { status: 200, contentType: LINES_TYPE, body: answer.stream }
        : { status: answer.status, contentType: TEXT, body: `${answer.why}\n` };
    },
  },
  {
    method: 'GET',
    path: '/recording',
    needsToken: true,
    answer: async ({ recordings }) => recordingFigures(recordings),
  },
  {
    method: 'POST',
    path: '/recording/end',
    needsToken: true,
    answer: async ({ recordings }) => {
      recordings?.stop();
      return recordingFigures(recordings);
    },
  },
];

const NO_RECORDINGS: AdminAnswer = {
  status: 409,
  contentType: TEXT,
  body: 'a recording is of one process: serve without --workers, or record at another bidder\n',
};

function recordingFigures(recordings: Recordings | undefined): AdminAnswer {
  return recordings ? { status: 200, contentType: JSON_TYPE, body: recordings.figures() } : NO_RECORDINGS;
}
