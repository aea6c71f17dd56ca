import type { BidRequest, Inventory } from '../domain/bid-request.js';
import { TextFinder } from '../lib/text-finder.js';
import { systemOf } from './impossible-device.js';

/** AdCOM "Device Types" of what apps are carried about on: bundles of televisions look like anything. */
const MOBILE_TYPES = [1, 4, 5];

/** App ids of Apple's store; an Android package has dots. */
const APPLE_BUNDLE = /^(id)?\d{6,}$/;

/**
 * Browsers that are nobody's web view, as they name themselves on phones. Those whose apps show advertisements of their
 * own, such as Opera's, are not among them.
 */
const NAMED_BROWSERS = new TextFinder(['CriOS/', 'FxiOS/', 'Firefox/']);

/** Hosts that show the pages of others: caches, translators and the frames of ad servers. */
const SHOWS_OTHERS = [
  'ampproject.org',
  'ampproject.net',
  'translate.goog',
  'googleusercontent.com',
  'googlesyndication.com',
];

/** What stands before a country's domain where others register below it. */
const SECOND_LEVELS = new Set(['co', 'com', 'net', 'org', 'ac', 'gov', 'edu', 'or', 'ne']);

/**
 * Whether a site or an app is another one than it says. What is not told is not held against it.
 *
 * @returns what gives it away, undefined when nothing does
 */
export function spoofedInventory({ inventory, device }: BidRequest): string | undefined {
  if (inventory.kind === 'site') return spoofedSite(inventory);
  if (inventory.kind !== 'app' || device.type === undefined || !MOBILE_TYPES.includes(device.type))
    return undefined;
  const { bundle } = inventory;
  if (bundle !== undefined && systemOf(device.os) === 'android' && APPLE_BUNDLE.test(bundle))
    return 'an app of Apple’s store on Android';
  if (device.userAgent !== undefined && NAMED_BROWSERS.find(device.userAgent) !== undefined)
    return 'an app within a browser';
  return undefined;
}

function spoofedSite({ domain, page }: Inventory): string | undefined {
  if (domain === undefined || page === undefined) return undefined;
  const host = hostOfPage(page);
  if (host === undefined || isSameOrBelow(host, domain) || isSameOrBelow(domain, host)) return undefined;
  for (const shows of SHOWS_OTHERS) if (isSameOrBelow(host, shows)) return undefined;
  return nameOf(host) === nameOf(domain) ? undefined : 'a page on another domain';
}

const DOT = 0x2e;
const SLASH = 0x2f;
const COLON = 0x3a;
const QUESTION_MARK = 0x3f;
const HASH = 0x23;
const HOST_CHARACTERS_MAX = 253;

/** @returns lower case; undefined when the page is no plain http address */
function hostOfPage(page: string): string | undefined {
  const start = page.startsWith('https://') ? 8 : page.startsWith('http://') ? 7 : -1;
  if (start < 0) return undefined;
  let end = start;
  for (; end < page.length && end - start <= HOST_CHARACTERS_MAX; end++) {
    const code = page.charCodeAt(end);
    if (code === SLASH || code === COLON || code === QUESTION_MARK || code === HASH) break;
  }
  const host = page.charCodeAt(end - 1) === DOT ? page.slice(start, end - 1) : page.slice(start, end);
  // Letters of other alphabets stand for others in the name of the site.
  return /^[\w.-]+$/.test(host) && host.includes('.') ? host.toLowerCase() : undefined;
}

function isSameOrBelow(host: string, domain: string): boolean {
  if (!host.endsWith(domain)) return false;
  return host.length === domain.length || host.charAt(host.length - domain.length - 1) === '.';
}

/** What a domain is known by, whatever country it is for: `bbc` of `www.bbc.co.uk` and of `bbc.com`. */
function nameOf(host: string): string {
  const labels = host.split('.');
  labels.pop();
  const last = labels.pop() ?? host;
  return SECOND_LEVELS.has(last) ? (labels.pop() ?? last) : last;
}
