import type { Impression, Inventory } from '../domain/bid-request.js';
import type { BillingTimes } from '../domain/catalog.js';

/** @returns for how many seconds after the auction a bid on `impression` holds (`exp`) */
export function expirySeconds(inventory: Inventory, impression: Impression, times: BillingTimes): number {
  if (impression.interstitial) return times.interstitial;
  return times[inventory.kind === 'none' ? 'app' : inventory.kind];
}

/** @returns the longest of them at an exchange */
export function longestExpirySeconds(times: BillingTimes): number {
  return Math.max(...Object.values(times));
}
