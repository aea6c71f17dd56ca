import type { DimensionName } from '../domain/dimensions.js';
import type { Visit } from '../domain/visit.js';
import type { Pace, Steps } from '../lib/steps.js';
import type { CompiledDimension } from './compile-dimension.js';
import { eachOf, PostingsBuilder, setBit, wordsFor, type Postings } from './postings.js';

/**
 * Where the walk looks for each line item.
 *
 * A line item that wants one of a few segments cannot win a request that finds none of them. So each line item is filed
 * under its rarest wish, in one dimension: a request looks at those that are filed under a term it found, and at the few
 * that wish for nothing rare. Filing only says where to look; whether a line item wants the request is asked as ever.
 */
export interface Filing {
  /** Terms of all dimensions, those of the second behind those of the first; each line item is under those of one dimension. */
  readonly filed: Postings;
  /** By the dimension's place: the number of its first term here; undefined when nothing is filed in it. */
  readonly firstTerms: readonly (number | undefined)[];
  /** Line items that are looked at for every request. */
  readonly unfiled: Uint32Array;
}

/** Dimensions of many values, of which a request tells a few: a wish there leaves few requests. */
const SINGLING_OUT: ReadonlySet<DimensionName> = new Set<DimensionName>([
  'domains',
  'bundles',
  'publishers',
  'categories',
  'keywords',
  'models',
  'carriers',
  'geo',
  'segments',
  'interests',
]);

const NOWHERE = 0xffff;

/** @param size of the index, in line items */
export function* fileSteps(
  dimensions: readonly CompiledDimension<Visit>[],
  size: number,
  pace: Pace,
): Steps<Filing> {
  const homes = new Uint16Array(size).fill(NOWHERE);
  const commonness = new Float64Array(size).fill(Infinity);
  for (const [place, dimension] of dimensions.entries()) {
    if (SINGLING_OUT.has(dimension.name)) yield* chooseHomes(place, dimension, homes, commonness, pace);
  }
  const unfiled = new Uint32Array(wordsFor(size));
  const places = new Set<number>();
  for (let lineItem = 0; lineItem < size; lineItem++) {
    const home = homes[lineItem] as number;
    if (home === NOWHERE) setBit(unfiled, lineItem);
    else places.add(home);
    if (pace.isDue()) yield;
  }
  const builder = new PostingsBuilder();
  const firstTerms: (number | undefined)[] = [];
  let terms = 0;
  for (const [place, { wanted }] of dimensions.entries()) {
    if (!places.has(place)) continue;
    firstTerms[place] = terms;
    for (let term = 0; term < wanted.counts.length; term++) {
      yield* eachOf(wanted, term, pace, (lineItem) => {
        builder.lineItem = lineItem;
        if (homes[lineItem] === place) builder.add(terms + term);
      });
    }
    terms += wanted.counts.length;
  }
  return { filed: yield* builder.finish(terms, size, pace), firstTerms, unfiled };
}

/**
 * Moves into a dimension whoever has rarer wishes there than where it was filed before. The share of line items that
 * want a term stands for the share of requests that find it, since advertisers go where the people are.
 */
function* chooseHomes(
  place: number,
  { passes, wanted }: CompiledDimension<Visit>,
  homes: Uint16Array,
  commonness: Float64Array,
  pace: Pace,
): Steps<void> {
  const size = homes.length;
  const sums = new Float64Array(size);
  for (let term = 0; term < wanted.counts.length; term++) {
    const count = wanted.counts[term] as number;
    yield* eachOf(wanted, term, pace, (lineItem) => {
      sums[lineItem] = (sums[lineItem] as number) + count;
    });
  }
  for (let lineItem = 0; lineItem < size; lineItem++) {
    if (pace.isDue()) yield;
    const sum = sums[lineItem] as number;
    if (sum >= (commonness[lineItem] as number)) continue;
    // Who passes without a term found, be it that nothing is told, must be looked at anyway.
    if (sum === 0 || passes.some((mask) => hasBit(mask, lineItem))) continue;
    commonness[lineItem] = sum;
    homes[lineItem] = place;
  }
}

function hasBit(bitmap: Uint32Array, position: number): boolean {
  return (((bitmap[position >>> 5] as number) >>> (position & 31)) & 1) === 1;
}
