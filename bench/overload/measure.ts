import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMaxRate, type RateStep } from '../../src/load/find-max-rate.js';
import { getText } from '../../src/load/http-get.js';
import type { LoadResult } from '../../src/load/load-result.js';
import { runLoad, type LoadOptions } from '../../src/load/run-load.js';
import { loadTraffic, type Traffic } from '../../src/load/traffic.js';
import { runCommand, startServing, type ServingProcess } from '../../test/support/program.js';
import { NoticeCalls, type NoticeLatency } from './notice-calls.js';

export interface OverloadOptions {
  /** For what is made up where it is not there: campaigns, profiles, and traffic where none is given. */
  readonly folder: string;
  readonly lineItems: number;
  readonly trafficPath: string | undefined;
  /** How many times the maximum is offered. */
  readonly factor: number;
  readonly seconds: number;
  readonly seed: number;
  readonly onProgress: (words: string) => void;
}

/** Everything is counted from the first request on: nothing is left out as a warm-up. */
export interface OverloadFigures {
  readonly traffic: string;
  readonly lineItems: number;
  /** The most that was served with p99 within 100 ms and at most 1 % shed or late. */
  readonly maxPerSecond: number;
  readonly limitedBy: string;
  readonly offeredPerSecond: number;
  readonly requests: number;
  /** Of the requests; tmax is the request's own, else 200 ms. */
  readonly answeredInTimeShare: number;
  readonly serverErrors: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly longestMs: number;
  readonly shedShare: number;
  /** Answers in time that were not shed. */
  readonly goodputPerSecond: number;
  readonly goodputOfMax: number;
  readonly residentMiBBefore: number | undefined;
  readonly residentMiBAfter: number | undefined;
  /**
   * For how much of the time the bidder could have worked and other processes had the processors. Above a few percent the figures
   * are about the machine. Undefined where the system does not tell.
   */
  readonly starvedShare: number | undefined;
  readonly generatorLagP99Ms: number;
  readonly generatorBusyShare: number;
  readonly notices: NoticeLatency;
  /** Of the requests of half the maximum, from a second after the overload. */
  readonly shedShareAfterwards: number;
}

const CONNECTIONS = 32;
const CONNECTIONS_MAX = 2_048;
const FIRST_RATE = 1_000;
/** Until what is often called has been compiled. */
const FIRST_WARM_UP_MS = 5_000;
const STEP_MS = 2_000;
const WARM_UP_MS = 1_000;
const PAUSE_MS = 300;
const DEADLINE_MS = 100;
/** A machine that does other things as well holds a bidder up now and then, and what waits for long is shed. */
const BAD_SHARE_MAX = 0.01;
const RECOVERY_MS = 1_000;
const AFTERWARDS_MS = 3_000;
const REQUESTS_MADE = 5_000;
const MEBIBYTE = 2 ** 20;

/** @throws an Error when campaigns cannot be made up, or the bidder does not start */
export async function measureOverload(options: OverloadOptions): Promise<OverloadFigures> {
  const { folder, onProgress } = options;
  onProgress(`making ${options.lineItems} line items`);
  const market = join(folder, 'market');
  if (!existsSync(market)) await makeMarket(market, options);
  const bidder = await startServing({
    CONFIG_DIR: join(market, 'config'),
    PROFILES: join(market, 'profiles'),
    DATA_DIR: join(folder, 'data'),
  });
  try {
    const url = new URL(`http://127.0.0.1:${bidder.port}/openrtb2/generic`);
    const path = options.trafficPath ?? join(market, 'traffic.ndjson.gz');
    const traffic = await loadTraffic(url, [{ path, weight: 1 }], { gzipShare: 0, timeoutMs: undefined });
    return await measure(bidder, traffic, path, options);
  } finally {
    await bidder.stop();
  }
}

async function makeMarket(out: string, { lineItems, seed }: OverloadOptions): Promise<void> {
  const sizes = ['--count', String(REQUESTS_MADE), '--line-items', String(lineItems), '--seed', String(seed)];
  const { code, stderr } = await runCommand({}, 'synthesize', 'all', '--out', out, '--over', '2h', ...sizes);
  if (code !== 0) throw new Error(`narrowcast synthesize must end with 0, but ended with ${code}: ${stderr}`);
}

