import type { BidTrace } from '../../src/bid/trace.js';

/** Wants to hear of every candidate, and makes nothing of it. */
export const SILENT_TRACE: BidTrace = {
  hearsTargeting: false,
  hears: () => true,
  decoded: () => {},
  admitted: () => {},
  visited: () => {},
  auctionStarted: () => {},
  rejected: () => {},
  offered: () => {},
  auctionWon: () => {},
  dropped: () => {},
};
