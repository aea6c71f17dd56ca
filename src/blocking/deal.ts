import type { Deal } from '../domain/bid-request.js';
import type { Advertiser } from '../domain/campaign.js';
import type { AdvertiserRule } from '../domain/rejection.js';
import { includesDomain } from './publisher-lists.js';

/** Whether a deal takes this seat and this advertiser (`wseat`, `wadomain`; rule 42). */
export function dealBlock(deal: Deal, seat: string, advertiser: Advertiser): AdvertiserRule | undefined {
  if (deal.seatsAllowed.length > 0 && !deal.seatsAllowed.includes(seat)) return 'deal-seat';
  const takesAdvertiser =
    deal.advertiserDomains.length === 0 || includesDomain(deal.advertiserDomains, advertiser.domain);
  return takesAdvertiser ? undefined : 'deal-advertiser';
}
