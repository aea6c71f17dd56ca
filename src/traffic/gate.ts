import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { TrafficGate } from '../domain/gates.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import type { TrafficMetrics } from '../domain/ports.js';
import type { RuleMode } from '../domain/rule-mode.js';
import type { TrafficPolicy, TrafficRule } from '../domain/traffic-policy.js';
import { newIpWords, readIpWords, type IpWords } from '../lib/ip-words.js';
import { describeTrafficRule } from './describe.js';
import { impossibleDevice } from './impossible-device.js';
import { RecentTraffic } from './recent-traffic.js';
import { spoofedInventory } from './spoofed-inventory.js';

/** What an exchange is told of each rule (rule 53). */
const REASONS: Readonly<Record<TrafficRule, NoBidReason>> = {
  crawler: 'crawler',
  'address-list': 'datacentre-address',
  'impossible-device': 'non-human-traffic',
  'spoofed-inventory': 'non-human-traffic',
  duplicate: 'non-human-traffic',
  'address-rate': 'non-human-traffic',
  'user-rate': 'non-human-traffic',
  'unknown-user': 'unmatched-user',
};

const SILENT: TrafficMetrics = { trafficRefused: () => {} };

/**
 * Asks each rule that is not off. Rules on trial are counted and passed over; of those that are on, the first that finds
 * something says why the request is refused. Every request counts for the rates, also one that is refused, or a flood would go on by
 * being refused.
 *
 * @param seed of the hashes by which requests are remembered for a minute or two; secret, since others choose what is hashed
 */
export function createTrafficGate(metrics: TrafficMetrics, seed: number): TrafficGate {
  const recent = new RecentTraffic(seed);
  return {
    refusal: (request, exchange, policy, nowMs, isPersonal) =>
      judge({ request, exchange, nowMs, isPersonal, recent, metrics, remembers: true }, policy),
    wouldRefuse: (request, exchange, policy, nowMs, isPersonal) =>
      judge({ request, exchange, nowMs, isPersonal, recent, metrics: SILENT, remembers: false }, policy),
    findings: (request, exchange, policy, nowMs, isPersonal) => {
      const rules: TrafficRule[] = [];
      const trafficRefused: TrafficMetrics['trafficRefused'] = (rule, mode) => {
        if (mode === 'on') rules.push(rule);
      };
      judge(
        { request, exchange, nowMs, isPersonal, recent, metrics: { trafficRefused }, remembers: false },
        policy,
      );
      return rules.map((rule) => describeTrafficRule(rule, request, policy));
    },
  };
}

interface Judged {
  readonly request: BidRequest;
  readonly exchange: Exchange;
  readonly nowMs: number;
  readonly isPersonal: boolean;
  readonly recent: RecentTraffic;
  readonly metrics: TrafficMetrics;
  readonly remembers: boolean;
}

/** One request is judged at a time. */
const ip = newIpWords();
const ipv6 = newIpWords();

function judge(judged: Judged, policy: TrafficPolicy): NoBidReason | undefined {
  const { request, metrics } = judged;
  const { device } = request;
  const first = device.ip !== undefined && readIpWords(device.ip, ip) ? ip : undefined;
  const second = device.ipv6 !== undefined && readIpWords(device.ipv6, ipv6) ? ipv6 : undefined;
  let refused: NoBidReason | undefined;
  const found = (rule: TrafficRule, mode: RuleMode): void => {
    if (mode === 'off') return;
    metrics.trafficRefused(rule, mode);
    if (mode === 'on') refused ??= REASONS[rule];
  };
  if (policy.crawlers !== 'off' && isCrawler(request, policy)) found('crawler', policy.crawlers);
  const listed = listedMode(policy, first, second);
  if (listed !== 'off') found('address-list', listed);
  if (policy.impossibleDevices !== 'off' && impossibleDevice(device) !== undefined)
    found('impossible-device', policy.impossibleDevices);
  if (policy.spoofedInventory !== 'off' && spoofedInventory(request) !== undefined)
    found('spoofed-inventory', policy.spoofedInventory);
  if (policy.duplicates.mode !== 'off' && isDuplicate(judged, policy))
    found('duplicate', policy.duplicates.mode);
  // A screen in public is nobody's: how often it asks, and for whom, says nothing.
  if (request.inventory.kind === 'dooh') return refused;
  if (policy.rates.mode !== 'off') judgeRates(judged, policy, first ?? second, found);
  if (policy.unknownUsers !== 'off' && !namesUser(request)) found('unknown-user', policy.unknownUsers);
  return refused;
}

