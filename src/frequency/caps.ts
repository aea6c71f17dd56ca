import type { Campaign, FrequencyCap, LineItem } from '../domain/campaign.js';
import type { Pace, Steps } from '../lib/steps.js';
import { frequencyHashes, type FrequencyHashes } from '../domain/frequency.js';

/** A cap as it is asked: of whom which impressions are counted. */
export interface Cap extends FrequencyCap {
  readonly level: keyof FrequencyHashes;
  /** Of the level's id. */
  readonly hash: number;
}

/** The caps of a line item, ready to be asked. */
export interface LineItemCaps {
  /** All of them hold: the line item's own, its campaign's, its advertiser's. Mostly none. */
  readonly caps: readonly Cap[];
  /** Is a household's log to be written? */
  readonly countsHousehold: boolean;
  readonly hashes: FrequencyHashes;
}

/**
 * @param ofAdvertiser the caps of the advertiser from all of its campaigns' files: an advertiser has one say over all of them,
 *   so what any file states holds
 */
export function capsOf(
  campaign: Campaign,
  lineItem: LineItem,
  ofAdvertiser: readonly FrequencyCap[],
): LineItemCaps {
  const hashes = frequencyHashes({
    advertiser: campaign.advertiser.id,
    campaign: campaign.id,
    lineItem: lineItem.id,
  });
  // Field by field: each object that comes of a spread may get a layout of its own, and the bid path reads thousands.
  const at = (level: keyof FrequencyHashes, caps: readonly FrequencyCap[]): readonly Cap[] =>
    caps.map(({ impressions, perMs, of }) => ({ impressions, perMs, of, level, hash: hashes[level] }));
  const caps = [
    ...at('lineItem', lineItem.frequency),
    ...at('campaign', campaign.frequency),
    ...at('advertiser', ofAdvertiser),
  ];
  return { caps, countsHousehold: caps.some((cap) => cap.of === 'household'), hashes };
}

/** @returns the caps of each advertiser over all campaigns, by its id, each once */
export function* advertiserCaps(
  campaigns: readonly Campaign[],
  pace: Pace,
): Steps<ReadonlyMap<string, readonly FrequencyCap[]>> {
  const byAdvertiser = new Map<string, FrequencyCap[]>();
  for (const { advertiser } of campaigns) {
    const caps = byAdvertiser.get(advertiser.id) ?? [];
    for (const cap of advertiser.frequency) if (!caps.some((known) => isSame(known, cap))) caps.push(cap);
    byAdvertiser.set(advertiser.id, caps);
    if (pace.isDue()) yield;
  }
  return byAdvertiser;
}

export function isSameCaps(a: readonly FrequencyCap[], b: readonly FrequencyCap[]): boolean {
  return a.length === b.length && a.every((cap, i) => isSame(cap, b[i] as FrequencyCap));
}

function isSame(a: FrequencyCap, b: FrequencyCap): boolean {
  return a.impressions === b.impressions && a.perMs === b.perMs && a.of === b.of;
}
