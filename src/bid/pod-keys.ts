import type { Creative } from '../domain/creative.js';
import { secondsOf } from './choose-creative.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

/** AdCOM "Pod Deduplication Settings". */
const BY_ADVERTISER = 1;
const BY_CATEGORY = 2;
const BY_CREATIVE = 3;
const BY_MEDIA = 4;
export const DEDUPE_ALL: readonly number[] = [BY_ADVERTISER, BY_CATEGORY, BY_CREATIVE, BY_MEDIA];

/** What a bid has that no other bid of the same break may have, as the publisher wants it (rule 35, `poddedupe`). */
export function dedupeKeys(
  { creative, compiled }: ServedCreative,
  { campaign }: ServedLineItem,
  dedupe: readonly number[],
): readonly string[] {
  const keys: string[] = [];
  if (dedupe.includes(BY_CATEGORY))
    for (const category of creative.categories) keys.push(`category ${category}`);
  if (dedupe.includes(BY_ADVERTISER)) keys.push(`advertiser ${campaign.advertiser.domain}`);
  if (dedupe.includes(BY_CREATIVE)) keys.push(`creative ${compiled.mark}`);
  if (dedupe.includes(BY_MEDIA)) for (const address of mediaOf(creative)) keys.push(`media ${address}`);
  return keys;
}

/** The same, and what we ourselves do not show twice in one break: a line item, and a campaign that people are to see seldom. */
export function podKeys(
  served: ServedCreative,
  item: ServedLineItem,
  dedupe: readonly number[],
): readonly string[] {
  const { campaign, lineItem } = item;
  const own = [`line item ${campaign.id} ${lineItem.id}`, `mark ${served.compiled.mark}`];
  if (item.isCapped) own.push(`campaign ${campaign.id}`, `capped ${campaign.advertiser.id}`);
  return [...own, ...dedupeKeys(served, item, dedupe)];
}

function mediaOf(creative: Creative): readonly string[] {
  if (secondsOf(creative) === 0 || !('files' in creative)) return [];
  const tags = creative.wrapper ? [creative.wrapper.tag] : [];
  return [...creative.files.map(({ url }) => url), ...tags];
}
