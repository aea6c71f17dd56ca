import type { Impression } from '../domain/bid-request.js';
import type { LineItem } from '../domain/campaign.js';
import { DIMENSIONS, type DimensionName } from '../domain/dimensions.js';
import type { CampaignRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert } from '../lib/assert.js';
import { doAll, type Steps } from '../lib/steps.js';
import type { CompiledDimension } from './compile-dimension.js';
import type { Dimension } from './dimension.js';
import { IMPRESSION_DIMENSIONS, VISIT_DIMENSIONS } from './dimensions/all.js';
import { dormantReason, LiveLineItems, type IndexedLineItem } from './live-line-items.js';
import type { MatchScratch, Resolved } from './match-scratch.js';
import { wordsFor } from './postings.js';
import { ResolvedDimension } from './resolved-dimension.js';

export type { IndexedLineItem } from './live-line-items.js';
export type { MatchScratch } from './match-scratch.js';

/**
 * Answers "who wants this impression" without walking the campaigns.
 *
 * Every line item has a number, its place in the list the index was built from, and one bit in every bitmap. A
 * dimension (where the visitor is, what the page is about, …) breaks the conditions of all line items into terms, such
 * as the segment `runner` or the ages 25 to 44, and keeps for each term the line items that want it and those that ban
 * it. A request is answered in two steps:
 *
 * - *Resolve*: each dimension finds the terms that hold for the request. Most belong to the request as a whole and are
 *   found once; deals, sizes and the like belong to each impression.
 * - *Walk*: thirty-two line items at a time, start from those in flight and keep, dimension by dimension, those that
 *   are indifferent to it or wanted a term found, less those that banned one; stop at zero.
 *
 * The walk is lazy and goes up in numbers, so with line items numbered by falling value the caller may stop at the
 * first one it can use. An explanation is read off the same words: whoever a dimension drops was turned away by it.
 * Dimensions that nobody chooses in are left out when the index is built. Immutable, but for a memo of who
 * is in flight and what hour it is.
 */
export class TargetingIndex {
  /** How many line items there are. */
  readonly size: number;
  readonly #items: readonly IndexedLineItem[];
  readonly #live: LiveLineItems;
  readonly #visitDimensions: readonly CompiledDimension<Visit>[];
  readonly #impressionDimensions: readonly CompiledDimension<Impression>[];

  /** @param items sorted by falling value; a line item's place becomes its number */
  static build(items: readonly IndexedLineItem[]): TargetingIndex {
    return doAll(TargetingIndex.buildSteps(items));
  }

  /** The same, a dimension a step. */
  static *buildSteps(items: readonly IndexedLineItem[]): Steps<TargetingIndex> {
    const lineItems = items.map((item) => item.lineItem);
    const visitDimensions = yield* compileAll(VISIT_DIMENSIONS, lineItems);
    const impressionDimensions = yield* compileAll(IMPRESSION_DIMENSIONS, lineItems);
    return new TargetingIndex(items, visitDimensions, impressionDimensions);
  }

  private constructor(
    items: readonly IndexedLineItem[],
    visitDimensions: readonly CompiledDimension<Visit>[],
    impressionDimensions: readonly CompiledDimension<Impression>[],
  ) {
    this.size = items.length;
    this.#items = items;
    this.#live = new LiveLineItems(items);
    this.#visitDimensions = visitDimensions;
    this.#impressionDimensions = impressionDimensions;
  }

  /** Working memory for one request at a time, to be used again for the next. */
  newScratch(): MatchScratch {
    const resolve = <Subject>(dimension: CompiledDimension<Subject>): ResolvedDimension<Subject> =>
      new ResolvedDimension(dimension, this.size);
    const visitDimensions = this.#visitDimensions.map(resolve);
    const impressionDimensions = this.#impressionDimensions.map(resolve);
    return {
      owner: this,
      visitDimensions,
      impressionDimensions,
      inOrder: [...visitDimensions, ...impressionDimensions].sort(
        (a, b) => DIMENSIONS.indexOf(a.name) - DIMENSIONS.indexOf(b.name),
      ),
      live: new Uint32Array(wordsFor(this.size)),
      visitWords: new Uint32Array(wordsFor(this.size)),
      visitWordCount: 0,
      word: wordsFor(this.size),
      bits: 0,
    };
  }

  /** Takes up a request: resolves the dimensions that all its impressions share. */
  beginVisit(visit: Visit, scratch: MatchScratch): void {
    assert(scratch.owner === this, 'the scratch must come from this index, not from one before it');
    for (const dimension of scratch.visitDimensions) dimension.resolve(visit);
    scratch.live = this.#live.at(visit.nowMs);
    scratch.visitWordCount = 0;
  }

  /** Takes up one impression of the request: `next` starts again at the first candidate. */
  beginImpression(impression: Impression, scratch: MatchScratch): void {
    for (const dimension of scratch.impressionDimensions) dimension.resolve(impression);
    scratch.word = -1;
    scratch.bits = 0;
  }

  /** @returns the number of the next line item that wants the impression, ascending; -1 when there is no more */
  next(scratch: MatchScratch): number {
    while (scratch.bits === 0) {
      if (scratch.word + 1 >= scratch.visitWords.length) return -1;
      scratch.bits = candidatesIn(++scratch.word, scratch);
    }
    const lowest = scratch.bits & -scratch.bits;
    scratch.bits ^= lowest;
    return scratch.word * 32 + 31 - Math.clz32(lowest);
  }

  /** Empties the scratch. A request that failed half way may leave this out: the next one starts afresh anyway. */
  endVisit(scratch: MatchScratch): void {
    for (const dimension of scratch.inOrder) dimension.clear();
    scratch.word = scratch.visitWords.length;
    scratch.bits = 0;
  }

  /**
   * Reports every line item that is no candidate for the impression begun last, each once, with the first rule that
   * turned it away. Whoever is not reported is what `next` yields.
   */
  explain(
    visit: Visit,
    scratch: MatchScratch,
    rejected: (lineItem: number, rule: CampaignRule | DimensionName) => void,
  ): void {
    for (const [number, item] of this.#items.entries()) {
      const reason = dormantReason(item, visit.nowMs);
      if (reason !== undefined) rejected(number, reason);
    }
    for (let word = 0; word < scratch.live.length; word++) {
      let bits = scratch.live[word] as number;
      for (const dimension of scratch.inOrder) {
        const kept = bits & dimension.word(word);
        for (let dropped = bits & ~kept; dropped !== 0; dropped &= dropped - 1) {
          rejected(word * 32 + 31 - Math.clz32(dropped & -dropped), dimension.name);
        }
        bits = kept;
      }
    }
  }
}

function* compileAll<Subject>(
  dimensions: readonly Dimension<Subject>[],
  lineItems: readonly LineItem[],
): Steps<CompiledDimension<Subject>[]> {
  const compiled: CompiledDimension<Subject>[] = [];
  for (const dimension of dimensions) {
    const each = dimension.compile(lineItems);
    if (each) compiled.push(each);
    yield;
  }
  return compiled;
}

function candidatesIn(word: number, scratch: MatchScratch): number {
  if (word === scratch.visitWordCount) {
    scratch.visitWords[word] = narrow(scratch.live[word] as number, word, scratch.visitDimensions);
    scratch.visitWordCount++;
  }
  return narrow(scratch.visitWords[word] as number, word, scratch.impressionDimensions);
}

function narrow(candidates: number, word: number, dimensions: readonly Resolved[]): number {
  let bits = candidates;
  for (let i = 0; i < dimensions.length && bits !== 0; i++) bits &= (dimensions[i] as Resolved).word(word);
  return bits;
}
