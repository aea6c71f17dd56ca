import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findMaxRate, type MaxRate } from '../../src/load/find-max-rate.js';
import type { LoadResult } from '../../src/load/load-result.js';
import { runLoad, type LoadOptions } from '../../src/load/run-load.js';
import { loadTraffic } from '../../src/load/traffic.js';
import type { ServingProcess } from '../../test/support/program.js';
import type { Market } from '../http/market.js';
import { countUnread, readCounters } from '../http/processes.js';
import type { BenchTraffic } from '../http/traffic.js';
import type { Progress } from './part.js';

/** p99 must be within this for a rate to count as held. */
export const DEADLINE_MS = 100;
/** May be late, fail, or be turned away unread: a machine that does other things as well holds everybody up now and then. */
const BAD_SHARE_MAX = 0.01;
/** As many requests as are under way at 20,000 a second when each is answered at the deadline: the bidder ends the search, not they. */
const CONNECTIONS_MAX = 2_000;
const START_PER_SECOND = 1_000;
const MS_PER_SECOND = 1_000;
const PAUSE_MS_MAX = 500;
const WARM_UP_SHARE = 0.25;

/** How a bidder is loaded: everything but rate and duration. */
export type LoadBase = Omit<LoadOptions, 'ratePerSecond' | 'durationMs' | 'warmUpMs'>;

export async function loadBaseOf(
  market: Market,
  { bodies }: BenchTraffic,
  { port, adminPort }: ServingProcess,
): Promise<LoadBase> {
  const path = join(market.folder, 'traffic.ndjson');
  writeFileSync(path, bodies.map((body) => `${body.toString()}\n`).join(''));
  const url = new URL(`http://127.0.0.1:${port}/openrtb2/generic`);
  const traffic = await loadTraffic(url, [{ path, weight: 1 }], { gzipShare: 0, timeoutMs: undefined });
  return {
    traffic,
    connections: 64,
    connectionsMax: CONNECTIONS_MAX,
    patienceMs: 1_000,
    seed: 1,
    admin: { url: new URL(`http://127.0.0.1:${adminPort}`), token: undefined },
  };
}

/** Constant load for so long, with a shorter warm-up before it. */
export function loadAt(base: LoadBase, ratePerSecond: number, seconds: number, progress: Progress) {
  const durationMs = seconds * MS_PER_SECOND;
  return runLoad({
    ...base,
    ratePerSecond,
    durationMs,
    warmUpMs: durationMs * WARM_UP_SHARE,
    onProgress: ({ done, all, phase }) => progress(`${phase}, ${done} of ${all} requests`),
  });
}

/** @param seconds of each try */
export function maxRateOf(
  bidder: Pick<ServingProcess, 'adminPort'>,
  base: LoadBase,
  seconds: number,
  progress: Progress,
): Promise<MaxRate> {
  const durationMs = seconds * MS_PER_SECOND;
  const options = {
    ...base,
    durationMs,
    warmUpMs: durationMs * WARM_UP_SHARE,
    startRatePerSecond: START_PER_SECOND,
    deadlineMs: DEADLINE_MS,
    badShareMax: BAD_SHARE_MAX,
    pauseMs: Math.min(PAUSE_MS_MAX, durationMs),
    onTry: (rate: number) => progress(`looking for the maximum: ${rate}/s`),
  };
  return findMaxRate(options, (load) => runAndCountUnread(bidder, load));
}

/** A bidder that turns requests away unread answers in time whatever is offered: they count as bad, or there would be no maximum. */
async function runAndCountUnread(
  bidder: Pick<ServingProcess, 'adminPort'>,
  load: LoadOptions,
): Promise<LoadResult> {
  const before = await readCounters(bidder);
  const result = await runLoad(load);
  const after = await readCounters(bidder);
  const unread = countUnread(before, after);
  const { measured, warmUp } = result;
  const unreadShare = unread / Math.max(1, measured.answered + warmUp.answered);
  return { ...result, measured: { ...measured, badShare: measured.badShare + unreadShare } };
}

/** A sentence for below a table. */
export function maxRateText({ ratePerSecond, limitedBy, steps }: MaxRate): string {
  return (
    `The maximum is the highest rate at which p99 stays within ${DEADLINE_MS} ms and at most ${100 * BAD_SHARE_MAX} % of the requests are late, fail, get a 5xx or are turned away unread: ` +
    `${ratePerSecond}/s, limited by the ${limitedBy}, found in ${steps.length} tries.`
  );
}
