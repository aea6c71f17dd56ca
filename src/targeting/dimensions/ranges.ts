import type { Range } from '../../domain/campaign.js';
import type { DimensionName } from '../../domain/dimensions.js';
import type { Visit } from '../../domain/visit.js';
import { defineDimension, type Dimension } from '../dimension.js';
import type { Vocabulary } from '../dimension-definition.js';
import type { TermSink } from '../postings.js';

export interface KeyedRange {
  readonly key: string;
  readonly range: Range;
}

/**
 * Terms for ranges of numbers, by key: which ranges of `age` hold 34?
 *
 * The distinct ends of a key's ranges cut the line of numbers into slots: each end is one, each gap between two ends is
 * one. A segment tree stands over the slots, and each of its nodes is a term. A range is the few nodes that cover its
 * slots exactly; a number is in a range when one of them stands above the number's slot. So K distinct ends cost about
 * 2 log2(K) terms a range and log2(K) a request, however many ranges there are.
 */
export class RangeTerms {
  /** Known once all ranges are learnt. */
  count = 0;
  readonly #ends = new Map<string, Set<number>>();
  readonly #trees = new Map<string, SlotTree>();

  learn({ key, range }: KeyedRange): void {
    let ofKey = this.#ends.get(key);
    if (!ofKey) this.#ends.set(key, (ofKey = new Set()));
    if (Number.isFinite(range.min)) ofKey.add(range.min);
    if (Number.isFinite(range.max)) ofKey.add(range.max);
  }

  /**
   * Grows the trees, when all ranges are learnt.
   *
   * @param firstTerm number of the first term, where others share the dimension
   */
  finish(firstTerm = 0): void {
    for (const [key, ofKey] of this.#ends) {
      const ends = Float64Array.from(ofKey).sort();
      const tree = { ends, slotCount: 2 * ends.length + 1, firstTerm: firstTerm + this.count };
      this.#trees.set(key, tree);
      this.count += 2 * tree.slotCount;
    }
    this.#ends.clear();
  }

  /** Reports the nodes that cover a range. It must be one of those that the terms were made for. */
  termsOf({ key, range }: KeyedRange, sink: TermSink): void {
    const tree = this.#trees.get(key) as SlotTree;
    let low = tree.slotCount + slotOf(tree.ends, range.min);
    let high = tree.slotCount + slotOf(tree.ends, range.max) + 1;
    for (; low < high; low >>= 1, high >>= 1) {
      if (low & 1) sink.add(tree.firstTerm + low++);
      if (high & 1) sink.add(tree.firstTerm + --high);
    }
  }

  /** Reports the nodes above a number. */
  find(key: string, value: number, found: TermSink): void {
    const tree = this.#trees.get(key);
    if (!tree) return;
    for (let node = tree.slotCount + slotOf(tree.ends, value); node > 0; node >>= 1) {
      found.add(tree.firstTerm + node);
    }
  }
}

/** Leaves are the nodes from `slotCount` on; the parent of a node is half its number. */
interface SlotTree {
  readonly ends: Float64Array;
  readonly slotCount: number;
  readonly firstTerm: number;
}

/** The slot of end `i` is `2 i + 1`; `2 i` is the gap below it. */
function slotOf(ends: Float64Array, value: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return ends[low] === value ? 2 * low + 1 : 2 * low;
}

/**
 * The vocabulary of a dimension that is nothing but ranges.
 *
 * @param resolve looks up each number that the request tells; gives whether it tells any
 */
export function rangeVocabulary<Condition>(
  rangeOf: (condition: Condition) => KeyedRange,
  resolve: (visit: Visit, terms: RangeTerms, found: TermSink) => boolean,
): Vocabulary<Condition, Visit> {
  const terms = new RangeTerms();
  return {
    learn: (condition) => {
      terms.learn(rangeOf(condition));
    },
    finish() {
      terms.finish();
      return {
        count: terms.count,
        termsOf: (condition, sink) => {
          terms.termsOf(rangeOf(condition), sink);
        },
        resolve: (visit, found) => (resolve(visit, terms, found) ? 1 : 0),
      };
    },
  };
}

type RangeName = Extract<DimensionName, 'age' | 'recency' | 'frequency' | 'monetary' | 'lifetime'>;

/** A dimension of ranges, of which a request tells one number or none. */
export function rangeDimension(
  name: RangeName,
  unit: string,
  valueOf: (visit: Visit) => number | undefined,
): Dimension<Visit> {
  return defineDimension<Range, Visit>({
    name,
    choiceOf: (lineItem) => lineItem.targeting[name],
    newVocabulary: () =>
      rangeVocabulary(
        (range) => ({ key: name, range }),
        (visit, terms, found) => {
          const value = valueOf(visit);
          if (value === undefined) return false;
          terms.find(name, value, found);
          return true;
        },
      ),
    conditionWords: rangeWords,
    factWords(visit) {
      const value = valueOf(visit);
      return value === undefined ? undefined : `${value}${unit}`;
    },
  });
}

/** `25 to 44`, `from 25`, `up to 44`, `any`. */
export function rangeWords({ min, max }: Range, wordsOf: (value: number) => string = String): string {
  if (min === max) return wordsOf(min);
  if (min === -Infinity) return max === Infinity ? 'any' : `up to ${wordsOf(max)}`;
  return max === Infinity ? `from ${wordsOf(min)}` : `${wordsOf(min)} to ${wordsOf(max)}`;
}
