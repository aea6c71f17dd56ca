import type { LoadedCatalog } from '../../src/catalog/load.js';

/** Where a campaign file of `campaignWith` has its bid, 3.2 USD. */
export const BID = ['lineItems', 0, 'bid', 'amount'];

/** What a campaign bids, by its place in the catalogue. */
export function cpm({ catalog }: LoadedCatalog, i = 0): number {
  return (catalog.campaigns[i]?.lineItems[0]?.bid.amountMicros ?? 0) / 1e6;
}

export function ids({ catalog }: LoadedCatalog): string[] {
  return catalog.campaigns.map(({ id }) => id);
}

/** The problems in words, each behind its file. */
export function told({ problems }: LoadedCatalog): string[] {
  return problems.map(({ file, message }) => `${file}: ${message}`);
}
