import type { BidRequest } from '../../src/domain/bid-request.js';
import type { RuleMode } from '../../src/domain/rule-mode.js';
import { TRAFFIC_DEFAULT, type TrafficPolicy } from '../../src/domain/traffic-policy.js';
import { decodeBidRequest } from '../../src/exchange/decode.js';
import type { Exchange } from '../../src/domain/catalog.js';
import { parseIpRange, type IpRange } from '../../src/lib/ip.js';
import { newIpWords, readIpWords } from '../../src/lib/ip-words.js';
import { networkSetSteps, type NetworkSet } from '../../src/lib/network-set.js';
import { integerBetween, seededRandom } from '../../src/lib/prng.js';
import { doAll } from '../../src/lib/steps.js';
import { createTrafficGate } from '../../src/traffic/gate.js';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import type { BenchTask } from '../task.js';

const NETWORKS = 100_000;
const SEED = 4711;
const GENERIC = { id: 'generic' } as Exchange;
const ADDRESSES = 1_024;
/** Twenty-five seconds of requests, after which an id is new again. */
const IDS = 50_000;

/** Half of them IPv4, half IPv6. */
function manyNetworks(): NetworkSet {
  const random = seededRandom(SEED);
  const ranges = Array.from({ length: NETWORKS }, (_, i): IpRange => {
    const group = () => integerBetween(random, 0, 65_535);
    const text =
      i % 2 === 0
        ? `${integerBetween(random, 1, 223)}.${group() & 255}.${group() & 255}.0/24`
        : `2a0${integerBetween(random, 0, 9)}:${group().toString(16)}:${group().toString(16)}::/48`;
    return parseIpRange(text) as IpRange;
  });
  return doAll(networkSetSteps(ranges));
}

function decoded(request: unknown): BidRequest {
  const found = decodeBidRequest(Buffer.from(JSON.stringify(request)));
  if (found.kind !== 'request') throw new Error('a sample request is one');
  return found.request;
}

/** The same request from many addresses and users, as they come. */
function visitorsOf(request: BidRequest): BidRequest[] {
  const random = seededRandom(SEED);
  return Array.from({ length: ADDRESSES }, (_, i) => {
    const ip = `${integerBetween(random, 1, 223)}.${i & 255}.${integerBetween(random, 0, 255)}.7`;
    const { device, user } = request;
    return {
      ...request,
      id: `request-${i}`,
      device: { ...device, ip },
      user: { ...user, buyerId: `c-${i}-user` },
    };
  });
}

function withRules(mode: RuleMode, networks: NetworkSet): TrafficPolicy {
  return {
    ...TRAFFIC_DEFAULT,
    crawlers: mode,
    addressLists: [{ file: 'lists/many.cidr', mode, networks }],
    impossibleDevices: mode,
    spoofedInventory: mode,
    rates: { mode, perAddressMax: 60_000, perUserMax: 60_000 },
    duplicates: { mode, withinMs: 10_000 },
  };
}

export function trafficTasks(): BenchTask[] {
  const networks = manyNetworks();
  return [
    ...(['203.0.113.77', '2a02:26f7:c4:4000::1'] as const).map((address) => ({
      name: `look up ${address.includes(':') ? 'an IPv6' : 'an IPv4'} address, ${NETWORKS.toLocaleString('en')} networks`,
      run: lookup(networks, address),
    })),
    { name: 'every rule on, banner in an app', run: asking(appRequest(), withRules('on', networks)) },
    { name: 'every rule on, page of a site', run: asking(siteRequest(), withRules('on', networks)) },
    { name: 'every rule off', run: asking(appRequest(), withRules('off', networks)) },
  ];
}

/** The last part of the address varies, so that not always the same path is walked. */
function lookup(networks: NetworkSet, address: string): () => number {
  const words = newIpWords();
  readIpWords(address, words);
  const { version } = words;
  const first = words.words[0] ?? 0;
  let turn = 0;
  return () => {
    turn = (turn + 1) % ADDRESSES;
    words.words[0] = version === 4 ? turn << 22 : first + (turn << 6);
    return networks.has(words) ? 1 : 0;
  };
}

function asking(sample: unknown, policy: TrafficPolicy): () => number {
  const gate = createTrafficGate({ trafficRefused: () => {} }, SEED);
  const requests = visitorsOf(decoded(sample));
  const ids = Array.from(
    { length: IDS },
    (_, i) => `b6c1f3d2-5f0e-4c57-9a57-${i.toString(16).padStart(12, '0')}`,
  );
  let turn = 0;
  let nowMs = 0;
  return () => {
    nowMs += 0.5;
    const request = requests[turn++ % ADDRESSES] as { id: string } & BidRequest;
    request.id = ids[turn % IDS] as string;
    return gate.refusal(request, GENERIC, policy, nowMs, true) === undefined ? 0 : 1;
  };
}
