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

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const RUN_MS_MAX = 86_400_000;
const RATE_MAX = 1_000_000;
/** Of one run: what is counted stays a number that a histogram and an id can hold. */
const REQUESTS_MAX = 2 ** 32;
const CONNECTIONS_MAX = 16_384;
const SEED_MAX = 2 ** 32 - 1;
const DEFAULT_RATE = 1_000;
const DEFAULT_DEADLINE_MS = 200;

/** @throws an Error naming every option that cannot be used, one a line */
export function readLoadOptions(
  url: string,
  files: readonly string[],
  texts: LoadOptionTexts,
): LoadCommandOptions {
  const problems: string[] = [];
  const findsMax = texts.findMax === true;
  const read = new OptionReader(problems);
  const timeoutMs =
    texts.timeout === undefined ? undefined : read.time('--timeout', texts.timeout, 1, 60_000);
  const deadlineMs =
    texts.deadline === undefined ? undefined : read.time('--deadline', texts.deadline, 1, 60_000);
  const failOver = texts.failOver === undefined ? undefined : read.share('--fail-over', texts.failOver);
  if (deadlineMs !== undefined && !findsMax && failOver === undefined) {
    problems.push('--deadline goes with --find-max or --fail-over');
  }
  if (texts.rate === undefined && !findsMax) problems.push('--rate is missing, such as --rate 1000');
  const options: LoadCommandOptions = {
    url: read.url('the address', url),
    sources: files.map((text) => readSource(text, problems)),
    ratePerSecond: texts.rate === undefined ? DEFAULT_RATE : read.number('--rate', texts.rate, 0.1, RATE_MAX),
    durationMs: read.time('--for', texts.for ?? (findsMax ? '5s' : '30s'), 1, RUN_MS_MAX),
    warmUpMs: read.time('--warm-up', texts.warmUp ?? (findsMax ? '1s' : '5s'), 0, RUN_MS_MAX),
    connections: read.whole('--connections', texts.connections, 1, CONNECTIONS_MAX),
    connectionsMax: read.whole('--connections-max', texts.connectionsMax, 1, CONNECTIONS_MAX),
    gzipShare: read.share('--gzip', texts.gzip),
    timeoutMs,
    patienceMs: read.time('--patience', texts.patience, 0, 60_000),
    deadlineMs: deadlineMs ?? timeoutMs ?? DEFAULT_DEADLINE_MS,
    isDeadlineGiven: deadlineMs !== undefined,
    failOver,
    findsMax,
    admin: texts.admin === undefined ? undefined : read.url('--admin', texts.admin),
    seed: read.whole('--seed', texts.seed, 0, SEED_MAX),
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
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return options;
}

/** Reads texts of options, and collects what is wrong with them. */
class OptionReader {
  readonly #problems: string[];

  constructor(problems: string[]) {
    this.#problems = problems;
  }

  number(option: string, text: string, min: number, max: number): number {
    const value = Number(text);
    const isNumber = text.trim() !== '' && value >= min && value <= max;
    return isNumber ? value : this.#refuse(option, text, `a number from ${min} to ${max}`, min);
  }

  whole(option: string, text: string, min: number, max: number): number {
    const value = Number(text);
    const isWhole = /^\d+$/.test(text) && value >= min && value <= max;
    return isWhole ? value : this.#refuse(option, text, `a whole number from ${min} to ${max}`, min);
  }

  /** In milliseconds. */
  time(option: string, text: string, minMs: number, maxMs: number): number {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
    const ms = match ? Number(match[1]) * (UNIT_MS[match[2] as string] as number) : NaN;
    const expected = `a time from ${minMs}ms to ${maxMs / 1_000}s, such as 500ms, 30s or 10m`;
    return ms >= minMs && ms <= maxMs ? ms : this.#refuse(option, text, expected, minMs);
  }

  /** `0.25` or `25%`, as a part of 1. */
  share(option: string, text: string): number {
    const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
    const share = match ? Number(match[1]) / (match[2] === '%' ? 100 : 1) : NaN;
    return share <= 1 ? share : this.#refuse(option, text, 'a share such as 0.25 or 25%', 0);
  }

  url(option: string, text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol === 'http:' && url.username === '' && url.password === '') return url;
    return this.#refuse(
      option,
      text,
      'an http address without a password, such as http://127.0.0.1:8080',
      new URL('http://none'),
    );
  }

  #refuse<Value>(option: string, text: string, expected: string, instead: Value): Value {
    this.#problems.push(`${option} is ${JSON.stringify(text)} but must be ${expected}`);
    return instead;
  }
}

/** `traffic.ndjson` or `traffic.ndjson=3` */
function readSource(text: string, problems: string[]): TrafficSource {
  const match = /^(.+)=([^=/]*)$/.exec(text);
  if (!match) return { path: text, weight: 1 };
  const weight = Number(match[2]);
  if (!(weight > 0 && weight < Infinity)) problems.push(`${text}: the weight must be a number above 0`);
  return { path: match[1] as string, weight };
}
