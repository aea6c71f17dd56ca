import type { Choice, LineItem } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import type { TermSink } from './postings.js';

/**
 * What a dimension says about itself. `Condition` is one value of a campaign file's choice (a segment, an age range, a
 * place); `Subject` is where its facts come from: the `Visit`, shared by all impressions of a request, or one
 * `Impression`.
 */
export interface DimensionDefinition<Condition, Subject> {
  readonly name: DimensionName;
  /** @returns undefined when every impression will do */
  choiceOf(lineItem: LineItem): Choice<Condition> | undefined;
  newVocabulary(): Vocabulary<Condition, Subject>;
  /**
   * Into how many kinds facts fall that a request tells one without the other; 1 when left out. The unknown is then
   * judged by the kinds that a line item asks about: it is told when at least one of them is told.
   */
  readonly kindCount?: number;
  /** The kind of fact that a condition asks about, as one bit: 1, 2, 4, … */
  readonly kindOf?: (condition: Condition) => number;
  /** A condition in words, for explanations. */
  conditionWords(condition: Condition): string;
  /** What the request tells, in words, or undefined when it does not. */
  factWords(subject: Subject, lineItem: LineItem): string | undefined;
}

/** Is told the conditions of all line items one by one, repeats included, and breaks them into terms in the end. */
export interface Vocabulary<Condition, Subject> {
  learn(condition: Condition): void;
  finish(): Terms<Condition, Subject>;
}

/**
 * The conditions of one dimension broken into terms, numbered from 0: a condition holds when at least one of its terms
 * holds. Terms are shared by the conditions that have them in common.
 */
interface Terms<Condition, Subject> {
  readonly count: number;
  /** Reports the terms of a condition. */
  termsOf(condition: Condition, sink: TermSink): void;
  /** Reports the terms that hold for a request. @returns the kinds of fact that it tells, as bits; 0 = none */
  resolve(subject: Subject, found: TermSink): number;
}