async function measure(
  bidder: ServingProcess,
  traffic: Traffic,
  trafficPath: string,
  options: OverloadOptions,
): Promise<OverloadFigures> {
  const { factor, seconds, seed, onProgress } = options;
  const admin = { url: new URL(`http://127.0.0.1:${bidder.adminPort}`), token: undefined };
  const load: Omit<LoadOptions, 'ratePerSecond'> = {
    traffic,
    durationMs: STEP_MS,
    warmUpMs: WARM_UP_MS,
    connections: CONNECTIONS,
    connectionsMax: CONNECTIONS_MAX,
    patienceMs: 2_000,
    seed,
    admin,
  };
  const shedBy = async (run: LoadOptions): Promise<{ result: LoadResult; shed: number }> => {
    const before = await shedSoFar(admin.url);
    const result = await runLoad(run);
    return { result, shed: (await shedSoFar(admin.url)) - before };
  };
  /** A rate at which anything is shed is not held, or a bidder that sheds well would hold any. */
  const runUnshed = async (run: LoadOptions): Promise<LoadResult> => {
    const { result, shed } = await shedBy(run);
    const badShare = result.measured.badShare + shed / (result.measured.due + result.warmUp.due);
    return { ...result, measured: { ...result.measured, badShare } };
  };
  onProgress('warming up');
  await runLoad({ ...load, ratePerSecond: FIRST_RATE, durationMs: FIRST_WARM_UP_MS });
  const max = await findMaxRate(
    {
      ...load,
      startRatePerSecond: FIRST_RATE,
      deadlineMs: DEADLINE_MS,
      badShareMax: BAD_SHARE_MAX,
      pauseMs: PAUSE_MS,
      onStep: (step) => onProgress(stepWords(step)),
    },
    runUnshed,
  );
  if (max.ratePerSecond === 0) throw new Error('no rate was held at all');
  const notices = await NoticeCalls.prepare(traffic.url, trafficPath, seconds * 1_000);
  const ratePerSecond = max.ratePerSecond * factor;
  onProgress(`offering ${ratePerSecond}/s for ${seconds} s`);
  const overload = { ...load, ratePerSecond, durationMs: seconds * 1_000, warmUpMs: 0 };
  const noticing = notices.callFor(overload.durationMs);
  const [startMs, starvedBeforeMs] = [performance.now(), starvedMs(bidder.pid)];
  const { result, shed } = await shedBy(overload);
  const starvedAfterMs = starvedMs(bidder.pid);
  const elapsedMs = performance.now() - startMs;
  const noticeLatency = await noticing;
  await new Promise((resolve) => setTimeout(resolve, RECOVERY_MS));
  onProgress('offering half of the maximum');
  const half = { ...load, ratePerSecond: max.ratePerSecond / 2, durationMs: AFTERWARDS_MS, warmUpMs: 0 };
  const afterwards = await shedBy(half);

  const { measured, server, generator } = result;
  const figures = server && 'residentBytes' in server ? server : undefined;
  const inTime = measured.answered - measured.late;
  const served = inTime - shed;
  const goodputPerSecond = served / (result.elapsedMs / 1_000);
  const mebibytes = (bytes: number | undefined) => bytes && bytes / MEBIBYTE;
  return {
    traffic: options.trafficPath ?? 'made up',
    lineItems: options.lineItems,
    maxPerSecond: max.ratePerSecond,
    limitedBy: max.limitedBy,
    offeredPerSecond: ratePerSecond,
    requests: measured.due,
    answeredInTimeShare: inTime / measured.due,
    serverErrors: statusesFrom500(measured.statuses),
    p50Ms: measured.latency.p50Ms,
    p99Ms: measured.latency.p99Ms,
    p999Ms: measured.latency.p999Ms,
    longestMs: measured.latency.maxMs,
    shedShare: shed / measured.due,
    goodputPerSecond,
    goodputOfMax: goodputPerSecond / max.ratePerSecond,
    residentMiBBefore:
      figures?.residentBytes && mebibytes(figures.residentBytes - (figures.residentGrowthBytes ?? 0)),
    residentMiBAfter: mebibytes(figures?.residentBytes),
    starvedShare:
      starvedBeforeMs === undefined || starvedAfterMs === undefined
        ? undefined
        : (starvedAfterMs - starvedBeforeMs) / elapsedMs,
    generatorLagP99Ms: generator.lag.p99Ms,
    generatorBusyShare: generator.busyShare,
    notices: noticeLatency,
    shedShareAfterwards: afterwards.shed / afterwards.result.measured.due,
  };
}

/** How long the main thread of a process has waited for a processor, as Linux counts it (sched-stats.txt: its second number). */
function starvedMs(pid: number): number | undefined {
  const path = `/proc/${pid}/schedstat`;
  if (!existsSync(path)) return undefined;
  return Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6;
}

async function shedSoFar(admin: URL): Promise<number> {
  const { body } = await getText(new URL('/metrics', admin), undefined);
  const counts = body.matchAll(
    /^narrowcast_no_bids_total\{[^}]*reason="(?:overload|too-late)"[^}]*\} (\S+)/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

function statusesFrom500(statuses: Readonly<Record<string, number>>): number {
  return Object.entries(statuses)
    .filter(([status]) => Number(status) >= 500)
    .reduce((sum, [, count]) => sum + count, 0);
}

function stepWords({ ratePerSecond, isHeld, because }: RateStep): string {
  return `${ratePerSecond}/s ${isHeld ? 'held' : `not held: ${because}`}`;
}
