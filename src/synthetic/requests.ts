import { logNormal, weighted } from '../lib/distributions.js';
import { integerBetween, pick, seededRandom, type Random } from '../lib/prng.js';
import { arrivals } from './arrivals.js';
import { appObject, channelOf, siteObject, type Channel } from './channel.js';
import { dataOf, filledUp, type BodyBytes } from './filler.js';
import { impressionsOf } from './impressions.js';
import { clickProbability, drawOutcome, medianPriceUsd, type Kind, type Outcome } from './market.js';
import { deviceObject, regulationsObject, userObject } from './person.js';
import { homeOf, visitorOf, type Visitor } from './visitor.js';
import { createWorld, uuid, type World } from './world.js';

/** How common each kind of request is, in parts; what is left out does not come. */
export type Mix = Readonly<Partial<Record<Kind, number>>>;

export interface RequestOptions {
  readonly mix?: Mix;
  readonly bodyBytes?: BodyBytes;
  /** First day, such as `2026-11-20`, in UTC: weekends are quieter. */
  readonly day?: string;
  /** Mean rate. */
  readonly perSecond?: number;
  /** Tell how auctions end? */
  readonly outcomes?: boolean;
  /** Names of exchanges, which take turns at random. */
  readonly exchanges?: readonly string[];
}

/** A line of a traffic file. */
export interface SyntheticRequest {
  /** Since the beginning of the day, whole. */
  readonly tMs: number;
  readonly exchange: string;
  /** JSON, ASCII. */
  readonly body: string;
  /** Undefined where none are asked for. */
  readonly outcome: Outcome | undefined;
}

export const MIX_DEFAULT: Mix = {
  banner: 60,
  interstitial: 8,
  video: 14,
  audio: 3,
  native: 10,
  pod: 3,
  dooh: 2,
};
export const BODY_BYTES_DEFAULT: BodyBytes = { from: 1_000, to: 6_000 };
const PER_SECOND_DEFAULT = 100;
export const DAY_DEFAULT = '2026-11-20';
const NO_MIX: Readonly<Record<Kind, number>> = {
  banner: 0,
  interstitial: 0,
  video: 0,
  audio: 0,
  native: 0,
  pod: 0,
  dooh: 0,
};

const HOUR_MS = 3_600_000;
/** How much of the population is awake and online, by hour of their day, of those who are at the busiest. */
const AWAKE_BY_HOUR = [
  0.25, 0.15, 0.1, 0.1, 0.12, 0.2, 0.4, 0.55, 0.6, 0.6, 0.6, 0.65, 0.7, 0.7, 0.65, 0.65, 0.7, 0.75, 0.85,
  0.95, 1, 0.95, 0.75, 0.45,
] as const;
/** Whoever sleeps is left alone, but at some point somebody has to come. */
const VISITORS_ASKED_MAX = 4;
/** How bodies spread between the two ends: so many standard deviations. */
const SPREAD = 4.5;
const APP_SHARE: Readonly<Partial<Record<Kind, number>>> = { interstitial: 1, audio: 1, pod: 1 };
const APP_SHARE_DEFAULT = 0.5;
const YOB_SHARE = 0.3;
/** A request with everything takes about so much. */
const TERSE_BYTES = 1_900;
const BLOCKED = ['IAB25', 'IAB26', 'IAB7-39', 'IAB8-5', 'IAB9-9', 'IAB14', 'IAB24'];
const BLOCKED_DOMAINS = ['casino.example', 'loans.example', 'tabloid.example', 'clickbait.example'];

/** Endless; equal worlds and options give equal requests. */
export function* syntheticRequests(
  world: World,
  options: RequestOptions = {},
): Generator<SyntheticRequest, never> {
  const {
    mix = MIX_DEFAULT,
    bodyBytes = BODY_BYTES_DEFAULT,
    exchanges = ['generic'],
    outcomes = false,
  } = options;
  const { day = DAY_DEFAULT, perSecond = PER_SECOND_DEFAULT } = options;
  const random = seededRandom(world.seed);
  const kindOf = weighted({ ...NO_MIX, ...mix });
  const startMs = Date.parse(`${day}T00:00:00Z`);
  const { from, to } = bodyBytes;
  for (const atMs of arrivals(seededRandom(world.seed ^ 0x5bd1e995), startMs, perSecond)) {
    const kind = kindOf(random);
    const { visitor, hour } = visitorAt(world, random, startMs + atMs);
    const channel = channelFor(world, random, kind, visitor);
    const medianUsd = medianPriceUsd(kind, channel, visitor, hour);
    const spread = logNormal(random, Math.sqrt(from * to), Math.log(to / from) / SPREAD);
    const wantedBytes = Math.min(to, Math.max(from, spread));
    const request = requestOf(random, { kind, channel, visitor, medianUsd, wantedBytes });
    const body = filledUp(random, JSON.stringify(request), wantedBytes);
    const exchange = pick(random, exchanges);
    const outcome = outcomes
      ? drawOutcome(random, medianUsd, clickProbability(kind, channel, visitor))
      : undefined;
    yield { tMs: Math.floor(atMs), exchange, body, outcome };
  }
  throw new Error('arrivals never end');
}

