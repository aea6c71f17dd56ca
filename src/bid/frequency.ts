import type { FrequencyLogs, VisitorFrequency } from '../domain/frequency.js';
import { FREQUENCY_NAMES_MAX } from '../domain/notice.js';
import { HOLD_FACTOR } from '../domain/money-ports.js';
import type { SentBid } from './respond.js';
import type { ServedLineItem } from './snapshot.js';

/**
 * The logs that a bid of a line item is counted in: the person's most trusted ones, and the household's where a cap asks for
 * it. Also without caps, since conversions are joined to what the person saw and clicked.
 *
 * @returns at most FREQUENCY_NAMES_MAX
 */
export function frequencyNamesOf(
  { caps }: ServedLineItem,
  { personNames, householdName }: VisitorFrequency,
): readonly string[] {
  if (!caps.countsHousehold || householdName === undefined) return personNames.slice(0, FREQUENCY_NAMES_MAX);
  return [...personNames.slice(0, FREQUENCY_NAMES_MAX - 1), householdName];
}

/**
 * Counts the bids that are sent against their caps, from now on and for as long as they may become impressions; notices say
 * later what became of them. Bids without caps are counted when they are shown.
 *
 * A cap can be exceeded by the bids that other processes make on the same visitor between this record and their hearing of
 * it: one round trip to the store and one announcement, some milliseconds; and wherever records do not arrive, which is counted.
 */
export function reserveFrequency(sent: readonly SentBid[], logs: FrequencyLogs): void {
  for (const { winner, facts } of sent) {
    const { caps, hashes } = winner.item.caps;
    const { bidId, bidAtMs, holdSeconds, frequencyNames } = facts;
    if (caps.length === 0 || frequencyNames.length === 0 || facts.test) continue;
    const heldUntilMs = bidAtMs + HOLD_FACTOR * holdSeconds * 1000;
    logs.record(frequencyNames, { kind: 'reserved', bidId, atMs: bidAtMs, heldUntilMs, ...hashes });
  }
}
