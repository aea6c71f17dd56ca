import type { LatencyFigures, PercentilePoint } from './latency.js';
import type { ServerFigures } from './server-figures.js';

/** What `narrowcast load --json` prints of a run; the names stay. */
export interface LoadResult {
  /** As asked for. */
  readonly ratePerSecond: number;
  /** How long was sent, without the warm-up. */
  readonly elapsedMs: number;
  /** Was it ended before its time? */
  readonly isInterrupted: boolean;
  readonly measured: RequestFigures;
  readonly warmUp: RequestFigures;
  /** Over the whole run, the warm-up included. */
  readonly series: readonly IntervalFigures[];
  readonly generator: GeneratorFigures;
  /** Undefined without an admin port to ask; the problem, when it did not answer in the middle of the run. */
  readonly server: ServerFigures | { readonly problem: string } | undefined;
}

/**
 * Every request that was due ends in one of four ways: `due = answered + unsent + unanswered + failed`. Timeouts are those of the
 * answered that came `late`, the unsent and the unanswered.
 */
export interface RequestFigures {
  readonly due: number;
  readonly answered: number;
  /** Answered, but after the exchange had stopped waiting. */
  readonly late: number;
  /** All connections were busy until the exchange had stopped waiting. */
  readonly unsent: number;
  /** Sent, and still not answered long after the timeout. */
  readonly unanswered: number;
  /** The connection was closed or what came was no HTTP answer. */
  readonly failed: number;
  readonly timeouts: number;
  /** Of the answered, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers of status 200 with a bid in them. */
  readonly bids: number;
  /** Answers of status 204, and those of status 200 without a bid. */
  readonly noBids: number;
  /** Why requests failed, with how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** Share of the due that was late, not answered, failed or answered by a 5xx. */
  readonly badShare: number;
  readonly bytesSent: number;
  /** Of bodies. */
  readonly bytesReceived: number;
  /** From when the request was due to when its answer was complete. What was never answered counts with how long was waited. */
  readonly latency: LatencyFigures;
  readonly distribution: readonly PercentilePoint[];
}

export interface IntervalFigures {
  /** Since the run began. */
  readonly startMs: number;
  readonly lengthMs: number;
  /** Is any of it in the warm-up? */
  readonly isWarmUp: boolean;
  readonly sent: number;
  readonly answered: number;
  /** Late, not answered, failed, 5xx. */
  readonly bad: number;
  /** Of what was answered or given up in it; 0 where nothing was. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface GeneratorFigures {
  /** How long after they were due requests were handed over, to a connection or to the queue for one. */
  readonly lag: LatencyFigures;
  /** Share of the time in which it had something to do. Near 1 it, and not the bidder, is the limit. */
  readonly busyShare: number;
  /** Processor time by time; it waits for the next request without sleeping, so this is near 1 at most rates. */
  readonly cores: number;
  readonly connectionsOpened: number;
  /** At the same time. */
  readonly connectionsMost: number;
  /** Attempts to connect that failed. */
  readonly connectionsUnopened: number;
  /** Closed by the bidder between two requests. */
  readonly connectionsClosedIdle: number;
  /** Requests that waited for a connection at the same time, at most. */
  readonly queuedMost: number;
}