/** The bodies of the first `count` requests of a seed, for benchmarks. */
export function syntheticBodies(count: number, seed: number, options: RequestOptions = {}): Buffer[] {
  const bodies: Buffer[] = [];
  if (count === 0) return bodies;
  for (const { body } of syntheticRequests(createWorld({ seed }), options)) {
    if (bodies.push(Buffer.from(body)) === count) break;
  }
  return bodies;
}

/** By popularity, and by who is awake. */
function visitorAt(world: World, random: Random, nowMs: number): { visitor: Visitor; hour: number } {
  for (let asked = 1; ; asked++) {
    const number = world.pickVisitor(random);
    const localMs = nowMs + homeOf(world, number).city.utcOffsetMinutes * 60_000;
    const hour = Math.floor(localMs / HOUR_MS) % 24;
    if (asked === VISITORS_ASKED_MAX || random() < (AWAKE_BY_HOUR[hour] as number))
      return { visitor: visitorOf(world, number), hour };
  }
}

function channelFor(world: World, random: Random, kind: Kind, { device }: Visitor): Channel {
  const isApp = random() < (APP_SHARE[kind] ?? (device.hasApps ? APP_SHARE_DEFAULT : 0));
  return isApp
    ? channelOf(world, 'app', world.pickApp(random))
    : channelOf(world, 'site', world.pickSite(random));
}

interface Drawn {
  readonly kind: Kind;
  readonly channel: Channel;
  readonly visitor: Visitor;
  readonly medianUsd: number;
  readonly wantedBytes: number;
}

function requestOf(random: Random, drawn: Drawn): Record<string, unknown> {
  const { kind, channel, visitor, medianUsd, wantedBytes } = drawn;
  // Many exchanges leave out client hints, extended ids and supply chains.
  const isTerse = wantedBytes < TERSE_BYTES;
  const inApp = channel.kind === 'app';
  const isComputer = visitor.device.type === 2;
  const user = userObject(visitor, kind, { person: random() < YOB_SHARE, eids: !isTerse });
  return {
    id: uuid(random),
    imp: impressionsOf(random, { kind, channel, isComputer, medianUsd }),
    ...inventoryOf(random, kind, channel, visitor),
    device: deviceObject(random, visitor, { kind, inApp, hints: !isTerse }),
    ...(user ? { user: { ...user, ...dataOf(random, wantedBytes - TERSE_BYTES) } } : {}),
    at: random() < 0.8 ? 1 : 2,
    tmax: pick(random, [150, 200, 250, 300]),
    cur: ['USD'],
    bcat: BLOCKED.slice(0, integerBetween(random, 0, BLOCKED.length)),
    badv: BLOCKED_DOMAINS.slice(0, integerBetween(random, 0, BLOCKED_DOMAINS.length)),
    regs: regulationsObject(visitor),
    ...(isTerse ? {} : { source: sourceOf(random, channel) }),
  };
}

function inventoryOf(random: Random, kind: Kind, channel: Channel, { device, language }: Visitor): object {
  if (kind === 'dooh') {
    const { number, name, publisher } = channel;
    return {
      dooh: {
        id: `screen-${number}`,
        name,
        venuetype: [pick(random, ['101', '201', '302'])],
        publisher: { id: `pub-${publisher}` },
      },
    };
  }
  if (channel.kind === 'site') return { site: siteObject(channel, language, random) };
  // On televisions apps are called as on Android.
  return { app: appObject(channel, kind === 'pod' ? 'Tizen' : device.os, random) };
}

function sourceOf(random: Random, { publisher }: Channel): object {
  const direct = { asi: 'exchange.example', sid: `pub-${publisher}`, hp: 1 };
  const isResold = random() < 0.2;
  const nodes = isResold
    ? [direct, { asi: 'reseller.example', sid: `r-${publisher % 50}`, hp: 1 }]
    : [direct];
  return { fd: 0, tid: uuid(random), schain: { complete: 1, ver: '1.0', nodes } };
}
