import type { BidRequest, Inventory } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import { isListed } from '../domain/inventory-list.js';
import type { SupplyPolicy, SupplyRule } from '../domain/supply-policy.js';
import { unreachable } from '../lib/assert.js';
import { ruleInForce } from './gate.js';
import { senderOf } from './sender.js';

/**
 * Why the policy turns a request away, in an operator's words.
 *
 * @returns undefined when it does not
 */
export function describeSupplyRefusal(
  request: BidRequest,
  exchange: Exchange,
  policy: SupplyPolicy,
): string | undefined {
  const rule = ruleInForce(request, exchange, policy);
  return rule && `config/supply.json: ${wordsOf(rule, request, exchange, policy)}`;
}

function wordsOf(rule: SupplyRule, request: BidRequest, exchange: Exchange, policy: SupplyPolicy): string {
  const { inventory, source } = request;
  const sender = senderOf(request, exchange);
  const seller = sender ? `seller ${sender.sellerId} of ${sender.system}` : 'whoever sent this';
  const path = source.supplyChain?.nodes.map(({ system, sellerId }) => `${system}/${sellerId}`).join(', ');
  switch (rule) {
    case 'block-list':
      return `${placeOf(inventory)} is on the blocked list ${blockingLists(inventory, exchange, policy)}`;
    case 'allow-list':
      return `${placeOf(inventory)} is on none of the lists ${policy.listsAllowed.join(', ')}`;
    case 'chain-missing':
      return 'the request has no supply chain, and one is required';
    case 'chain-incomplete':
      return `the supply chain (${path || 'no nodes'}) is incomplete or cannot be read`;
    case 'chain-sender':
      return `the supply chain (${path}) does not end with ${exchange.adsTxtDomain}`;
    case 'chain-too-long':
      return `the supply chain (${path}) has more than ${policy.supplyChain.nodesMax} nodes`;
    case 'chain-system':
    case 'chain-seller':
      return `the supply chain (${path}) goes through a blocked ${rule === 'chain-system' ? 'system' : 'seller'}`;
    case 'ads-txt-unavailable':
      return `nobody can tell whether ${seller} may sell ${placeOf(inventory)}: its ads.txt is not there`;
    case 'ads-txt-violation':
      return `the ads.txt of ${inventory.partnerDomain ?? placeOf(inventory)} does not name ${seller}`;
    case 'seller-unavailable':
      return `there is no sellers.json to look ${seller} up in`;
    case 'seller-unknown':
      return `${path ?? seller} is not all known to the sellers.json of its systems`;
    case 'seller-confidential':
      return `${path ?? seller} is confidential in the sellers.json of its system`;
    case 'seller-domain':
      return `${path ?? seller} sells under another domain than ${placeOf(inventory)}`;
    default:
      return unreachable(rule);
  }
}

function placeOf({ domain, bundle, publisherId }: Inventory): string {
  return (
    bundle ??
    domain ??
    (publisherId === undefined ? 'what does not say what it is' : `publisher ${publisherId}`)
  );
}

function blockingLists(
  inventory: Inventory,
  exchange: Exchange,
  { listsBlocked, files }: SupplyPolicy,
): string {
  return listsBlocked
    .flatMap((name) => {
      const list = files.lists.get(name);
      if (!list) return [`${name} (which is not there, so it blocks everything)`];
      return isListed(list, inventory, exchange.id) ? [name] : [];
    })
    .join(', ');
}
