import type { Choice, LineItem } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import type { Pace, Steps } from '../lib/steps.js';
import type { DimensionDefinition } from './dimension-definition.js';
import type { IndexedLineItem } from './live-line-items.js';
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
  /** By `told`: how many they are. */
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
  /** The kinds of fact that it asks about, as bits. */
  readonly asked: number;
  /** Does it pass, unless banned, when some of them are told, and when none is? */
  readonly passesTold: boolean;
  readonly passesUntold: boolean;
}

/** @param numbers of those that choose something in this dimension, ascending; at least one */
export function* compileDimension<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  items: readonly Pick<IndexedLineItem, 'lineItem'>[],
  numbers: readonly number[],
  pace: Pace,
): Steps<CompiledDimension<Subject>> {
  const size = items.length;
  const choosers = yield* choosersAmong(definition, items, numbers, pace);
  const vocabulary = definition.newVocabulary();
  for (const { choice } of choosers) {
    for (const conditions of [choice.anyOf, choice.noneOf]) {
      for (const condition of conditions) {
        vocabulary.learn(condition);
        if (pace.isDue()) yield;
      }
    }
  }
  const terms = vocabulary.finish();
  const wanted = new PostingsBuilder();
  const banned = new PostingsBuilder();
  for (const { number, choice } of choosers) {
    wanted.lineItem = number;
    banned.lineItem = number;
    for (const condition of choice.anyOf) {
      terms.termsOf(condition, wanted);
      if (pace.isDue()) yield;
    }
    for (const condition of choice.noneOf) {
      terms.termsOf(condition, banned);
      if (pace.isDue()) yield;
    }
  }
  return {
    name: definition.name,
    ...(yield* passMasks(choosers, definition.kindCount ?? 1, size, pace)),
    wanted: yield* wanted.finish(terms.count, size, pace),
    banned: yield* banned.finish(terms.count, size, pace),
    resolve: resolverOf(terms),
  };
}

/** Apart from `compileDimension`, so that what an index keeps does not hold on to the choosers. */
function resolverOf<Subject>(terms: {
  resolve(subject: Subject, found: TermSink): number;
}): (subject: Subject, found: TermSink) => number {
  return (subject, found) => terms.resolve(subject, found);
}

/** @returns what a line item chooses in a dimension; undefined when every impression will do */
export function choiceIn<Condition>(
  { choiceOf }: Pick<DimensionDefinition<Condition, never>, 'choiceOf'>,
  lineItem: LineItem,
): Choice<Condition> | undefined {
  const choice = choiceOf(lineItem);
  return choice && choice.anyOf.length + choice.noneOf.length > 0 ? choice : undefined;
}

function* choosersAmong<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  items: readonly Pick<IndexedLineItem, 'lineItem'>[],
  numbers: readonly number[],
  pace: Pace,
): Steps<Chooser<Condition>[]> {
  const choosers: Chooser<Condition>[] = [];
  for (const number of numbers) {
    if (pace.isDue()) yield;
    const { lineItem } = items[number] as IndexedLineItem;
    const choice = choiceIn(definition, lineItem);
    if (!choice) continue;
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

/** One mask for each set of fact kinds that a request may tell: everybody but the choosers that do not pass then. */
function* passMasks(
  choosers: readonly Chooser<unknown>[],
  kindCount: number,
  size: number,
  pace: Pace,
): Steps<Pick<CompiledDimension<never>, 'passes' | 'passCounts'>> {
  const passes = Array.from({ length: 1 << kindCount }, () => everybody(size));
  const passCounts = passes.map(() => size);
  for (const { number, asked, passesTold, passesUntold } of choosers) {
    if (pace.isDue()) yield;
    for (const [told, mask] of passes.entries()) {
      if ((asked & told) === 0 ? passesUntold : passesTold) continue;
      mask[number >>> 5] = (mask[number >>> 5] as number) & ~(1 << (number & 31));
      passCounts[told] = (passCounts[told] as number) - 1;
    }
  }
  return { passes, passCounts };
}

function everybody(size: number): Uint32Array {
  return new Uint32Array(wordsFor(size)).fill(0xffff_ffff);
}
