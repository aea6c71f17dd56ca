import { domainToASCII } from 'node:url';
import { hostOf } from '../lib/host.js';

const BEYOND_ASCII = /[^ -~]/;

/**
 * The host that a request names, in the letters that lists are written in: `bücher.example` as `xn--bcher-kva.example`.
 * For the few of a request; a list of thousands would take too long.
 */
export function requestHost(text: string): string | undefined {
  const host = hostOf(text);
  if (host === undefined || !BEYOND_ASCII.test(host)) return host;
  return domainToASCII(host) || host;
}
