import { creativeBlock } from '../blocking/creative.js';
import type { Impression } from '../domain/bid-request.js';
import type { Creative } from '../domain/creative.js';
import type { CreativeRule, OfferRule } from '../domain/rejection.js';
import { hashString } from '../lib/hash.js';
import type { OfferContext, PodTaken } from './offer.js';
import { dedupeKeys } from './pod-keys.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

/** Where an impression takes several formats, what says most goes first. */
const FORMAT_FITNESS = { banner: 0, native: 1_000, audio: 2_000, video: 3_000 } as const;

/**
 * Among the creatives that may be shown, the one that fits best: of formats the richest, of videos and audios the longest.
 * Among equal ones, one by rendezvous hashing of the impression: each gets its share of the traffic, and the same request
 * gets the same creative.
 */
export function chooseCreative(
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): ServedCreative | OfferRule {
  let chosen: ServedCreative | undefined;
  let chosenFitness = -1;
  let chosenRank = UNRANKED;
  let rule: OfferRule | undefined;
  for (const candidate of item.creatives) {
    const block = blockOf(candidate, item, impression, context);
    // The format and the size are the least telling reasons: they are named only when no creative even fitted.
    if (block) {
      if (rule === undefined || rule === 'creative-format' || rule === 'creative-size') rule = block;
      continue;
    }
    const fitness = fitnessOf(candidate.creative);
    if (fitness < chosenFitness) continue;
    let rank = UNRANKED;
    if (chosen && fitness === chosenFitness) {
      // Mostly one fits, and need not be ranked.
      if (chosenRank === UNRANKED) chosenRank = rankOf(chosen, impression, context);
      rank = rankOf(candidate, impression, context);
      if (rank <= chosenRank) continue;
    }
    chosen = candidate;
    chosenFitness = fitness;
    chosenRank = rank;
  }
  return chosen ?? rule ?? 'creative-size';
}

const UNRANKED = -1;

function rankOf({ creative }: ServedCreative, impression: Impression, { request }: OfferContext): number {
  return hashString(creative.id, hashString(impression.id, hashString(request.id)));
}

function fitnessOf(creative: Creative): number {
  return FORMAT_FITNESS[creative.format] + secondsOf(creative);
}

/** @returns how long it runs; 0 for what does not */
export function secondsOf(creative: Creative): number {
  return creative.format === 'video' || creative.format === 'audio' ? creative.seconds : 0;
}

/** The first rule that keeps a creative from an impression, if there is one. */
export function blockOf(
  candidate: ServedCreative,
  item: ServedLineItem,
  impression: Impression,
  context: OfferContext,
): CreativeRule | undefined {
  const { request, lists, exchange, used, responseSizes } = context;
  const block = creativeBlock(candidate.creative, impression, request.blocks, lists);
  if (block) return block;
  // Asked late: a paused creative that would not have fitted explains nothing.
  if (candidate.creative.withheld) return candidate.creative.withheld;
  if (secondsOf(candidate.creative) > context.secondsMax) return 'creative-duration';
  if (context.taken && isInBreak(candidate, item, context.taken)) return 'pod-duplicate';
  if (!item.lineItem.repeatCreative && used.includes(candidate)) return 'creative-already-used';
  return responseSizes.fits(candidate, item, impression, request.id, exchange)
    ? undefined
    : 'creative-too-large';
}

function isInBreak(candidate: ServedCreative, item: ServedLineItem, { dedupe, keys }: PodTaken): boolean {
  return dedupeKeys(candidate, item, dedupe).some((key) => keys.has(key));
}
