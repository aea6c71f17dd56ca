import type { Impression } from '../../domain/bid-request.js';
import type { Choice, Targeting } from '../../domain/campaign.js';
import type { DimensionName } from '../../domain/dimensions.js';
import type { Visit } from '../../domain/visit.js';
import { defineDimension, type Dimension } from '../dimension.js';
import type { DimensionDefinition } from '../dimension-definition.js';
import type { TermSink } from '../postings.js';

/** What a condition is looked up by: equal tokens mean the same thing. */
export type Token = string | number | boolean;

/** A term for each token that occurs in a condition. */
export class TokenTerms {
  readonly #terms = new Map<Token, number>();
  /** Number of the first term, where others share the dimension. */
  firstTerm = 0;

  get count(): number {
    return this.#terms.size;
  }

  learn(token: Token): void {
    if (!this.#terms.has(token)) this.#terms.set(token, this.#terms.size);
  }

  find(token: Token, found: TermSink): void {
    const term = this.#terms.get(token);
    if (term !== undefined) found.add(this.firstTerm + term);
  }
}

/** A dimension whose conditions are tokens, of which a request tells any number. */
export interface TokenDefinition<Condition, Subject> extends Pick<
  DimensionDefinition<Condition, Subject>,
  'name' | 'choiceOf' | 'factWords'
> {
  tokenOf(condition: Condition): Token;
  /** Looks up each token that the request tells. @returns whether it tells any */
  resolve(subject: Subject, terms: TokenTerms, found: TermSink): boolean;
  /** The token when left out. */
  readonly conditionWords?: (condition: Condition) => string;
}

export function tokenDimension<Condition, Subject>(
  definition: TokenDefinition<Condition, Subject>,
): Dimension<Subject> {
  return defineDimension<Condition, Subject>({
    name: definition.name,
    choiceOf: (lineItem) => definition.choiceOf(lineItem),
    newVocabulary() {
      const terms = new TokenTerms();
      return {
        learn: (condition) => {
          terms.learn(definition.tokenOf(condition));
        },
        finish: () => ({
          count: terms.count,
          termsOf: (condition, sink) => terms.find(definition.tokenOf(condition), sink),
          resolve: (subject, found) => (definition.resolve(subject, terms, found) ? 1 : 0),
        }),
      };
    },
    conditionWords: (condition) =>
      definition.conditionWords?.(condition) ?? String(definition.tokenOf(condition)),
    factWords: (subject, lineItem) => definition.factWords(subject, lineItem),
  });
}

/** Names of dimensions whose choice in `Targeting` is a list of plain tokens. */
type PlainName = {
  [Name in DimensionName & keyof Targeting]: Targeting[Name] extends Choice<infer Value> | undefined
    ? Value extends Token
      ? Name
      : never
    : never;
}[DimensionName & keyof Targeting];

/**
 * A dimension of which a request tells one value or none, compared as it stands. An empty text tells nothing.
 *
 * @param valueOf in the case that campaigns are written in
 */
export function valueDimension<Subject extends Visit | Impression>(
  name: PlainName,
  valueOf: (subject: Subject) => Token | undefined,
  valueWords: (value: Token) => string = String,
): Dimension<Subject> {
  return tokenDimension<Token, Subject>({
    name,
    choiceOf: (lineItem) => lineItem.targeting[name],
    tokenOf: (condition) => condition,
    resolve(subject, terms, found) {
      const value = valueOf(subject);
      if (value === undefined || value === '') return false;
      terms.find(value, found);
      return true;
    },
    conditionWords: valueWords,
    factWords(subject) {
      const value = valueOf(subject);
      return value === undefined || value === '' ? undefined : valueWords(value);
    },
  });
}