function isCrawler({ device }: BidRequest, { crawlerWords }: TrafficPolicy): boolean {
  if (device.userAgent !== undefined && crawlerWords.find(device.userAgent) !== undefined) return true;
  for (const browser of device.browsers) if (crawlerWords.find(browser) !== undefined) return true;
  return false;
}

/** The strictest mode of the lists that hold one of the addresses. */
function listedMode(
  { addressLists }: TrafficPolicy,
  first: IpWords | undefined,
  second: IpWords | undefined,
): RuleMode {
  let strictest: RuleMode = 'off';
  for (const { mode, networks } of addressLists) {
    if (mode === 'off') continue;
    if (!(first && networks.has(first)) && !(second && networks.has(second))) continue;
    if (mode === 'on') return 'on';
    strictest = mode;
  }
  return strictest;
}

function isDuplicate(
  { request, exchange, nowMs, recent, remembers }: Judged,
  { duplicates: { withinMs } }: TrafficPolicy,
): boolean {
  if (request.id.length > ID_CHARACTERS_MAX) return false;
  return remembers
    ? recent.ids.add(exchange.id, request.id, withinMs, nowMs)
    : recent.ids.has(exchange.id, request.id, withinMs, nowMs);
}

function judgeRates(
  { request, exchange, nowMs, isPersonal, recent, remembers }: Judged,
  { rates: { mode, perAddressMax, perUserMax } }: TrafficPolicy,
  address: IpWords | undefined,
  found: (rule: TrafficRule, mode: RuleMode) => void,
): void {
  if (address !== undefined) {
    const hash = recent.addressHash(address);
    const count = remembers ? recent.addresses.add(hash, nowMs) : recent.addresses.peek(hash, nowMs);
    if (count > perAddressMax) found('address-rate', mode);
  }
  const user = isPersonal ? userOf(request) : undefined;
  if (user === undefined) return;
  const hash = recent.textHash(exchange.id, user);
  const count = remembers ? recent.users.add(hash, nowMs) : recent.users.peek(hash, nowMs);
  if (count > perUserMax) found('user-rate', mode);
}

/** Longer ids are none that anybody gives, and take long to hash. */
const ID_CHARACTERS_MAX = 256;
/** What stands for no id, and is many people's. */
const PLACEHOLDERS = new Set(['unknown', 'undefined', 'anonymous', 'null', 'none']);
/** Shorter ids are placeholders, too. */
const USER_CHARACTERS_MIN = 5;

/** The id by which the user is best known; undefined where there is none. */
function userOf({ user, device }: BidRequest): string | undefined {
  const id = user.buyerId ?? user.id ?? device.ifa;
  return id === undefined || isPlaceholder(id) ? undefined : id;
}

function isPlaceholder(id: string): boolean {
  if (id.length < USER_CHARACTERS_MIN || id.length > ID_CHARACTERS_MAX || PLACEHOLDERS.has(id)) return true;
  // `00000000-0000-0000-0000-000000000000` is what devices send whose owner wants no id.
  return id.charCodeAt(0) === ZERO && isZeros(id);
}

const ZERO = 0x30;
const DASH = 0x2d;

function isZeros(id: string): boolean {
  for (let i = 0; i < id.length; i++) {
    const code = id.charCodeAt(i);
    if (code !== ZERO && code !== DASH) return false;
  }
  return true;
}

function namesUser({ user, device }: BidRequest): boolean {
  return (
    user.buyerId !== undefined ||
    user.id !== undefined ||
    user.extendedIds.length > 0 ||
    (device.ifa !== undefined && !isPlaceholder(device.ifa))
  );
}
