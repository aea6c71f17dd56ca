import type { Choice } from '../../domain/campaign.js';
import { isListed, isNamed } from '../../domain/inventory-list.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { defineDimension } from '../dimension.js';

/** A list that is wanted and the same list when it is banned are asked apart, since both fail where it is missing. */
interface ListCondition {
  readonly name: string;
  readonly isBan: boolean;
}

/**
 * The operator's lists of sites, apps and publishers. A list holds millions of entries, so only those that line items
 * name are asked. One that is missing holds nothing that is wanted and everything that is banned.
 */
export const lists: Dimension<Visit> = defineDimension<ListCondition, Visit>({
  name: 'lists',
  choiceOf: ({ targeting }) => targeting.lists && conditionsOf(targeting.lists),
  newVocabulary() {
    const numbers = new Map<string, number>();
    const termOf = ({ name, isBan }: ListCondition): number => 2 * (numbers.get(name) ?? 0) + (isBan ? 1 : 0);
    return {
      learn({ name }) {
        if (!numbers.has(name)) numbers.set(name, numbers.size);
      },
      finish: () => ({
        count: 2 * numbers.size,
        termsOf: (condition, sink) => sink.add(termOf(condition)),
        resolve({ lists: ofOperator, request: { inventory }, exchange }, found) {
          if (!isNamed(inventory)) return 0;
          for (const [name, number] of numbers) {
            const list = ofOperator.get(name);
            const isIn = list !== undefined && isListed(list, inventory, exchange);
            if (isIn) found.add(2 * number);
            if (isIn || !list) found.add(2 * number + 1);
          }
          return 1;
        },
      }),
    };
  },
  conditionWords: ({ name }) => name,
  factWords: ({ request: { inventory }, lists: ofOperator, exchange }) => {
    if (!isNamed(inventory)) return undefined;
    const names = [...ofOperator].flatMap(([name, list]) =>
      isListed(list, inventory, exchange) ? [name] : [],
    );
    return names.length === 0 ? 'on no list' : `on ${names.join(', ')}`;
  },
});

function conditionsOf({ anyOf, noneOf }: Choice<string>): Choice<ListCondition> {
  return {
    anyOf: anyOf.map((name) => ({ name, isBan: false })),
    noneOf: noneOf.map((name) => ({ name, isBan: true })),
  };
}
