import type { Campaign } from '../domain/campaign.js';

/** More ids than this are counted and not told. */
const IDS_TOLD_MAX = 50;

/** Ids of campaigns; a list that has no entry is left out. */
export interface CampaignChanges {
  readonly added?: readonly string[];
  readonly changed?: readonly string[];
  readonly removed?: readonly string[];
}

/** What became of campaigns between two catalogues, for the log. At most 50 ids a list, then how many others. */
export function campaignChanges(before: readonly Campaign[], after: readonly Campaign[]): CampaignChanges {
  const old = new Map(before.map((campaign) => [campaign.id, campaign]));
  const kept = new Set(after.map(({ id }) => id));
  const lists = {
    added: after.filter(({ id }) => !old.has(id)),
    changed: after.filter((campaign) => (old.get(campaign.id) ?? campaign) !== campaign),
    removed: before.filter(({ id }) => !kept.has(id)),
  };
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([, campaigns]) => campaigns.length > 0)
      .map(([name, campaigns]) => [name, toldIds(campaigns)]),
  );
}

function toldIds(campaigns: readonly Campaign[]): string[] {
  const ids = campaigns.slice(0, IDS_TOLD_MAX).map(({ id }) => id as string);
  const others = campaigns.length - ids.length;
  return others > 0 ? [...ids, `and ${others} others`] : ids;
}
