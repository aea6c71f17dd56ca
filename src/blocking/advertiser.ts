import type { BidRequest, Deal } from '../domain/bid-request.js';
import type { Advertiser } from '../domain/campaign.js';
import type { AdvertiserRule } from '../domain/rejection.js';

/**
 * Whether the publisher's lists keep an advertiser out altogether: blocked domains (`badv`, subdomains included) and
 * blocked or allowed categories are asked for the creative (creative.ts), since a creative may have its own.
 */
export function advertiserBlock(advertiser: Advertiser, request: BidRequest): AdvertiserRule | undefined {
  return isOnDomainList(advertiser.domain, request.blocks.advertiserDomains)
    ? 'blocked-advertiser'
    : undefined;
}

/** Whether a deal takes this seat and this advertiser (`wseat`, `wadomain`; rule 42). */
export function dealBlock(deal: Deal, seat: string, advertiser: Advertiser): AdvertiserRule | undefined {
  if (deal.seatsAllowed.length > 0 && !deal.seatsAllowed.includes(seat)) return 'deal-seat';
  if (deal.advertiserDomains.length > 0 && !isOnDomainList(advertiser.domain, deal.advertiserDomains)) {
    return 'deal-advertiser';
  }
  return undefined;
}

/** True when the list names `domain` or a domain above it. Both sides lower case. */
function isOnDomainList(domain: string, list: readonly string[]): boolean {
  for (const entry of list) {
    if (domain === entry) return true;
    if (domain.endsWith(entry) && domain[domain.length - entry.length - 1] === '.') return true;
  }
  return false;
}
