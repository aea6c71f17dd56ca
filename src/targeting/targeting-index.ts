import type { Impression } from '../domain/bid-request.js';
import { DIMENSIONS, type DimensionName } from '../domain/dimensions.js';
import type { CampaignRule } from '../domain/rejection.js';
import type { Visit } from '../domain/visit.js';
import { assert } from '../lib/assert.js';
import { doAll, Pace, type Steps } from '../lib/steps.js';
import { Block, BLOCK_WORDS } from './block.js';
import { chosenDimensions, compileChosen } from './chosen-dimensions.js';
import type { CompiledDimension } from './compile-dimension.js';
import { IMPRESSION_DIMENSIONS, VISIT_DIMENSIONS } from './dimensions/all.js';
import { fileSteps, type Filing } from './filing.js';
import { dormantReason, LiveLineItems, type IndexedLineItem } from './live-line-items.js';
import type { MatchScratch, Resolved } from './match-scratch.js';
import { PostingUnion } from './posting-union.js';
import { lowestBit, wordsFor } from './postings.js';
import { ResolvedDimension } from './resolved-dimension.js';

export type { IndexedLineItem } from './live-line-items.js';
export type { MatchScratch } from './match-scratch.js';
export { chosenDimensions, type ChosenDimensions } from './chosen-dimensions.js';

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
 * - *Walk*: a block of 512 line items at a time, start from those in flight that may want it (see ./filing.ts) and keep,
 *   dimension by dimension, those that are indifferent to it or wanted a term found, less those that banned one; stop when
 *   nobody is left. Dimensions that keep few are asked first, those that turn nobody away not at all.
 *
 * The walk is lazy and goes up in numbers, so with line items numbered by falling value the caller may stop at the
 * first one it can use. An explanation is read off the same words, of all line items: whoever a dimension drops was turned
 * away by it.
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
  readonly #filing: Filing;

  /** @param items sorted by falling value; a line item's place becomes its number */
  static build(items: readonly IndexedLineItem[]): TargetingIndex {
    return doAll(TargetingIndex.buildSteps(items));
  }

  /** The same, in steps of a fraction of a millisecond. */
  static *buildSteps(items: readonly IndexedLineItem[]): Steps<TargetingIndex> {
    const pace = new Pace();
    const ofVisits: number[] = [];
    const ofImpressions: number[] = [];
    for (const { lineItem, chosen = chosenDimensions(lineItem) } of items) {
      ofVisits.push(chosen.visit);
      ofImpressions.push(chosen.impression);
      if (pace.isDue()) yield;
    }
    const live = yield* LiveLineItems.from(items, pace);
    const visitDimensions = yield* compileChosen(VISIT_DIMENSIONS, items, ofVisits, pace);
    const impressionDimensions = yield* compileChosen(IMPRESSION_DIMENSIONS, items, ofImpressions, pace);
    const filing = yield* fileSteps(visitDimensions, items.length, pace);
    return new TargetingIndex(items, live, visitDimensions, impressionDimensions, filing);
  }

  private constructor(
    items: readonly IndexedLineItem[],
    live: LiveLineItems,
    visitDimensions: readonly CompiledDimension<Visit>[],
    impressionDimensions: readonly CompiledDimension<Impression>[],
    filing: Filing,
  ) {
    this.size = items.length;
    this.#items = items;
    this.#live = live;
    this.#visitDimensions = visitDimensions;
    this.#impressionDimensions = impressionDimensions;
    this.#filing = filing;
  }

  /** Working memory for one request at a time, to be used again for the next. */
  newScratch(): MatchScratch {
    const filed = new PostingUnion(this.#filing.filed);
    const visitDimensions = this.#visitDimensions.map((dimension, place) => {
      const firstTerm = this.#filing.firstTerms[place];
      const ofDimension = firstTerm === undefined ? undefined : { union: filed, firstTerm };
      return new ResolvedDimension(dimension, this.size, ofDimension);
    });
    const impressionDimensions = this.#impressionDimensions.map(
      (dimension) => new ResolvedDimension(dimension, this.size, undefined),
    );
    return {
      owner: this,
      visitDimensions,
      impressionDimensions,
      inOrder: [...visitDimensions, ...impressionDimensions].sort(
        (a, b) => DIMENSIONS.indexOf(a.name) - DIMENSIONS.indexOf(b.name),
      ),
      visitNarrowing: [],
      impressionNarrowing: [],
      filed,
      live: NO_WORDS,
      visitWords: new Uint32Array(wordsFor(this.size)),
      isShared: false,
      visitBlockCount: 0,
      block: new Block(),
      lit: 0,
      bits: 0,
      firstNumber: 0,
    };
  }

  /** Takes up a request: resolves the dimensions that all its impressions share. */
  beginVisit(visit: Visit, scratch: MatchScratch): void {
    assert(scratch.owner === this, 'the scratch must come from this index, not from one before it');
    scratch.filed.clear();
    for (const dimension of scratch.visitDimensions) dimension.resolve(visit);
    putInOrder(scratch.visitDimensions, scratch.visitNarrowing);
    scratch.live = this.#live.at(visit.nowMs);
    scratch.isShared = visit.request.impressions.length > 1;
    scratch.visitBlockCount = 0;
  }

  /** Takes up one impression of the request: `next` starts again at the first candidate. */
  beginImpression(impression: Impression, scratch: MatchScratch): void {
    for (const dimension of scratch.impressionDimensions) dimension.resolve(impression);
    putInOrder(scratch.impressionDimensions, scratch.impressionNarrowing);
    beginWalk(scratch, keepsNobody(scratch) ? this.#blockCount : 0);
  }

  /** @returns the number of the next line item that wants the impression, ascending; -1 when there is no more */
  next(scratch: MatchScratch): number {
    const { block } = scratch;
    while (scratch.bits === 0) {
      if (scratch.lit < block.litCount) {
        const place = block.lit[scratch.lit++] as number;
        scratch.bits = block.bits[place] as number;
        scratch.firstNumber = (block.number * BLOCK_WORDS + place) * 32;
      } else {
        if (block.number + 1 >= this.#blockCount) return -1;
        block.number++;
        scratch.lit = 0;
        this.#enter(scratch);
      }
    }
    const number = scratch.firstNumber + lowestBit(scratch.bits);
    scratch.bits &= scratch.bits - 1;
    return number;
  }

  /** Ends the walk. A request that failed half way may leave this out: the next one starts afresh anyway. */
  endVisit(scratch: MatchScratch): void {
    beginWalk(scratch, this.#blockCount);
  }

  /**
   * Reports every line item that is no candidate for the impression begun last, each once, with the first rule that
   * turned it away. Whoever is not reported is what `next` yields, from the first candidate on again.
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
    this.#rewind(scratch);
    const { block } = scratch;
    const before = new Uint32Array(BLOCK_WORDS);
    for (block.number = 0; block.number < this.#blockCount; block.number++) {
      readBlock(scratch.live, block);
      for (const dimension of scratch.inOrder) {
        before.set(block.bits);
        dimension.narrow(block);
        for (let place = 0; place < BLOCK_WORDS; place++) {
          const first = (block.number * BLOCK_WORDS + place) * 32;
          let dropped = (before[place] as number) & ~(block.bits[place] as number);
          for (; dropped !== 0; dropped &= dropped - 1) rejected(first + lowestBit(dropped), dimension.name);
        }
      }
    }
    this.#rewind(scratch);
  }

  get #blockCount(): number {
    return wordsFor(this.size) / BLOCK_WORDS;
  }

  /** Finds the candidates of a block. */
  #enter(scratch: MatchScratch): void {
    const { block } = scratch;
    if (block.number < scratch.visitBlockCount) {
      readBlock(scratch.visitWords, block);
    } else {
      this.#look(scratch);
      narrow(block, scratch.visitNarrowing);
      if (scratch.isShared) {
        scratch.visitWords.set(block.bits, block.number * BLOCK_WORDS);
        scratch.visitBlockCount++;
      }
    }
    narrow(block, scratch.impressionNarrowing);
  }

  /** Takes those of a block that are in flight and may want the request. */
  #look({ filed, live, block }: MatchScratch): void {
    const { unfiled } = this.#filing;
    const found = filed.of(block);
    const { bits, lit } = block;
    const first = block.number * BLOCK_WORDS;
    let count = 0;
    for (let place = 0; place < BLOCK_WORDS; place++) {
      const looked =
        ((unfiled[first + place] as number) | (found[place] as number)) & (live[first + place] as number);
      bits[place] = looked;
      if (looked !== 0) lit[count++] = place;
    }
    block.litCount = count;
  }

  /** Starts the walk again for the same impression. */
  #rewind(scratch: MatchScratch): void {
    for (const dimension of scratch.inOrder) dimension.rewind();
    scratch.filed.rewind();
    scratch.visitBlockCount = 0;
    beginWalk(scratch, keepsNobody(scratch) ? this.#blockCount : 0);
  }
}

