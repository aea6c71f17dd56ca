import type { NoticeCaller } from '../domain/ports.js';
import type { TrafficPolicy } from '../domain/traffic-policy.js';
import type { NetworkSet } from '../lib/network-set.js';
import { newIpWords, readIpWords, type IpWords } from '../lib/ip-words.js';

/** On whose behalf a notice came, as far as it can be believed. Valid until the next one is asked for. */
export interface NoticeDevice {
  /** Undefined where it is not told, or is an address within our own walls. */
  readonly address: IpWords | undefined;
  /** Empty where it is not told. */
  readonly userAgent: string;
}

/** Of a longer chain of proxies the farther ones are not looked at. */
const HOPS_MAX = 16;

const words = newIpWords();

/**
 * Who the caller speaks for (rule 69). From the connection inward, each of our own proxies is believed about who called it.
 * Whoever stands before them is the visitor's device itself, or a server of an exchange that tells of the device in headers
 * of its own; from anybody else these headers are lies, or a visitor could be whoever he wants to be.
 */
export function deviceOf(caller: NoticeCaller, policy: TrafficPolicy): NoticeDevice {
  const { ownProxies, notifyingServers } = policy;
  // The last ones are the nearest; whoever sends more hides behind nothing.
  const hops = caller.forwardedFor === '' ? [] : caller.forwardedFor.split(',').slice(-HOPS_MAX);
  let sender = caller.address;
  while (hops.length > 0 && isIn(ownProxies, sender)) sender = (hops.pop() ?? '').trim();
  if (!isIn(notifyingServers, sender))
    return { address: visitorAddress(sender), userAgent: caller.userAgent };
  const told = caller.deviceAddress === '' ? hops.pop() : caller.deviceAddress;
  return { address: visitorAddress((told ?? '').trim()), userAgent: caller.deviceUserAgent };
}

function isIn(networks: NetworkSet, address: string): boolean {
  return networks.size > 0 && readIpWords(address, words) && networks.has(words);
}

function visitorAddress(text: string): IpWords | undefined {
  return text !== '' && readIpWords(text, words) && !isWithinWalls(words) ? words : undefined;
}

/** Loopback, private and link-local addresses (RFC 1918, RFC 3927, RFC 4193, RFC 4291) are a proxy's that is not named, and no visitor's. */
function isWithinWalls({ version, words: [first = 0, second, third, last] }: IpWords): boolean {
  if (version === 6) {
    if (first >>> 25 === 0x7e || first >>> 22 === 0x3fa) return true;
    return first === 0 && second === 0 && third === 0 && last === 1;
  }
  const [a, b] = [first >>> 24, (first >>> 16) & 255];
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254)
  );
}
