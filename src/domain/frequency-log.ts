import type { Touch } from './event.js';
import type { FrequencyHashes, FrequencyRecord } from './frequency.js';

/**
 * What the records of a person, from however many logs, say together. The records of one bid are folded into one answer:
 *
 *     shown                                  an impression, at the time of the first record that says so
 *     reserved, neither shown nor released   an impression until its hold ends: it is on its way, or nobody told
 *     else                                   nothing
 *
 * Each answer depends on the set of the records alone, so order, repetition and spread over logs do not matter, and a log may
 * be read while others write to it.
 */
interface FoldedBid {
  shown: FrequencyRecord | undefined;
  reserved: FrequencyRecord | undefined;
  released: FrequencyRecord | undefined;
  clicked: FrequencyRecord | undefined;
}

/** An impression that counts. */
export interface CountedImpression extends FrequencyHashes {
  readonly atMs: number;
}

/** A log that is longer than this is written anew by whoever reads it. */
export const LOG_RECORDS_MAX = 480;
/** What is left of such a log at most, the newest. */
const COMPACTED_RECORDS_MAX = 360;
/** A release is kept for as long as its reservation may still arrive. */
const RELEASED_KEPT_MS = 24 * 60 * 60 * 1000;
/** Views and clicks of a person that a conversion is told with. */
const TOUCHES_MAX = 50;

/** @returns the impressions that count at a moment, in no certain order */
export function countedImpressions(
  records: readonly FrequencyRecord[],
  nowMs: number,
): readonly CountedImpression[] {
  const counted: CountedImpression[] = [];
  for (const { shown, reserved, released } of foldBids(records).values()) {
    if (shown !== undefined) counted.push(shown);
    else if (reserved !== undefined && released === undefined && reserved.heldUntilMs > nowMs)
      counted.push(reserved);
  }
  return counted;
}

/** @returns the person's views and clicks of one advertiser, the oldest first; the newest where there are too many */
export function touchesOf(records: readonly FrequencyRecord[], advertiser: number): readonly Touch[] {
  const touches: (Touch & { readonly atMs: number })[] = [];
  for (const { shown, clicked } of foldBids(records).values()) {
    if (shown?.advertiser === advertiser)
      touches.push({ bidId: shown.bidId, kind: 'view', atMs: shown.atMs });
    if (clicked?.advertiser === advertiser)
      touches.push({ bidId: clicked.bidId, kind: 'click', atMs: clicked.atMs });
  }
  return touches.sort((a, b) => a.atMs - b.atMs || compareText(a.bidId, b.bidId)).slice(-TOUCHES_MAX);
}

/**
 * A shorter log that says the same: of a bid that was shown only that and its click are left, and what ended in nothing
 * goes. What is older than `keepMs` goes as well, and the oldest where there is still too much.
 *
 * @param nowMs the newest record's time does where there is no clock
 * @returns the oldest first
 */
export function compactLog(
  records: readonly FrequencyRecord[],
  nowMs: number,
  keepMs: number,
): readonly FrequencyRecord[] {
  const kept: FrequencyRecord[] = [];
  for (const { shown, reserved, released, clicked } of foldBids(records).values()) {
    if (clicked !== undefined) kept.push(clicked);
    if (shown !== undefined) {
      kept.push(shown);
      continue;
    }
    // A release that goes takes its reservation along, or that would count again.
    if (released === undefined) {
      if (reserved !== undefined && reserved.heldUntilMs > nowMs) kept.push(reserved);
    } else if (released.atMs + RELEASED_KEPT_MS > nowMs) kept.push(released);
  }
  return kept
    .filter(({ atMs }) => atMs + keepMs > nowMs)
    .sort((a, b) => a.atMs - b.atMs || compareText(a.bidId, b.bidId))
    .slice(-COMPACTED_RECORDS_MAX);
}

/** @returns when the newest record was written; -Infinity for an empty log */
export function newestMs(records: readonly FrequencyRecord[]): number {
  return records.reduce((newest, { atMs }) => Math.max(newest, atMs), -Infinity);
}

function foldBids(records: readonly FrequencyRecord[]): ReadonlyMap<string, FoldedBid> {
  const bids = new Map<string, FoldedBid>();
  for (const record of records) {
    let bid = bids.get(record.bidId);
    if (bid === undefined) {
      bid = { shown: undefined, reserved: undefined, released: undefined, clicked: undefined };
      bids.set(record.bidId, bid);
    }
    const before = bid[record.kind];
    if (before === undefined || comesBefore(record, before)) bid[record.kind] = record;
  }
  return bids;
}

/** Settles which of two records of one kind counts, the same whichever comes first. */
function comesBefore(a: FrequencyRecord, b: FrequencyRecord): boolean {
  return a.atMs === b.atMs ? a.heldUntilMs > b.heldUntilMs : a.atMs < b.atMs;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
