import type { Choice, LineItem } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import { assert } from '../lib/assert.js';
import type { Pace, Steps } from '../lib/steps.js';
import type { DimensionDefinition, Vocabulary } from './dimension-definition.js';
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

/**
 * Those who choose something in the dimension, a place each. Flat, since an object each for a hundred thousand line items in
 * every dimension keeps the garbage collector busy for as long as requests have to wait.
 */
interface Choosers {
  readonly numbers: readonly number[];
  /** The kinds of fact that each asks about, as bits. */
  readonly asked: Uint8Array;
  /** Does it pass, unless banned: when some of them are told, and when none is? As PASSES_TOLD and PASSES_UNTOLD. */
  readonly passing: Uint8Array;
}

const PASSES_TOLD = 1;
const PASSES_UNTOLD = 2;

/** @param numbers of those that choose something in this dimension, ascending; at least one */
export function* compileDimension<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  items: readonly Pick<IndexedLineItem, 'lineItem'>[],
  numbers: readonly number[],
  pace: Pace,
): Steps<CompiledDimension<Subject>> {
  const size = items.length;
  const vocabulary = definition.newVocabulary();
  const choosers = yield* learnChoices(definition, items, numbers, vocabulary, pace);
  const terms = vocabulary.finish();
  const wanted = new PostingsBuilder();
  const banned = new PostingsBuilder();
  for (const number of numbers) {
    if (pace.isDue()) yield;
    const { anyOf, noneOf } = chosenBy(definition, (items[number] as IndexedLineItem).lineItem);
    wanted.lineItem = number;
    banned.lineItem = number;
    for (const condition of anyOf) {
      terms.termsOf(condition, wanted);
      if (pace.isDue()) yield;
    }
    for (const condition of noneOf) {
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

/** Notes down how each chooses, and tells the vocabulary its conditions. */
function* learnChoices<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  items: readonly Pick<IndexedLineItem, 'lineItem'>[],
  numbers: readonly number[],
  vocabulary: Vocabulary<Condition, Subject>,
  pace: Pace,
): Steps<Choosers> {
  const asked = new Uint8Array(numbers.length);
  const passing = new Uint8Array(numbers.length);
  for (let place = 0; place < numbers.length; place++) {
    if (pace.isDue()) yield;
    const { lineItem } = items[numbers[place] as number] as IndexedLineItem;
    const choice = chosenBy(definition, lineItem);
    const wishes = choice.anyOf.length > 0;
    const { lineItem: ownWord, byDimension } = lineItem.targeting.unknown;
    const onUnknown = byDimension.get(definition.name) ?? (wishes ? ownWord : 'accept');
    asked[place] = kindsAsked(choice, definition.kindOf);
    passing[place] = (wishes ? 0 : PASSES_TOLD) | (onUnknown === 'accept' ? PASSES_UNTOLD : 0);
    for (const conditions of [choice.anyOf, choice.noneOf]) {
      for (const condition of conditions) {
        vocabulary.learn(condition);
        if (pace.isDue()) yield;
      }
    }
  }
  return { numbers, asked, passing };
}

function chosenBy<Condition, Subject>(
  definition: DimensionDefinition<Condition, Subject>,
  lineItem: LineItem,
): Choice<Condition> {
  const choice = choiceIn(definition, lineItem);
  assert(choice !== undefined, 'who is compiled for a dimension chooses something there');
  return choice;
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
  { numbers, asked, passing }: Choosers,
  kindCount: number,
  size: number,
  pace: Pace,
): Steps<Pick<CompiledDimension<never>, 'passes' | 'passCounts'>> {
  const passes = Array.from({ length: 1 << kindCount }, () => everybody(size));
  const passCounts = passes.map(() => size);
  for (let place = 0; place < numbers.length; place++) {
    if (pace.isDue()) yield;
    const number = numbers[place] as number;
    for (let told = 0; told < passes.length; told++) {
      const isTold = ((asked[place] as number) & told) !== 0;
      if (((passing[place] as number) & (isTold ? PASSES_TOLD : PASSES_UNTOLD)) !== 0) continue;
      const mask = passes[told] as Uint32Array;
      mask[number >>> 5] = (mask[number >>> 5] as number) & ~(1 << (number & 31));
      passCounts[told] = (passCounts[told] as number) - 1;
    }
  }
  return { passes, passCounts };
}

function everybody(size: number): Uint32Array {
  return new Uint32Array(wordsFor(size)).fill(0xffff_ffff);
}
