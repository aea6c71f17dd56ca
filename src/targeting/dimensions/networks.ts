import type { Place } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import { ipPrefixKey, parseIp } from '../../lib/ip.js';
import type { TermSink } from '../postings.js';
import { TokenTerms } from './tokens.js';

export type Network = Extract<Place, { kind: 'network' }>;

/**
 * Of addresses that may not be used in full, this much is: the network of a neighbourhood, where exchanges that protect
 * their visitors cut them as well.
 */
const COARSE_BITS = { 4: 24, 6: 48 } as const;

/** A length of prefix that occurs among the networks of one version of IP. */
interface PrefixLength {
  readonly version: 4 | 6;
  readonly bits: number;
}

/** Terms for networks: an address is cut to each prefix length that occurs and looked up as a whole. */
export class NetworkTerms {
  readonly #terms = new TokenTerms();
  readonly #lengths: PrefixLength[] = [];

  set firstTerm(number: number) {
    this.#terms.firstTerm = number;
  }

  learn({ range }: Network): void {
    const { version, bits } = range;
    const isKnown = this.#lengths.some((length) => length.version === version && length.bits === bits);
    if (!isKnown) this.#lengths.push({ version, bits });
    this.#terms.learn(ipPrefixKey(range, bits));
  }

  get count(): number {
    return this.#terms.count;
  }

  termsOf({ range }: Network, sink: TermSink): void {
    this.#terms.find(ipPrefixKey(range, range.bits), sink);
  }

  /** @returns whether the request tells an address of which anything may be used */
  resolve({ request, personal }: Visit, found: TermSink): boolean {
    // Reading an address is worth while only where somebody asks. A public screen's says nothing of who looks at it.
    if (this.#lengths.length === 0 || request.inventory.kind === 'dooh') return false;
    const { ip, ipv6 } = request.device;
    const toldIp = this.#resolveAddress(ip, personal, found);
    const toldIpv6 = this.#resolveAddress(ipv6, personal, found);
    return toldIp || toldIpv6;
  }

  #resolveAddress(text: string | undefined, personal: boolean, found: TermSink): boolean {
    const address = text === undefined ? undefined : parseIp(text);
    if (!address) return false;
    for (const { version, bits } of this.#lengths) {
      if (version !== address.version || (!personal && bits > COARSE_BITS[version])) continue;
      this.#terms.find(ipPrefixKey(address, bits), found);
    }
    return true;
  }
}

/** `203.0.113.0/24`, `2001:db8:0:0:0:0:0:0/32` */
export function networkWords({ range }: Network): string {
  const address =
    range.version === 4
      ? range.groups.map((group) => `${group >>> 8}.${group & 255}`).join('.')
      : range.groups.map((group) => group.toString(16)).join(':');
  return `${address}/${range.bits}`;
}
