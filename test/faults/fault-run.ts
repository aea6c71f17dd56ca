import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { campaignOf, REQUEST_MS_MAX, requestOf, RUNNERS_CAMPAIGN } from '../support/recognising-bidder.js';
import type { RunningBidder } from '../support/running-bidder.js';
import { startLoad, type LoadAnswer, type Shot, type SteadyLoad } from './steady-load.js';
import { loadKeyRing } from '../../src/secrets/key-ring.js';
import { createCookies, type Cookies } from '../../src/sync/cookie.js';

/** Something that goes wrong with the profile store. */
export interface Fault {
  readonly name: string;
  /** Brings it about. @returns what ends it, done when it has ended */
  begin(): Promise<() => Promise<void>>;
}

/** What one fault did to the load. */
export interface FaultFigures {
  readonly fault: string;
  readonly requests: number;
  /** With 200 or 204. */
  readonly answered: number;
  /** Later than the request's `tmax`, by the client's clock. */
  readonly late: number;
  readonly slowestMs: number;
  /** The same less the time for which the machine did not let the process run. */
  readonly slowestOwnMs: number;
  /** Of the visitors that are in Redis, how many were bid on with their profile: 0 to 1. */
  readonly withProfile: { readonly before: number; readonly during: number; readonly after: number };
  /** From the fault's end until the first of ten bids in a row with profile; infinite when it never came. */
  readonly recoveryMs: number;
  readonly breaker: { readonly during: string; readonly after: string };
  /** Sync calls whose link the store did not take, while the fault lasted. */
  readonly linksLost: number;
}

/** Modest, so that two cores shared with other work keep up with client, bidder and Redis. */
const PER_SECOND = 200;
const WARM_UP_MS = 1_500;
const BEFORE_MS = 600;
const DURING_MS = 1_800;
const RECOVERY_WAIT_MS = 5_000;
const AFTER_MS = 400;
const RUN_OF_PROFILES = 10;
/** Visitors that are in Redis; each other request is from a stranger that nobody has seen before. */
export const KNOWN_VISITORS = 200;
const SYNC_EVERY = 20;

export function knownVisitor(number: number): string {
  return `known-${number % KNOWN_VISITORS}`;
}

/** Strangers have an id of their own each, so that nothing remembered answers for them. */
function shotOf(load: string, bidder: RunningBidder): (number: number) => Shot {
  const cookies = cookiesOf(bidder);
  return (number) => {
    if (isSync(number)) {
      const cookie = cookies.setId(cookies.newId()).split(';')[0] ?? '';
      return { method: 'GET', path: `/sync/generic?uid=${load}-${number}`, body: '', cookie };
    }
    const buyeruid = isKnown(number) ? knownVisitor(number / 2) : `stranger-${load}-${number}`;
    const ip = `198.51.${number % 100}.${number % 250}`;
    return { method: 'POST', path: '/openrtb2/generic', body: requestOf({ buyeruid }, { ip }), cookie: '' };
  };
}

/** Signs as the bidder does: it links nobody whose cookie it has not set. */
export function cookiesOf({ folder }: RunningBidder): Cookies {
  const place = { name: 'NOTICE_KEYS', setting: undefined, fileName: 'notice-key' };
  return createCookies(loadKeyRing({ ...place, dataDir: join(folder, 'data') }));
}

function isSync(number: number): boolean {
  return number % SYNC_EVERY === 1;
}

function isKnown(number: number): boolean {
  return number % 2 === 0;
}

/** So that the first fault does not meet a process that is still being compiled. */
export async function warmUp(bidder: RunningBidder): Promise<void> {
  const load = startLoad(bidder.app.port, PER_SECOND, shotOf('warm-up', bidder));
  await sleep(WARM_UP_MS);
  await load.stop();
}

