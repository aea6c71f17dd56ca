import { getText } from './http-get.js';

/** Where a bidder's own figures are read, in the text format of Prometheus. */
export interface AdminPort {
  /** Its `/metrics` is read. */
  readonly url: URL;
  /** Sent as `authorization: Bearer …`. */
  readonly token: string | undefined;
}

/** What the bidder says of itself; undefined is what it does not say. */
export interface ServerFigures {
  /** Processor time, user and system, for each answer in the measured time. */
  readonly cpuMicrosPerRequest: number | undefined;
  /** Processor time by time. */
  readonly cores: number | undefined;
  /** At the end. */
  readonly residentBytes: number | undefined;
  /** How much that grew in the measured time. */
  readonly residentGrowthBytes: number | undefined;
  readonly heapUsedBytes: number | undefined;
  /** How late its event loop was, at p99 and at most. */
  readonly loopLagP99Ms: number | undefined;
  readonly loopLagMaxMs: number | undefined;
}

/** The figures of one moment by the names that client libraries give them, without a prefix. */
interface Reading {
  readonly cpuSeconds: number | undefined;
  readonly residentBytes: number | undefined;
  readonly heapUsedBytes: number | undefined;
  readonly loopLagP99Seconds: number | undefined;
  readonly loopLagMaxSeconds: number | undefined;
}

/** @throws an Error saying what is wrong with the admin port */
export async function readMetrics({ url, token }: AdminPort): Promise<Reading> {
  const address = new URL('/metrics', url);
  const { status, body } = await getText(address, token);
  if (status !== 200) throw new Error(`${address.href} must answer with 200, but answered with ${status}`);
  return parseMetrics(body);
}

/** Values of several processes, told apart by labels, are added up. */
export function parseMetrics(text: string): Reading {
  const sum = (pattern: RegExp): number | undefined => {
    const values = [...text.matchAll(pattern)].map((match) => Number(match[1]));
    return values.length === 0 ? undefined : values.reduce((all, value) => all + value, 0);
  };
  const user = sum(/^(?:\w+_)?process_cpu_user_seconds_total(?:\{[^}]*\})? (\S+)/gm);
  const system = sum(/^(?:\w+_)?process_cpu_system_seconds_total(?:\{[^}]*\})? (\S+)/gm);
  const whole = sum(/^(?:\w+_)?process_cpu_seconds_total(?:\{[^}]*\})? (\S+)/gm);
  return {
    cpuSeconds: user === undefined || system === undefined ? whole : user + system,
    residentBytes: sum(/^(?:\w+_)?process_resident_memory_bytes(?:\{[^}]*\})? (\S+)/gm),
    heapUsedBytes: sum(/^(?:\w+_)?nodejs_heap_size_used_bytes(?:\{[^}]*\})? (\S+)/gm),
    loopLagP99Seconds: sum(/^narrowcast_event_loop_lag_seconds\{quantile="0.99"\} (\S+)/gm),
    loopLagMaxSeconds: sum(/^narrowcast_event_loop_lag_seconds\{quantile="1"\} (\S+)/gm),
  };
}

/** @param elapsedMs between the two readings @param answers in that time */
export function serverFigures(
  before: Reading,
  after: Reading,
  elapsedMs: number,
  answers: number,
): ServerFigures {
  const cpuSeconds = difference(after.cpuSeconds, before.cpuSeconds);
  return {
    cpuMicrosPerRequest: cpuSeconds && answers > 0 ? (cpuSeconds * 1e6) / answers : undefined,
    cores: cpuSeconds && elapsedMs > 0 ? (cpuSeconds * 1e3) / elapsedMs : undefined,
    residentBytes: after.residentBytes,
    residentGrowthBytes: difference(after.residentBytes, before.residentBytes),
    heapUsedBytes: after.heapUsedBytes,
    loopLagP99Ms: after.loopLagP99Seconds && after.loopLagP99Seconds * 1e3,
    loopLagMaxMs: after.loopLagMaxSeconds && after.loopLagMaxSeconds * 1e3,
  };
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}
