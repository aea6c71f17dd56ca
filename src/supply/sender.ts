import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';

/** Who sold the impression to us: an account at an advertising system. */
export interface Sender {
  /** Domain of the system, lower case. */
  readonly system: string;
  readonly sellerId: string;
}

/**
 * The exchange as its file names it, with the seller that the chain or else the request names; without a name, the last
 * node of the chain, which is the sender.
 *
 * @returns undefined when nobody can tell
 */
export function senderOf({ source, inventory }: BidRequest, { adsTxtDomain }: Exchange): Sender | undefined {
  const last = source.supplyChain?.nodes.at(-1);
  if (adsTxtDomain === undefined || last?.system === adsTxtDomain) return last;
  const { publisherId } = inventory;
  return publisherId === undefined ? undefined : { system: adsTxtDomain, sellerId: publisherId };
}
