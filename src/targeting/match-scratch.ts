import type { Impression } from '../domain/bid-request.js';
import type { Visit } from '../domain/visit.js';
import type { Block } from './block.js';
import type { PostingUnion } from './posting-union.js';
import type { ResolvedDimension } from './resolved-dimension.js';

/**
 * The working memory of one request: what each dimension made of it, and how far the walk has come. Belongs to the
 * index that made it and to one request at a time; only the index looks inside.
 */
export interface MatchScratch {
  /** The index that made it. */
  readonly owner: object;
  readonly visitDimensions: readonly ResolvedDimension<Visit>[];
  readonly impressionDimensions: readonly ResolvedDimension<Impression>[];
  /** Both together, in the order of DIMENSIONS. */
  readonly inOrder: readonly Resolved[];
  /** Those that may turn somebody away, the ones that keep the fewest first. */
  readonly visitNarrowing: Resolved[];
  readonly impressionNarrowing: Resolved[];
  /** Line items that are filed under a term found. */
  readonly filed: PostingUnion;
  /** Line items that are switched on and in flight. */
  live: Uint32Array;
  /**
   * Who is looked at and passes `live` and the visit's dimensions, as far as walked, for the other impressions of the
   * request.
   */
  readonly visitWords: Uint32Array;
  visitBlockCount: number;
  /** Has the request several? */
  isShared: boolean;
  /** The candidates of the block that the walk stands in. */
  readonly block: Block;
  /** How many of its lit words the walk has come to. */
  lit: number;
  /** The candidates of the last of them that were not yet handed out, */
  bits: number;
  /** and the number of the first line item of that word. */
  firstNumber: number;
}

/** A resolved dimension when it no longer matters what it was resolved from. */
export type Resolved = Pick<
  ResolvedDimension<never>,
  'name' | 'keepsMax' | 'matters' | 'narrow' | 'rewind' | 'clear'
>;
