import { createHash, timingSafeEqual } from 'node:crypto';
import { parseIp } from '../lib/ip.js';

/** What the guard looks at; empty where the request does not tell. */
export interface AdminCaller {
  /** Header values. */
  readonly host: string;
  readonly origin: string;
  readonly secFetchSite: string;
  readonly authorization: string;
}

type AdminVerdict = 'welcome' | 'unauthorized' | 'forbidden';

/**
 * Decides who may use a route of the admin port.
 *
 * @param needsToken false for routes that a probe must reach without one
 */
export type AdminGuard = (caller: AdminCaller, needsToken: boolean) => AdminVerdict;

/**
 * Without a token the port is open to whoever is on this machine, and so to every web page in a browser on it. Hence
 * two more rules: the Host must name this machine, or a page could rebind its own name to 127.0.0.1 and read the
 * answers; and what a browser says comes from another site is turned away, token or not.
 *
 * @param token undefined or empty for none
 * @throws when others than this machine could reach the port without a token
 */
export function createAdminGuard(host: string, token: string | undefined): AdminGuard {
  if (token === undefined || token === '') {
    if (!isLoopback(host)) {
      throw new Error(
        `the admin port on ${host} is open to other machines: expected a token (ADMIN_TOKEN), or a loopback address such as 127.0.0.1`,
      );
    }
    return (caller) => (isSameSite(caller) && isLoopback(hostName(caller.host)) ? 'welcome' : 'forbidden');
  }
  const expected = digest(`Bearer ${token}`);
  return (caller, needsToken) => {
    if (!isSameSite(caller)) return 'forbidden';
    // Digests have one length, as the comparison in constant time demands.
    const isKnown = timingSafeEqual(digest(caller.authorization), expected);
    return isKnown || !needsToken ? 'welcome' : 'unauthorized';
  };
}

/** Programs send neither header; browsers always send at least one of them with a request from another site. */
function isSameSite(caller: AdminCaller): boolean {
  const { secFetchSite, origin, host } = caller;
  if (secFetchSite !== '' && secFetchSite !== 'same-origin' && secFetchSite !== 'none') return false;
  if (origin === '') return true;
  const schemeEnd = origin.indexOf('://');
  return schemeEnd > 0 && origin.slice(schemeEnd + 3).toLowerCase() === host.toLowerCase();
}

/** @returns `host` without its port and without the brackets of an IPv6 address */
function hostName(host: string): string {
  if (host.startsWith('[')) {
    const end = host.indexOf(']');
    return end < 0 ? '' : host.slice(1, end);
  }
  const colon = host.indexOf(':');
  return colon < 0 ? host : host.slice(0, colon);
}

function isLoopback(name: string): boolean {
  if (name.toLowerCase() === 'localhost') return true;
  const address = parseIp(name);
  if (!address) return false;
  if (address.version === 4) return (address.groups[0] ?? 0) >> 8 === 127;
  return address.groups.every((group, i) => group === (i === 7 ? 1 : 0));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
