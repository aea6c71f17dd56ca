import { z } from 'zod';
import type { Choice, Range } from '../../domain/campaign.js';

/**
 * The building blocks of the file schemas. Every check carries what it expected, in words that follow "must be", as its
 * message; an unknown name carries the names that are known there. ../problems.ts makes sentences of both.
 */

const TEXT_CHARACTERS_MAX = 256;
const LIST_ENTRIES_MAX = 10_000;
const VISIBLE = /^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u;

export interface TextLimits {
  readonly pattern?: RegExp;
  readonly charactersMax?: number;
}

/** A text with something to see in it. */
export function text(
  expected: string,
  { pattern = VISIBLE, charactersMax = TEXT_CHARACTERS_MAX }: TextLimits = {},
) {
  return z
    .string({ error: expected })
    .regex(pattern, { error: expected })
    .max(charactersMax, { error: `at most ${charactersMax} characters long` });
}

/** A text that is compared without regard to case. */
export function lowerText(expected: string, limits?: TextLimits) {
  return text(expected, limits).transform((value) => value.trim().toLowerCase());
}

export function number(expected: string, { min, max }: Range) {
  return z
    .number({ error: expected })
    .min(min, { error: `${expected} (at least ${min})` })
    .max(max, { error: `${expected} (at most ${max})` });
}

export function wholeNumber(expected: string, { min, max }: Range) {
  return z
    .int({ error: expected })
    .min(min, { error: `${expected} (at least ${min})` })
    .max(max, { error: `${expected} (at most ${max})` });
}

/** Ids go into links and answers of limited length, so they are short and plain. */
export function id(whose: string, example: string) {
  const expected = `a short name for ${whose} of letters, digits, ".", "_" and "-" (40 at most), such as "${example}"`;
  return z.string({ error: expected }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, { error: expected });
}

/**
 * A text that means something else than itself.
 *
 * @param parse gives undefined for a text that means nothing
 * @param guess what was probably meant by such a text
 */
export function parsed<Source, Meaning>(
  source: z.ZodType<Source, Source>,
  expected: string,
  parse: (value: Source) => Meaning | undefined,
  guess?: (value: Source) => string | undefined,
) {
  return source.transform((value, context): Meaning => {
    const meaning = parse(value);
    if (meaning !== undefined) return meaning;
    context.issues.push({
      code: 'custom',
      message: expected,
      input: value,
      params: { hint: guess?.(value) },
    });
    return z.NEVER;
  });
}

/** A word for a code. The JSON Schema offers the words, the sentence about a wrong one the nearest. */
export function word<Word extends string, Code>(codes: Readonly<Record<Word, Code>>) {
  const words = Object.keys(codes) as Word[];
  return z.enum(words).transform((found) => codes[found]);
}

/** Settings in braces. Unknown names are mistakes, mostly of spelling. */
export function group<Shape extends z.core.$ZodLooseShape>(expected: string, shape: Shape) {
  const known = Object.keys(shape).filter((name) => name !== '$schema');
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known.join(', ') : expected),
  });
}

/** @param whenEmpty what to do instead of giving an empty list */
export function list<Entry extends z.ZodType>(
  entry: Entry,
  expected: string,
  entriesMax = LIST_ENTRIES_MAX,
  whenEmpty = '',
) {
  return z
    .array(entry, { error: expected })
    .min(1, { error: `${expected} with at least one entry${whenEmpty}` })
    .max(entriesMax, { error: `a list of at most ${entriesMax} entries` });
}

/** `[…]`, or `{"anyOf": […], "noneOf": […]}` with one of the two at least. */
export function choice<Meaning, Source>(entry: z.ZodType<Meaning, Source>, entries: string) {
  const plain = list(
    entry,
    `a list of ${entries}`,
    LIST_ENTRIES_MAX,
    '; leave it out when it should not matter',
  );
  return choiceOf(plain, plain, `a list of ${entries}`);
}

/** A choice whose lists are written in some way of their own within the braces. */
export function choiceOf<Meaning, PlainSource, Source>(
  plain: z.ZodType<Meaning[], PlainSource>,
  lists: z.ZodType<Meaning[], Source>,
  expected: string,
) {
  const both = neededOneOf(
    group(`${expected}, or {"anyOf": …, "noneOf": …}`, {
      anyOf: lists.optional().describe('Wanted: any one of these will do.'),
      noneOf: lists.optional().describe('Banned: none of these, whatever else is wanted.'),
    }),
    ['anyOf', 'noneOf'],
  );
  return z.union([
    plain.transform((anyOf): Choice<Meaning> => ({ anyOf, noneOf: [] })),
    both.transform(({ anyOf = [], noneOf = [] }): Choice<Meaning> => ({ anyOf, noneOf })),
  ]);
}

/** Holds that at least one of the named settings is given. */
function neededOneOf<Schema extends z.ZodType>(schema: Schema, names: readonly string[]): Schema {
  const asked = names.map((name) => `"${name}"`).join(' or ');
  return schema.check(
    ruleOverNames((has) =>
      names.some(has) ? undefined : `needs ${asked}; leave it out when it should not matter`,
    ),
  );
}

/**
 * A rule about which settings of a group stand together. It is asked even where their values have faults, so that all
 * faults are told at once; a misspelt name comes first, since it is mostly the one that is missing.
 *
 * @param rule what is wrong, as the rest of a sentence that starts with the group's path
 */
export function ruleOverNames(rule: (has: (name: string) => boolean) => string | undefined) {
  return z.superRefine<unknown>(
    (value, context) => {
      const problem = rule((name) => Object.hasOwn(value as object, name));
      if (problem !== undefined) addSays(context, problem);
    },
    {
      when: ({ value, issues }) =>
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        !issues.some(({ code }) => code === 'unrecognized_keys'),
    },
  );
}

/** Adds a problem that is no "is … but must be …": `says` follows the path. */
export function addSays(context: z.RefinementCtx, says: string, path: (string | number)[] = []): void {
  context.addIssue({ code: 'custom', message: says, params: { says }, path });
}
