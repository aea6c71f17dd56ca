import type { Pod } from '../domain/bid-request.js';
import { areReadableIntegers } from './codes.js';
import {
  isTold,
  readCount,
  readInteger,
  readIntegers,
  readText,
  UNREADABLE,
  type JsonObject,
} from './read.js';

export type PodFields = JsonObject<'poddur' | 'maxseq' | 'podid' | 'podseq' | 'slotinpod' | 'poddedupe'>;

/** Every AdCOM "Pod Deduplication Setting". */
const DEDUPE_ALL: readonly number[] = [1, 2, 3, 4];

/**
 * OpenRTB 2.6 §7.6: time to be filled (`poddur`, `maxseq`) makes a pod dynamic, in a break that has fixed slots beside
 * it or not; a pod's id or place alone is one slot of a structured one. What limits it and cannot be read is taken at
 * its narrowest: one bid, one break for all, nothing twice.
 *
 * @param fields where `isReadablePod` holds
 * @param extension where they stood before OpenRTB 2.6
 */
export function decodePod(fields: PodFields, extension: PodFields): Pod | undefined {
  const poddur = fields.poddur ?? extension.poddur;
  const maxseq = fields.maxseq ?? extension.maxseq;
  const podid = fields.podid ?? extension.podid;
  const slot = readInteger(fields.slotinpod ?? extension.slotinpod);
  const isDynamic = isTold(poddur) || isTold(maxseq);
  if (!isDynamic && !isTold(podid) && slot === undefined) return undefined;
  return {
    kind: isDynamic ? 'dynamic' : 'structured',
    id: isTold(podid) ? (readText(podid) ?? UNREADABLE) : undefined,
    seconds: isDynamic ? (readCount(poddur) ?? Infinity) : 0,
    bidsMax: isDynamic ? (readCount(maxseq) ?? (isTold(maxseq) ? 1 : Infinity)) : 1,
    sequence: readInteger(fields.podseq ?? extension.podseq) ?? 0,
    slot: slot ?? 0,
    dedupe: dedupeOf(fields.poddedupe ?? extension.poddedupe),
  };
}

/** @returns false when nobody can tell how much time there is */
export function isReadablePod(fields: PodFields, extension: PodFields): boolean {
  const poddur = fields.poddur ?? extension.poddur;
  return !isTold(poddur) || readCount(poddur) !== undefined;
}

function dedupeOf(value: unknown): readonly number[] {
  return areReadableIntegers(value) ? readIntegers(value) : DEDUPE_ALL;
}
