import type { Campaign } from '../domain/campaign.js';
import type { Pace, Steps } from '../lib/steps.js';

/** More ids than this are counted and not told. */
const IDS_TOLD_MAX = 50;

/** Ids of campaigns; a list that has no entry is left out. */
export interface CampaignChanges {
  readonly added?: readonly string[];
  readonly changed?: readonly string[];
  readonly removed?: readonly string[];
}

/** What became of campaigns between two catalogues, for the log. At most 50 ids a list, then how many others. */
export function* campaignChanges(
  before: readonly Campaign[],
  after: readonly Campaign[],
  pace: Pace,
): Steps<CampaignChanges> {
  const old = new Map<string, Campaign>();
  for (const campaign of before) {
    old.set(campaign.id, campaign);
    if (pace.isDue()) yield;
  }
  const lists = { added: new IdList(), changed: new IdList(), removed: new IdList() };
  for (const campaign of after) {
    if (pace.isDue()) yield;
    const former = old.get(campaign.id);
    old.delete(campaign.id);
    if (former === undefined) lists.added.add(campaign.id);
    else if (former !== campaign) lists.changed.add(campaign.id);
  }
  for (const id of old.keys()) {
    lists.removed.add(id);
    if (pace.isDue()) yield;
  }
  return Object.fromEntries(
    Object.entries(lists)
      .filter(([, list]) => list.count > 0)
      .map(([name, list]) => [name, list.told()]),
  );
}

class IdList {
  count = 0;
  readonly #told: string[] = [];

  add(id: string): void {
    if (this.count++ < IDS_TOLD_MAX) this.#told.push(id);
  }

  told(): readonly string[] {
    const others = this.count - this.#told.length;
    return others > 0 ? [...this.#told, `and ${others} others`] : this.#told;
  }
}
