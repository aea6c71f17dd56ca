import { OptionReader } from '../lib/option-reader.js';
import type { TrafficSource } from '../load/traffic.js';

/** As commander hands them over. */
export interface LoadOptionTexts {
  readonly rate?: string;
  readonly for?: string;
  readonly warmUp?: string;
  readonly connections: string;
  readonly connectionsMax: string;
  readonly gzip: string;
  readonly timeout?: string;
  readonly patience: string;
  readonly deadline?: string;
  readonly failOver?: string;
  readonly findMax?: boolean;
  readonly admin?: string;
  readonly seed: string;
  readonly json?: boolean;
  readonly html?: string;
}

export interface LoadCommandOptions {
  readonly url: URL;
  readonly sources: readonly TrafficSource[];
  /** Where the search begins, with `findsMax`. */
  readonly ratePerSecond: number;
  /** Of each step, with `findsMax`. */
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly connections: number;
  readonly connectionsMax: number;
  readonly gzipShare: number;
  /** Undefined takes each request's own. */
  readonly timeoutMs: number | undefined;
  readonly patienceMs: number;
  readonly deadlineMs: number;
  /** Was it named, so that a run above it has failed? */
  readonly isDeadlineGiven: boolean;
  /** Share of bad requests from which on the run has failed; undefined where none was named. */
  readonly failOver: number | undefined;
  readonly findsMax: boolean;
  readonly admin: URL | undefined;
  readonly seed: number;
  readonly json: boolean;
  readonly html: string | undefined;
}

const RUN_MS_MAX = 86_400_000;
const RATE_MAX = 1_000_000;
/** Of one run: what is counted stays a number that a histogram and an id can hold. */
const REQUESTS_MAX = 2 ** 32;
const CONNECTIONS_MAX = 16_384;
const DEFAULT_RATE = 1_000;
const DEFAULT_DEADLINE_MS = 200;

/** @throws an Error naming every option that cannot be used, one a line */
export function readLoadOptions(
  url: string,
  files: readonly string[],
  texts: LoadOptionTexts,
): LoadCommandOptions {
  const findsMax = texts.findMax === true;
  const read = new OptionReader();
  const { problems } = read;
  const timeoutMs =
    texts.timeout === undefined ? undefined : time(read, '--timeout', texts.timeout, 1, 60_000);
  const deadlineMs =
    texts.deadline === undefined ? undefined : time(read, '--deadline', texts.deadline, 1, 60_000);
  const failOver = texts.failOver === undefined ? undefined : read.share('--fail-over', texts.failOver);
  if (deadlineMs !== undefined && !findsMax && failOver === undefined) {
    problems.push('--deadline goes with --find-max or --fail-over');
  }
  if (texts.rate === undefined && !findsMax) problems.push('--rate is missing, such as --rate 1000');
  const options: LoadCommandOptions = {
    url: address(read, 'the address', url),
    sources: files.map((text) => readSource(text, problems)),
    ratePerSecond: texts.rate === undefined ? DEFAULT_RATE : read.number('--rate', texts.rate, 0.1, RATE_MAX),
    durationMs: time(read, '--for', texts.for ?? (findsMax ? '5s' : '30s'), 1, RUN_MS_MAX),
    warmUpMs: time(read, '--warm-up', texts.warmUp ?? (findsMax ? '1s' : '5s'), 0, RUN_MS_MAX),
    connections: read.whole('--connections', texts.connections, 1, CONNECTIONS_MAX),
    connectionsMax: read.whole('--connections-max', texts.connectionsMax, 1, CONNECTIONS_MAX),
    gzipShare: read.share('--gzip', texts.gzip),
    timeoutMs,
    patienceMs: time(read, '--patience', texts.patience, 0, 60_000),
    deadlineMs: deadlineMs ?? timeoutMs ?? DEFAULT_DEADLINE_MS,
    isDeadlineGiven: deadlineMs !== undefined,
    failOver,
    findsMax,
    admin: texts.admin === undefined ? undefined : address(read, '--admin', texts.admin),
    seed: read.seed('--seed', texts.seed),
    json: texts.json === true,
    html: texts.html,
  };
  const { ratePerSecond, durationMs, warmUpMs, connections, connectionsMax } = options;
  if (ratePerSecond * ((durationMs + warmUpMs) / 1_000) > REQUESTS_MAX) {
    problems.push(`--rate times --for must be at most ${REQUESTS_MAX} requests`);
  }
  if (connectionsMax < connections) {
    problems.push(
      `--connections-max is ${connectionsMax} but must be at least --connections, ${connections}`,
    );
  }
  read.end();
  return options;
}

/** In milliseconds. */
function time(read: OptionReader, option: string, text: string, minMs: number, maxMs: number): number {
  const expected = `a time from ${minMs}ms to ${maxMs / 1_000}s, such as 500ms, 30s or 10m`;
  return read.time(option, text, minMs, maxMs, expected);
}

function address(read: OptionReader, option: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url?.protocol === 'http:' && url.username === '' && url.password === '';
  const expected = 'an http address without a password, such as http://127.0.0.1:8080';
  return read.told(option, text, expected, isPlain ? url : undefined) ?? new URL('http://none');
}

/** `traffic.ndjson` or `traffic.ndjson=3` */
function readSource(text: string, problems: string[]): TrafficSource {
  const match = /^(.+)=([^=/]*)$/.exec(text);
  if (!match) return { path: text, weight: 1 };
  const weight = Number(match[2]);
  if (!(weight > 0 && weight < Infinity)) problems.push(`${text}: the weight must be a number above 0`);
  return { path: match[1] as string, weight };
}
