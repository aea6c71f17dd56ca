import { setFlagsFromString } from 'node:v8';

/** Of what is in use after a collection, in percent. */
const GROWTH_PERCENT = 40;

/**
 * Tells the engine what it cannot know of a bidder; to be called before anything is loaded.
 *
 * Most of what it holds stays: line items and profiles. So the heap need not more than double between two full collections, as the
 * engine would let one of this size; two fifths more is enough, and a collection of the young has fewer pages to look through.
 *
 * And loading is no pattern for requests. The engine would see that what is made while files are loaded stays, and from then on make
 * everything that comes from the same places among the old, the keys and lists of each request too; they would be garbage
 * there at once, which only a full collection takes away. A full collection competes with requests for the processor for some hundred
 * milliseconds.
 *
 * A collection of the young takes a millisecond. Shared among threads it takes as long as the last of them waits for a processor.
 */
export function tuneHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  setFlagsFromString('--no-allocation-site-pretenuring');
  setFlagsFromString('--no-parallel-scavenge');
}
