import { sellerKey } from '../domain/supply-policy.js';
import type { Check } from './check.js';

/**
 * Holds the supply chain against the policy (IAB SupplyChain object 1.0, rule 51). Without a chain nothing is wrong,
 * unless one is required; one that cannot be read whole counts as incomplete (rule 14).
 */
export const chainFault: Check = ({ source }, { adsTxtDomain }, { supplyChain: settings }) => {
  const chain = source.supplyChain;
  if (!chain) return settings.required ? 'chain-missing' : undefined;
  const { nodes } = chain;
  for (const { system, sellerId } of nodes) {
    if (settings.systemsBlocked.has(system)) return 'chain-system';
    if (settings.sellersBlocked.has(sellerKey(system, sellerId))) return 'chain-seller';
  }
  if (chain.unusable || !chain.complete) return 'chain-incomplete';
  if (adsTxtDomain !== undefined && nodes.at(-1)?.system !== adsTxtDomain) return 'chain-sender';
  return nodes.length > settings.nodesMax ? 'chain-too-long' : undefined;
};
