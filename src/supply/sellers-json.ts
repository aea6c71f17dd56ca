import type { BidRequest, Inventory } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import {
  anyDomainKey,
  confidentialKey,
  sellerDomainKey,
  type SellersJson,
  type SupplyFiles,
  type SupplyPolicy,
  type SupplyRule,
} from '../domain/supply-policy.js';
import { adsTxtOf } from './ads-txt.js';
import type { Check } from './check.js';
import { senderOf, type Sender } from './sender.js';

/**
 * Are the sellers of an impression known to the systems that pay them (IAB sellers.json 1.0)? Every node of the chain
 * whose system has a file is looked up in it, the sender always; the owner, who comes first in a complete chain, sells
 * under its own domain.
 */
export const sellersFault: Check = (request, exchange, policy) => {
  const sender = senderOf(request, exchange);
  const file = sender && policy.files.sellers.get(sender.system);
  if (!file && policy.sellersRequired) return 'seller-unavailable';
  const { nodes = [] } = request.source.supplyChain ?? {};
  for (const node of nodes) {
    const fault = faultOf(node, policy);
    if (fault) return fault;
  }
  return (sender && faultOf(sender, policy)) ?? ownerFault(request, exchange, policy);
};

function faultOf({ system, sellerId }: Sender, policy: SupplyPolicy): SupplyRule | undefined {
  const file = policy.files.sellers.get(system);
  if (!file) return undefined;
  if (!file.sellers.has(sellerId)) return 'seller-unknown';
  const isRefused = !policy.confidentialTaken && file.sellers.has(confidentialKey(sellerId));
  return isRefused ? 'seller-confidential' : undefined;
}

function ownerFault(
  request: BidRequest,
  exchange: Exchange,
  { files }: SupplyPolicy,
): SupplyRule | undefined {
  const chain = request.source.supplyChain;
  // The first node of a chain that lacks its beginning sells for somebody else.
  if (chain && (!chain.complete || chain.unusable)) return undefined;
  const owner = chain ? chain.nodes[0] : senderOf(request, exchange);
  const file = owner && files.sellers.get(owner.system);
  if (!file || file.sellers.has(anyDomainKey(owner.sellerId))) return undefined;
  return sellsUnder(file, owner.sellerId, request.inventory, files) ? undefined : 'seller-domain';
}

/** True when the seller's domain is the site's, its publisher's or its owner's, or nothing of these is told. */
function sellsUnder(
  { sellers }: SellersJson,
  sellerId: string,
  inventory: Inventory,
  files: SupplyFiles,
): boolean {
  const { domain, publisherDomain, partnerDomain } = inventory;
  const told = [domain, publisherDomain, partnerDomain, adsTxtOf(inventory, files)?.ownerDomain];
  const names = told.filter((name) => name !== undefined);
  return (
    names.length === 0 ||
    names.some((name) => isOf(name, (part) => sellers.has(sellerDomainKey(sellerId, part))))
  );
}

/** Asks about a domain and the domains above it, but not about a last label alone. */
function isOf(domain: string, is: (domain: string) => boolean): boolean {
  let name = domain;
  while (name.includes('.')) {
    if (is(name)) return true;
    name = name.slice(name.indexOf('.') + 1);
  }
  return false;
}
