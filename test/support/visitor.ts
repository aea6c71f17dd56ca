import type { BidRequest, Device, Inventory, User } from '../../src/domain/bid-request.js';
import { aVisit } from './targeting-samples.js';

/** A request that tells nothing but who the visitor is. */
export function visitorOf(
  known: Partial<User> & Partial<Pick<Device, 'ip' | 'ipv6' | 'ifa'>>,
  kind: Inventory['kind'] = 'site',
): BidRequest {
  const { ip, ipv6, ifa, ...user } = known;
  return aVisit({ inventory: { kind }, device: { ip, ipv6, ifa }, user }).request;
}
