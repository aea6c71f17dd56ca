import type { Exchange } from '../domain/catalog.js';
import type { Impression, Inventory } from '../domain/bid-request.js';

/** From the auction to the display at the latest (OpenRTB 2.6 implementation guide §7.2, rule 68). */
const INTERSTITIAL_SECONDS = 1_800;

/** A public screen plays what it bought in its loop; the guide gives it no figure, so it gets the longest one. */
const SECONDS_BY_INVENTORY = { site: 60, app: 300, none: 300, dooh: 1_800 };

/** @returns for how many seconds after the auction a bid on `impression` holds (`exp`) */
export function expirySeconds(inventory: Inventory, impression: Impression): number {
  return impression.interstitial ? INTERSTITIAL_SECONDS : SECONDS_BY_INVENTORY[inventory.kind];
}

/** @returns the longest of them at an exchange */
export function longestExpirySeconds(_exchange: Exchange): number {
  return INTERSTITIAL_SECONDS;
}
