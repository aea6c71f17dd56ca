import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { SupplyPolicy, SupplyRule } from '../domain/supply-policy.js';

/** One part of the policy. @returns what is wrong with the supply of a request; undefined when nothing is */
export type Check = (request: BidRequest, exchange: Exchange, policy: SupplyPolicy) => SupplyRule | undefined;
