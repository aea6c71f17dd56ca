import type { Impression } from '../domain/bid-request.js';
import type { Creative } from '../domain/creative.js';
import { fillPod, type PodRoom } from '../pods/fill.js';
import type { Contender } from './auction.js';
import { secondsOf } from './choose-creative.js';
import type { PodTaken } from './offer.js';
import { DEDUPE_ALL, dedupeKeys, podKeys } from './pod-keys.js';

/** Bids for one impression, where it takes several. */
const BIDS_MAX = 10;

/** Where an impression takes several bids: of which format, in how much time, and how many. */
export interface Room extends PodRoom {
  readonly format: Creative['format'];
  readonly dedupe: readonly number[];
}

/** @returns undefined for an impression that takes one bid */
export function roomOf({ video, audio, native }: Impression): Room | undefined {
  if (video?.pod?.kind === 'dynamic') return timeOf('video', video.pod);
  if (audio?.pod?.kind === 'dynamic') return timeOf('audio', audio.pod);
  const bidsMax = Math.min(BIDS_MAX, native?.bidsMax ?? 1);
  return bidsMax > 1 ? { format: 'native', secondsMax: Infinity, bidsMax, dedupe: [] } : undefined;
}

function timeOf(
  format: Room['format'],
  { seconds, bidsMax, dedupe }: { seconds: number; bidsMax: number; dedupe: readonly number[] },
): Room {
  return { format, secondsMax: seconds, bidsMax: Math.min(BIDS_MAX, bidsMax), dedupe };
}

/**
 * Of the bids of the highest priority those that earn most together, then, in what room is left, of the next one, and so on.
 * Where the impression takes something of another format as well, one bid of that may be worth more than all of them.
 *
 * @param ranked by falling priority and value
 */
export function bestTogether(
  ranked: readonly Contender[],
  room: Room,
): { readonly chosen: readonly Contender[]; readonly cutShort: boolean } {
  const inRoom = ranked.filter(({ offer }) => offer.creative.creative.format === room.format);
  const filled = inPriorities(inRoom, room);
  const beside = ranked.find(({ offer }) => offer.creative.creative.format !== room.format);
  return beside && isWorthMore(beside, filled.chosen)
    ? { chosen: [beside], cutShort: filled.cutShort }
    : filled;
}

function isWorthMore({ offer }: Contender, several: readonly Contender[]): boolean {
  const [first] = several;
  if (!first || offer.priority !== first.offer.priority)
    return !first || offer.priority > first.offer.priority;
  return offer.price.priceMicros > several.reduce((sum, { offer: { price } }) => sum + price.priceMicros, 0);
}

function inPriorities(
  ranked: readonly Contender[],
  { dedupe, ...room }: Room,
): { chosen: readonly Contender[]; cutShort: boolean } {
  const chosen: Contender[] = [];
  const taken = new Set<string>();
  let { secondsMax, bidsMax } = room;
  let cutShort = false;
  const candidates = ranked.map((contender) => ({
    contender,
    price: contender.offer.price.priceMicros,
    seconds: secondsOf(contender.offer.creative.creative),
    keys: podKeys(contender.offer.creative, contender.item, dedupe),
  }));
  for (const priority of new Set(ranked.map(({ offer }) => offer.priority))) {
    const ofPriority = candidates.filter(
      ({ contender, keys }) => contender.offer.priority === priority && !keys.some((key) => taken.has(key)),
    );
    const filled = fillPod(ofPriority, { secondsMax, bidsMax });
    cutShort ||= filled.cutShort;
    for (const { contender, seconds, keys } of filled.chosen) {
      chosen.push(contender);
      for (const key of keys) taken.add(key);
      secondsMax -= seconds;
      bidsMax -= 1;
    }
  }
  return { chosen, cutShort };
}

/** What is in the breaks that several impressions are of, by the id of the break. */
export class Breaks {
  #byId: Map<string, Set<string>> | undefined;

  /** Each impression says itself what must not be beside it. */
  takenIn({ video, audio }: Impression): PodTaken | undefined {
    const pod = video?.pod ?? audio?.pod;
    if (pod?.id === undefined) return undefined;
    this.#byId ??= new Map();
    let keys = this.#byId.get(pod.id);
    if (!keys) this.#byId.set(pod.id, (keys = new Set()));
    return { dedupe: pod.dedupe, keys };
  }
}

/** Under every rule that a later impression of the same break may ask for. */
export function addTo({ keys }: PodTaken, { item, offer }: Contender): void {
  for (const key of dedupeKeys(offer.creative, item, DEDUPE_ALL)) keys.add(key);
}