/** Lets a fault come and go under load. */
export async function runFault(bidder: RunningBidder, fault: Fault): Promise<FaultFigures> {
  const load = startLoad(bidder.app.port, PER_SECOND, shotOf(fault.name.replaceAll(/\W+/g, '-'), bidder));
  await sleep(BEFORE_MS);
  const lostBefore = await linksLost(bidder);
  const beginMs = performance.now();
  const end = await fault.begin();
  await sleep(DURING_MS);
  const breakerDuring = await breakerState(bidder);
  const lost = (await linksLost(bidder)) - lostBefore;
  await end();
  const endMs = performance.now();
  const recoveryMs = await recovery(load, endMs);
  await sleep(AFTER_MS);
  await load.stop();
  const breakerAfter = await breakerState(bidder);
  const bids = load.answers.filter(({ number }) => !isSync(number));
  const share = (fromMs: number, toMs: number) => shareWithProfile(bids, fromMs, toMs);
  return {
    fault: fault.name,
    requests: load.sent,
    answered: load.answers.filter(({ status }) => status === 200 || status === 204).length,
    late: load.answers.filter(({ tookMs }) => tookMs > REQUEST_MS_MAX).length,
    slowestMs: Math.max(...load.answers.map(({ tookMs }) => tookMs)),
    slowestOwnMs: Math.max(...load.answers.map((answer) => ownMs(load, answer))),
    withProfile: {
      before: share(0, beginMs - REQUEST_MS_MAX),
      during: share(beginMs, endMs),
      after: share(endMs + recoveryMs, Infinity),
    },
    recoveryMs,
    breaker: { during: breakerDuring, after: breakerAfter },
    linksLost: lost,
  };
}

function ownMs(load: SteadyLoad, { intendedMs, tookMs }: LoadAnswer): number {
  return tookMs - load.stolenMs(intendedMs, intendedMs + tookMs);
}

function hasProfile({ body }: LoadAnswer): boolean {
  return campaignOf(body) === RUNNERS_CAMPAIGN;
}

function shareWithProfile(answers: readonly LoadAnswer[], fromMs: number, toMs: number): number {
  const known = answers.filter(
    ({ number, intendedMs }) => isKnown(number) && intendedMs >= fromMs && intendedMs < toMs,
  );
  return known.filter(hasProfile).length / known.length;
}

async function recovery(load: SteadyLoad, endMs: number): Promise<number> {
  while (performance.now() < endMs + RECOVERY_WAIT_MS) {
    const known = load.answers.filter(({ number, intendedMs }) => isKnown(number) && intendedMs >= endMs);
    known.sort((a, b) => a.number - b.number);
    const gaps = known.map((answer, i) => (hasProfile(answer) ? -1 : i)).filter((i) => i >= 0);
    const start = [-1, ...gaps].find((gap, i) => (gaps[i] ?? known.length) - gap > RUN_OF_PROFILES);
    const first = start === undefined ? undefined : known[start + 1];
    if (first !== undefined) return first.intendedMs - endMs;
    await sleep(25);
  }
  return Infinity;
}

async function metricValue(bidder: RunningBidder, pattern: RegExp): Promise<string | undefined> {
  const text = await (await bidder.admin('/metrics')).text();
  return pattern.exec(text)?.[1];
}

async function breakerState(bidder: RunningBidder): Promise<string> {
  return (await metricValue(bidder, /^narrowcast_profile_breaker\{[^}]*state="([\w-]+)"[^}]*\} 1/m)) ?? '?';
}

async function linksLost(bidder: RunningBidder): Promise<number> {
  return Number(await metricValue(bidder, /^narrowcast_syncs_total\{[^}]*outcome="failed"[^}]*\} (\d+)/m));
}

/** The figures as a table of plain text. */
export function figuresTable(figures: readonly FaultFigures[]): string {
  const percent = (share: number) => (Number.isNaN(share) ? '-' : `${Math.round(share * 100)} %`);
  const rows = figures.map((of) => [
    of.fault,
    `${of.requests}`,
    `${of.answered}`,
    `${of.late}`,
    of.slowestMs.toFixed(0),
    of.slowestOwnMs.toFixed(0),
    percent(of.withProfile.before),
    percent(of.withProfile.during),
    percent(of.withProfile.after),
    (of.recoveryMs / 1000).toFixed(2),
    of.breaker.during,
    of.breaker.after,
    `${of.linksLost}`,
  ]);
  const heads = [
    'fault',
    'requests',
    'answered',
    'late',
    'slowest ms',
    'own ms',
    'profile before',
    'during',
    'after',
  ];
  heads.push('back after s', 'breaker', 'after', 'links lost');
  const widths = heads.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  return [line(heads), ...rows.map(line)].join('\n');
}