/** @param block the first one to walk through */
function beginWalk(scratch: MatchScratch, block: number): void {
  scratch.block.number = block - 1;
  scratch.block.litCount = 0;
  scratch.lit = 0;
  scratch.bits = 0;
}

function readBlock(words: Uint32Array, block: Block): void {
  const first = block.number * BLOCK_WORDS;
  for (let place = 0; place < BLOCK_WORDS; place++) block.bits[place] = words[first + place] as number;
  block.light();
}

const NO_WORDS = new Uint32Array(0);

/** Fills `narrowing` with the dimensions that matter, the ones that keep the fewest first: zero is reached sooner. */
function putInOrder(dimensions: readonly Resolved[], narrowing: Resolved[]): void {
  let count = 0;
  for (const dimension of dimensions) {
    if (!dimension.matters) continue;
    let place = count++;
    for (; place > 0; place--) {
      const before = narrowing[place - 1] as Resolved;
      if (before.keepsMax <= dimension.keepsMax) break;
      narrowing[place] = before;
    }
    narrowing[place] = dimension;
  }
  narrowing.length = count;
}

function keepsNobody({ visitNarrowing, impressionNarrowing }: MatchScratch): boolean {
  return visitNarrowing[0]?.keepsMax === 0 || impressionNarrowing[0]?.keepsMax === 0;
}

function narrow(block: Block, dimensions: readonly Resolved[]): void {
  for (let i = 0; i < dimensions.length && block.litCount > 0; i++) (dimensions[i] as Resolved).narrow(block);
}
