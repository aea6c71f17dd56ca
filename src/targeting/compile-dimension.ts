import type { Choice, LineItem } from '../domain/campaign.js';
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
  readonly wanted: Postings;
  readonly banned: Postings;
  /** Reports the terms that hold. @returns the kinds of fact that were told, as bits */
  resolve(subject: Subject, found: TermSink): number;
}

/** A line item that chooses something in the dimension. */
interface Chooser<Condition> {
  readonly number: number;
  readonly choice: Choice<Condition>;
  /** The kinds of fact that it asks about, as bits. */
  readonly asked: number;
  /** Does it pass, unless banned, when some of them are told, and when none is? */
  readonly passesTold: boolean;
  readonly passesUntold: boolean;
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
  return {
    name: definition.name,
    passes: passMasks(choosers, definition.kindCount ?? 1, size),
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
    const wishes = choice.anyOf.length > 0;
    const { lineItem: ownWord, byDimension } = lineItem.targeting.unknown;
    const onUnknown = byDimension.get(definition.name) ?? (wishes ? ownWord : 'accept');
    choosers.push({
      number,
      choice,
      asked: kindsAsked(choice, definition.kindOf),
      passesTold: !wishes,
      passesUntold: onUnknown === 'accept',
    });
  }
  return choosers;
}

function kindsAsked<Condition>(
  choice: Choice<Condition>,
  kindOf: ((condition: Condition) => number) | undefined,
): number {
  if (!kindOf) return 1;
  let kinds = 0;
  for (const condition of choice.anyOf) kinds |= kindOf(condition);
  for (const condition of choice.noneOf) kinds |= kindOf(condition);
  return kinds;
}

/**
 * One mask for each set of fact kinds that a request may tell. Apart from `compileDimension`, so that what an index
 * keeps does not hold on to the choosers.
 */
function passMasks(choosers: readonly Chooser<unknown>[], kindCount: number, size: number): Uint32Array[] {
  return Array.from({ length: 1 << kindCount }, (_, told) => passMask(choosers, told, size));
}

/** Everybody but the choosers that do not pass when these kinds of fact are told. */
function passMask(choosers: readonly Chooser<unknown>[], told: number, size: number): Uint32Array {
  const mask = new Uint32Array(wordsFor(size)).fill(0xffff_ffff);
  for (const { number, asked, passesTold, passesUntold } of choosers) {
    if ((asked & told) === 0 ? passesUntold : passesTold) continue;
    mask[number >>> 5] = (mask[number >>> 5] as number) & ~(1 << (number & 31));
  }
  return mask;
}
