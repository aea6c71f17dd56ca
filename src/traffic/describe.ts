import type { BidRequest } from '../domain/bid-request.js';
import type { TrafficPolicy, TrafficRule } from '../domain/traffic-policy.js';
import { impossibleDevice } from './impossible-device.js';
import { spoofedInventory } from './spoofed-inventory.js';

/** What a rule that refuses a request found, in words; names nobody, and no address. */
export function describeTrafficRule(rule: TrafficRule, request: BidRequest, policy: TrafficPolicy): string {
  const { rates, duplicates } = policy;
  switch (rule) {
    case 'crawler':
      return `crawlers: ${crawlerWord(request, policy)} stands in the user agent or the client hints`;
    case 'address-list':
      return `addressLists: a list that is on has the address (${filesOf(policy)})`;
    case 'impossible-device':
      return `impossibleDevices: ${impossibleDevice(request.device)}`;
    case 'spoofed-inventory':
      return `spoofedInventory: ${spoofedInventory(request)}`;
    case 'duplicate':
      return `duplicates: this id came within ${duplicates.withinMs / 1_000} s`;
    case 'address-rate':
      return `rates: more than ${rates.perAddressMax} requests a minute from the address`;
    case 'user-rate':
      return `rates: more than ${rates.perUserMax} requests a minute of the user`;
    case 'unknown-user':
      return 'unknownUsers: no id names the user';
    default:
      return rule satisfies never;
  }
}

function crawlerWord({ device }: BidRequest, { crawlerWords }: TrafficPolicy): string {
  const texts = [device.userAgent ?? '', ...device.browsers];
  const word = texts.map((text) => crawlerWords.find(text)).find((found) => found !== undefined);
  return JSON.stringify(word);
}

function filesOf({ addressLists }: TrafficPolicy): string {
  return addressLists
    .filter(({ mode }) => mode === 'on')
    .map(({ file }) => file)
    .join(', ');
}
