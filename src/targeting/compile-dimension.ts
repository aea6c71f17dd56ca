import type { Choice, LineItem, UnknownPolicy } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import type { DimensionDefinition } from './dimension-definition.js';
import { PostingsBuilder, wordsFor, type Postings, type TermSink } from './postings.js';

/**
 * One dimension over all line items. For a request it says of line item `i`:
 *
 *     (passes[told] has i, or a found term is wanted by i) and no found term is banned by i
 *
 * `told` is the set of fact kinds that the request tells, as bits. A line item to which none of the kinds it asks
 * about is told can have no term found; its own word on the unknown is already written into `passes`.
 */
export interface CompiledDimension<Subject> {
  readonly name: DimensionName;
  /** By `told`: the line items that pass unless they are banned. */
  readonly passes: readonly Uint32Array[];
  /** How many line items `passes` holds, by `told`. */
  readonly passCounts: readonly number[];
  readonly wanted: Postings;
  readonly banned: Postings;
  /** Reports the terms that hold. @returns the kinds of fact that were told, as bits */
  resolve(subject: Subject, found: TermSink): number;
}

/** A line item that chooses something in the dimension. */
interface Chooser<Condition> {
  readonly number: number;
  readonly choice: Choice<Condition>;
  readonly unknown: UnknownPolicy;
}

/** @returns undefined when no line item chooses anything in this dimension */
export function compileDimension<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  lineItems: readonly LineItem[],
): CompiledDimension<Subject> | undefined {
  const size = lineItems.length;
  const choosers = choosersIn(definition, lineItems);
  if (choosers.length === 0) return undefined;
  const conditions: Condition[] = [];
  for (const { choice } of choosers) {
    for (const condition of choice.anyOf) conditions.push(condition);
    for (const condition of choice.noneOf) conditions.push(condition);
  }
  const terms = definition.compile(conditions);
  const wanted = new PostingsBuilder();
  const banned = new PostingsBuilder();
  for (const { number, choice } of choosers) {
    wanted.lineItem = number;
    banned.lineItem = number;
    for (const condition of choice.anyOf) terms.termsOf(condition, wanted);
    for (const condition of choice.noneOf) terms.termsOf(condition, banned);
  }
  const turnedAway = Array.from({ length: 1 << (definition.kindCount ?? 1) }, (_, told) =>
    choosers.filter((chooser) => !passesUnlessBanned(chooser, told, definition)),
  );
  return {
    name: definition.name,
    passes: turnedAway.map((choosers) => maskWithout(choosers, size)),
    passCounts: turnedAway.map((choosers) => size - choosers.length),
    wanted: wanted.finish(terms.count, size),
    banned: banned.finish(terms.count, size),
    resolve: (subject, found) => terms.resolve(subject, found),
  };
}

function choosersIn<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  lineItems: readonly LineItem[],
): Chooser<Condition>[] {
  const choosers: Chooser<Condition>[] = [];
  for (let number = 0; number < lineItems.length; number++) {
    const lineItem = lineItems[number] as LineItem;
    const choice = definition.choiceOf(lineItem);
    if (!choice || choice.anyOf.length + choice.noneOf.length === 0) continue;
    choosers.push({ number, choice, unknown: lineItem.targeting.unknown });
  }
  return choosers;
}

/** @param told the kinds of fact that the request tells, as bits */
function passesUnlessBanned<Condition, Subject>(
  { choice, unknown }: Chooser<Condition>,
  told: number,
  { name, kindOf }: DimensionDefinition<Condition, Subject>,
): boolean {
  const asksWhatIsTold = (condition: Condition): boolean => ((kindOf?.(condition) ?? 1) & told) !== 0;
  const wishes = choice.anyOf.length > 0;
  if (choice.anyOf.some(asksWhatIsTold) || choice.noneOf.some(asksWhatIsTold)) return !wishes;
  return (unknown.byDimension.get(name) ?? (wishes ? unknown.lineItem : 'accept')) === 'accept';
}

function maskWithout(choosers: readonly Chooser<unknown>[], size: number): Uint32Array {
  const mask = new Uint32Array(wordsFor(size)).fill(0xffff_ffff);
  for (const { number } of choosers)
    mask[number >>> 5] = (mask[number >>> 5] as number) & ~(1 << (number & 31));
  return mask;
}
