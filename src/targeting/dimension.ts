import type { LineItem } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import type { Pace, Steps } from '../lib/steps.js';
import { choiceIn, compileDimension, type CompiledDimension } from './compile-dimension.js';
import type { DimensionDefinition } from './dimension-definition.js';
import type { IndexedLineItem } from './live-line-items.js';

const WISHES_SHOWN_MAX = 10;

/** A dimension with the type of its conditions put away, so that all of them fit one list. */
export interface Dimension<Subject> {
  readonly name: DimensionName;
  /** Does the line item choose anything here? */
  isChosenIn(lineItem: LineItem): boolean;
  /** @param numbers of those that do, ascending; at least one */
  compile(
    items: readonly Pick<IndexedLineItem, 'lineItem'>[],
    numbers: readonly number[],
    pace: Pace,
  ): Steps<CompiledDimension<Subject>>;
  /** What the line item chooses here, such as `one of runner, outdoor; not bought-shoes-30d`. */
  describeWish(lineItem: LineItem): string;
  /** What the request tells here, or `not told`. */
  describeFound(subject: Subject, lineItem: LineItem): string;
}

export function defineDimension<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
): Dimension<Subject> {
  return {
    name: definition.name,
    isChosenIn: (lineItem) => choiceIn(definition, lineItem) !== undefined,
    compile: (items, numbers, pace) => compileDimension(definition, items, numbers, pace),
    describeWish(lineItem) {
      const { anyOf, noneOf } = definition.choiceOf(lineItem) ?? { anyOf: [], noneOf: [] };
      const parts: string[] = [];
      if (anyOf.length > 0) parts.push((anyOf.length === 1 ? '' : 'one of ') + wordsList(anyOf, definition));
      if (noneOf.length > 0) parts.push(`not ${wordsList(noneOf, definition)}`);
      return parts.join('; ') || 'anything';
    },
    describeFound: (subject, lineItem) => definition.factWords(subject, lineItem) ?? 'not told',
  };
}

function wordsList<Condition, Subject>(
  conditions: readonly Condition[],
  definition: DimensionDefinition<Condition, Subject>,
): string {
  const words = [...new Set(conditions.map((condition) => definition.conditionWords(condition)))];
  const more = words.length - WISHES_SHOWN_MAX;
  return words.slice(0, WISHES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
