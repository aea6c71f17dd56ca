import { countOf, holderOf, type Settlement } from '../domain/ledger.js';

/**
 * What stands in Redis for the money of a campaign. All of it lies in one slot, so that a script can change it in one go.
 *
 * - `budget`: fields `epoch`; `impressions` and `micros`, all that is booked; `i:<line item>` and `m:<line item>`, the same of each;
 *   `reserved`, all that was ever reserved; `open` and `held`, sums over the leases; `held:<day>`, over those of one day. Never expires.
 * - `day`: fields `impressions`, `micros`, `i:<line item>`, `m:<line item>`, and `hi:<hour>`, `hm:<hour>` by UTC hours since 1970.
 * - `leases` and `ends`: by `<day> <holder>` (ledger-lua.ts).
 * - `inbox`: tidings, the oldest first.
 * - `billed`: offsets of billed bids in a stretch of 4,096. They fit in 16 bits, so as long as at most 512 of them
 *   (`set-max-intset-entries`) are there, one in eight of all bids that the process makes, an offset takes two bytes; beyond that Redis
 *   makes it a table of some 50 bytes a bid. A longer stretch would reach that sooner, and a shorter one would cost the 170 bytes
 *   that a key takes more often where a process bids for many campaigns at once.
 *
 * Ids come from files and may hold whatever text can. In names everything but letters, digits, `.`, `_` and `-` stands as `%` and four
 * hexadecimal digits a UTF-16 unit: no two ids share a name, and no id can end the braces that decide the slot.
 */
export interface LedgerNames {
  readonly budget: string;
  readonly leases: string;
  readonly ends: string;
}

const BILLED_STRETCH = 4_096;
const DAY_MS = 86_400_000;

export function ledgerNames(campaign: string): LedgerNames {
  const start = prefixOf(campaign);
  return { budget: `${start}:budget`, leases: `${start}:leases`, ends: `${start}:ends` };
}

export function dayName(campaign: string, flightDay: number): string {
  return `${prefixOf(campaign)}:day:${flightDay}`;
}

export function inboxName(campaign: string, flightDay: number, holder: string): string {
  return `${prefixOf(campaign)}:inbox:${flightDay}:${escapeId(holder)}`;
}

/** @returns the field of `leases` and member of `ends` */
export function leaseField(flightDay: number, holder: string): string {
  return `${flightDay} ${escapeId(holder)}`;
}

/** @returns the set that a billed bid goes into, and what it goes in as */
export function billedMember({ campaign, bidId, bidAtMs }: Settlement): { name: string; member: string } {
  const count = countOf(bidId);
  const start = prefixOf(campaign);
  if (count === undefined) {
    return { name: `${start}:billed-other:${Math.floor(bidAtMs / DAY_MS)}`, member: escapeId(bidId) };
  }
  const stretch = Math.floor(count / BILLED_STRETCH);
  return {
    name: `${start}:billed:${escapeId(holderOf(bidId))}:${stretch}`,
    member: String(count % BILLED_STRETCH),
  };
}

const PLAIN_ID = /^[A-Za-z0-9._-]*$/;

export function escapeId(id: string): string {
  if (PLAIN_ID.test(id)) return id;
  return id.replace(/[^A-Za-z0-9._-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function unescapeId(text: string): string {
  return text.replace(/%([0-9a-f]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
}

function prefixOf(campaign: string): string {
  return `nc:{c:${escapeId(campaign)}}`;
}
