import { NO_NETWORKS, type NetworkSet } from '../lib/network-set.js';
import { TextFinder } from '../lib/text-finder.js';
import { CRAWLER_WORDS } from './crawlers.js';
import type { RuleMode } from './rule-mode.js';

/** What a request can be taken for, in the order in which it is asked. */
export const TRAFFIC_RULES = [
  'crawler',
  'address-list', // its address is a datacentre's or a proxy's
  'impossible-device', // the parts of its device cannot be of one device
  'spoofed-inventory', // its site or app is not what it says
  'duplicate', // its id came a moment ago
  'address-rate', // more requests come from its address than people make
  'user-rate',
  'unknown-user', // nothing names the user
] as const;
export type TrafficRule = (typeof TRAFFIC_RULES)[number];

/** `config/traffic.json`: what is taken for a person. */
export interface TrafficPolicy {
  readonly crawlers: RuleMode;
  /** What stands in user agents of crawlers and of browsers without a screen. */
  readonly crawlerWords: TextFinder;
  readonly addressLists: readonly AddressList[];
  readonly impossibleDevices: RuleMode;
  readonly spoofedInventory: RuleMode;
  /** Requests a minute that one process sees. IPv6 addresses count by their /64. */
  readonly rates: { readonly mode: RuleMode; readonly perAddressMax: number; readonly perUserMax: number };
  readonly duplicates: { readonly mode: RuleMode; readonly withinMs: number };
  readonly unknownUsers: RuleMode;
  readonly clicks: ClickPolicy;
  /** Our own proxies: what they say of whom they speak for is believed. */
  readonly ownProxies: NetworkSet;
  /** Servers of exchanges that fire notices for browsers and say for which (rule 69). */
  readonly notifyingServers: NetworkSet;
}

export interface AddressList {
  /** Relative to the configuration folder. */
  readonly file: string;
  readonly mode: RuleMode;
  readonly networks: NetworkSet;
}

/** Which clicks are not counted. The visitor arrives in any case. */
export interface ClickPolicy {
  readonly tooSoonAfterBid: TimedRule;
  readonly tooSoonAfterImpression: TimedRule;
  readonly repeated: TimedRule;
  readonly withoutImpression: RuleMode;
  /** Clicks a minute that one process sees. */
  readonly floods: { readonly mode: RuleMode; readonly perAddressMax: number; readonly perUserMax: number };
}

interface TimedRule {
  readonly mode: RuleMode;
  readonly withinMs: number;
}

/** Without the file: on is only what no honest request or click can be. */
export const TRAFFIC_DEFAULT: TrafficPolicy = {
  crawlers: 'on',
  crawlerWords: new TextFinder(CRAWLER_WORDS),
  addressLists: [],
  impossibleDevices: 'dry-run',
  spoofedInventory: 'dry-run',
  rates: { mode: 'dry-run', perAddressMax: 6_000, perUserMax: 600 },
  duplicates: { mode: 'dry-run', withinMs: 10_000 },
  unknownUsers: 'off',
  clicks: {
    tooSoonAfterBid: { mode: 'on', withinMs: 300 },
    tooSoonAfterImpression: { mode: 'dry-run', withinMs: 100 },
    repeated: { mode: 'on', withinMs: 1_000 },
    withoutImpression: 'dry-run',
    floods: { mode: 'dry-run', perAddressMax: 300, perUserMax: 20 },
  },
  ownProxies: NO_NETWORKS,
  notifyingServers: NO_NETWORKS,
};
