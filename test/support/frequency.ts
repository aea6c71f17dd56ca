import { frequencyHashes, type FrequencyKind, type FrequencyRecord } from '../../src/domain/frequency.js';

export const SHOES = frequencyHashes({ advertiser: 'acme', campaign: 'shoes', lineItem: 'main' });

/** @param number of the bid */
export function frequencyRecord(
  kind: FrequencyKind,
  number: number,
  parts: Partial<FrequencyRecord> = {},
): FrequencyRecord {
  return { kind, bidId: bidIdOf(number), atMs: 1_790_000_000_000, heldUntilMs: 0, ...SHOES, ...parts };
}

export function bidIdOf(number: number): string {
  return `h0lder-_-${number.toString(36)}`;
}
