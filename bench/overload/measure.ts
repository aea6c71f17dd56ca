import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGeneratorTheLimit, type MaxRate } from '../../src/load/find-max-rate.js';
import type { LoadResult } from '../../src/load/load-result.js';
import { runLoad, type LoadOptions } from '../../src/load/run-load.js';
import type { ServingProcess } from '../../test/support/program.js';
import { closedLoop, prepareRequests } from '../http/closed-loop.js';
import type { Market } from '../http/market.js';
import { countUnread, readCounters } from '../http/processes.js';
import { withScene } from '../http/scene.js';
import type { BenchTraffic } from '../http/traffic.js';
import { DEADLINE_MS, loadBaseOf, maxRateOf, type LoadBase } from '../parts/max-rate.js';
import type { Progress } from '../parts/part.js';
import { NoticeCalls, type NoticeLatency } from './notice-calls.js';

export interface OverloadOptions {
  readonly traffic: BenchTraffic;
  readonly lineItems: number;
  /** How many times the maximum is offered. */
  readonly factor: number;
  readonly seconds: number;
  /** Of campaigns and profiles, and of the order in which is sent. */
  readonly seed: number;
}

/** Everything is counted from the first request on: nothing is left out as a warm-up. */
export interface OverloadFigures {
  readonly traffic: string;
  readonly lineItems: number;
  /** The most that was served with p99 within 100 ms and at most 1 % shed or late. */
  readonly maxPerSecond: number;
  readonly limitedBy: MaxRate['limitedBy'];
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
  /** Was the generator too slow or too busy to offer what it says it offered? */
  readonly isGeneratorTheLimit: boolean;
  readonly notices: NoticeLatency;
  /** Of the requests of half the maximum, from a second after the overload. */
  readonly shedShareAfterwards: number;
}

/** So many that a slow answer to some holds up none of the others. */
const CONNECTIONS_MAX = 2_048;
const PATIENCE_MS = 2_000;
/** Of the time of the overload: until what is often called has been compiled, and each try of a rate. */
const WARM_UP_SHARE = 0.5;
const TRY_SHARE = 0.25;
const RECOVERY_MS = 1_000;
const AFTERWARDS_MS_MAX = 3_000;
const MEBIBYTE = 2 ** 20;

/** @throws an Error when the bidder does not start, or holds no rate at all */
export function measureOverload(options: OverloadOptions, progress: Progress): Promise<OverloadFigures> {
  const { lineItems, traffic, seed } = options;
  return withScene({ lineItems, traffic, seed, catalogue: 'realistic' }, progress, ({ market, withBidder }) =>
    withBidder((bidder) => measure(market, bidder, options, progress)),
  );
}

async function measure(
  market: Market,
  bidder: ServingProcess,
  options: OverloadOptions,
  progress: Progress,
): Promise<OverloadFigures> {
  const { traffic, factor, seconds, seed } = options;
  const base: LoadBase = {
    ...(await loadBaseOf(market, traffic, bidder)),
    connectionsMax: CONNECTIONS_MAX,
    patienceMs: PATIENCE_MS,
    seed,
  };
  progress('warming up');
  const requests = prepareRequests(traffic.bodies);
  await closedLoop({ port: bidder.port, requests, seconds: seconds * WARM_UP_SHARE });
  const max = await maxRateOf(bidder, base, seconds * TRY_SHARE, progress);
  if (max.ratePerSecond === 0) throw new Error('no rate was held at all');
  const durationMs = seconds * 1_000;
  const notices = await NoticeCalls.prepare(base.traffic.url, traffic.bodies, durationMs);
  const overload = { ...base, ratePerSecond: max.ratePerSecond * factor, durationMs, warmUpMs: 0 };
  progress(`offering ${overload.ratePerSecond}/s for ${seconds} s`);
  const noticing = notices.callFor(durationMs);
  const [startMs, starvedBeforeMs] = [performance.now(), starvedMs(bidder.pid)];
  const { result, shed } = await loadAndCountShed(bidder, overload);
  const starvedAfterMs = starvedMs(bidder.pid);
  const elapsedMs = performance.now() - startMs;
  const noticeLatency = await noticing;
  await sleep(RECOVERY_MS);
  progress('offering half of the maximum');
  const afterwards = await loadAndCountShed(bidder, {
    ...overload,
    ratePerSecond: max.ratePerSecond / 2,
    durationMs: Math.min(AFTERWARDS_MS_MAX, durationMs),
  });
  return {
    traffic: traffic.name,
    lineItems: options.lineItems,
    maxPerSecond: max.ratePerSecond,
    limitedBy: max.limitedBy,
    offeredPerSecond: overload.ratePerSecond,
    ...requestFigures(result, shed, max.ratePerSecond),
    starvedShare:
      starvedBeforeMs === undefined || starvedAfterMs === undefined
        ? undefined
        : (starvedAfterMs - starvedBeforeMs) / elapsedMs,
    generatorLagP99Ms: result.generator.lag.p99Ms,
    generatorBusyShare: result.generator.busyShare,
    isGeneratorTheLimit: isGeneratorTheLimit(result, DEADLINE_MS),
    notices: noticeLatency,
    shedShareAfterwards: afterwards.shed / afterwards.result.measured.due,
  };
}

function requestFigures({ measured, server, elapsedMs }: LoadResult, shed: number, maxPerSecond: number) {
  const figures = server && 'residentBytes' in server ? server : undefined;
  const inTime = measured.answered - measured.late;
  const goodputPerSecond = (inTime - shed) / (elapsedMs / 1_000);
  const mebibytes = (bytes: number | undefined) => bytes && bytes / MEBIBYTE;
  return {
    requests: measured.due,
    answeredInTimeShare: inTime / measured.due,
    serverErrors: statusesFrom500(measured.statuses),
    p50Ms: measured.latency.p50Ms,
    p99Ms: measured.latency.p99Ms,
    p999Ms: measured.latency.p999Ms,
    longestMs: measured.latency.maxMs,
    shedShare: shed / measured.due,
    goodputPerSecond,
    goodputOfMax: goodputPerSecond / maxPerSecond,
    residentMiBBefore:
      figures?.residentBytes && mebibytes(figures.residentBytes - (figures.residentGrowthBytes ?? 0)),
    residentMiBAfter: mebibytes(figures?.residentBytes),
  };
}

async function loadAndCountShed(
  bidder: ServingProcess,
  load: LoadOptions,
): Promise<{ result: LoadResult; shed: number }> {
  const before = await readCounters(bidder);
  const result = await runLoad(load);
  return { result, shed: countUnread(before, await readCounters(bidder)) };
}

/** How long the main thread of a process has waited for a processor, as Linux counts it (sched-stats.txt: its second number). */
function starvedMs(pid: number): number | undefined {
  const path = `/proc/${pid}/schedstat`;
  if (!existsSync(path)) return undefined;
  return Number(readFileSync(path, 'utf8').split(' ')[1]) / 1e6;
}

function statusesFrom500(statuses: Readonly<Record<string, number>>): number {
  return Object.entries(statuses)
    .filter(([status]) => Number(status) >= 500)
    .reduce((sum, [, count]) => sum + count, 0);
}
