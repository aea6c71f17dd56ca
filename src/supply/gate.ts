import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { SupplyGate } from '../domain/gates.js';
import type { NoBidReason } from '../domain/no-bid-reason.js';
import type { SupplyMetrics } from '../domain/ports.js';
import {
  SUPPLY_CHECKS,
  type SupplyCheck,
  type SupplyPolicy,
  type SupplyRule,
} from '../domain/supply-policy.js';
import { adsTxtFault } from './ads-txt.js';
import { chainFault } from './chain.js';
import type { Check } from './check.js';
import { allowFault, blockFault } from './lists.js';
import { sellersFault } from './sellers-json.js';

/** In the order in which they are asked: the cheapest first. */
const CHECKS: Readonly<Record<SupplyCheck, Check>> = {
  block: blockFault,
  allowOnly: allowFault,
  supplyChain: chainFault,
  adsTxt: adsTxtFault,
  sellersJson: sellersFault,
};

/** AdCOM "No-Bid Reason Codes" has none for sellers.json: who is not known there is a node that is not bought from. */
const REASONS: Readonly<Record<SupplyRule, NoBidReason>> = {
  'block-list': 'publisher-blocked',
  'allow-list': 'publisher-blocked',
  'chain-missing': 'supply-chain-incomplete',
  'chain-incomplete': 'supply-chain-incomplete',
  'chain-sender': 'supply-chain-incomplete',
  'chain-too-long': 'supply-chain-blocked',
  'chain-system': 'supply-chain-blocked',
  'chain-seller': 'supply-chain-blocked',
  'ads-txt-unavailable': 'ads-txt-unavailable',
  'ads-txt-violation': 'ads-txt-violation',
  'seller-unavailable': 'supply-chain-blocked',
  'seller-unknown': 'supply-chain-blocked',
  'seller-confidential': 'supply-chain-blocked',
  'seller-domain': 'supply-chain-blocked',
};

/**
 * Holds a request against the operator's supply policy. Of the checks that are on, the first that finds something ends
 * it; those on trial are counted and let it pass. Looks at nothing but what was loaded.
 */
export function createSupplyGate(metrics: SupplyMetrics): SupplyGate {
  return {
    refusal(request, exchange, policy) {
      const rule = ruleInForce(request, exchange, policy, metrics);
      return rule && REASONS[rule];
    },
  };
}

/** @returns the first rule that ends a request */
export function ruleInForce(
  request: BidRequest,
  exchange: Exchange,
  policy: SupplyPolicy,
  metrics?: SupplyMetrics,
): SupplyRule | undefined {
  const modes = policy.exchanges.get(exchange.id) ?? policy.modes;
  for (const check of SUPPLY_CHECKS) {
    const mode = modes[check];
    if (mode === 'off') continue;
    const rule = CHECKS[check](request, exchange, policy);
    if (rule === undefined) continue;
    metrics?.supplyRefused(rule, mode);
    if (mode === 'on') return rule;
  }
  return undefined;
}
