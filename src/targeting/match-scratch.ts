import type { Impression } from '../domain/bid-request.js';
import type { Visit } from '../domain/visit.js';
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
  /** Line items that are switched on and in flight. */
  live: Uint32Array;
  /** Who passes `live` and the visit's dimensions, as far as walked: the impressions of a request share it. */
  readonly visitWords: Uint32Array;
  visitWordCount: number;
  /** The word that the walk stands in, and the candidates in it that were not yet handed out. */
  word: number;
  bits: number;
}

/** A resolved dimension when it no longer matters what it was resolved from. */
export type Resolved = Pick<ResolvedDimension<never>, 'name' | 'word' | 'clear'>;
