import { z } from 'zod';
import { GENDERS, type Choice, type Gender, type InterestChoice, type Range } from '../../domain/campaign.js';
import {
  choice,
  choiceOf,
  group,
  list,
  lowerText,
  number,
  ruleOverNames,
  wholeNumber,
  word,
} from './fields.js';

const AGE_MAX = 120;
/** An interest named without a weight counts from this weight on: any that is worth recording. */
const INTEREST_WEIGHT_MIN_DEFAULT = 0.01;

/** A choice of words that the operator's own profiles use. */
export function names(what: string, example: string) {
  const entry = lowerText(`the name of ${what} in quotes, such as "${example}"`);
  return choice(entry, `names such as ["${example}"]`);
}

const AGE_EXPECTED = 'an age range such as [25, 44], the younger age first';
const year = wholeNumber('a whole number of years from 0 to 120', { min: 0, max: AGE_MAX });
const ageRange = z
  .tuple([year, year], { error: AGE_EXPECTED })
  .refine(([from, to]) => from <= to, { error: AGE_EXPECTED })
  .transform(([min, max]): Range => ({ min, max }));
/** One range is so common that it needs no second pair of brackets. */
const age = z.union([
  ageRange.transform((only): Choice<Range> => ({ anyOf: [only], noneOf: [] })),
  choice(ageRange, 'age ranges such as [[18, 24], [45, 54]]'),
]);

const GENDER_LETTERS = { F: 'female', M: 'male', O: 'other' } as const;
const gender = word<Gender | keyof typeof GENDER_LETTERS, Gender>({
  ...(Object.fromEntries(GENDERS.map((name) => [name, name])) as Record<Gender, Gender>),
  ...GENDER_LETTERS,
});

export const people = group('facts about people, such as {"age": [25, 44], "gender": ["female"]}', {
  age: age.optional().describe('Age range in years such as [25, 44], both included; or a list of ranges.'),
  gender: choice(gender, 'genders such as ["female"]')
    .optional()
    .describe('female, male, other (or F, M, O).'),
  education: names('a degree', 'university').optional().describe('Education, in the words of the profiles.'),
  occupation: names('an occupation', 'teacher')
    .optional()
    .describe('Occupation, in the words of the profiles.'),
  marital: names('a marital status', 'married')
    .optional()
    .describe('Marital status, in the words of the profiles.'),
  income: names('an income group', 'high').optional().describe('Income group, in the words of the profiles.'),
});

const RANGE_NAMES = ['min', 'max'] as const;
const LIST_NAMES = ['anyOf', 'noneOf'] as const;
const OPEN: Range = { min: -Infinity, max: Infinity };

function figures(what: string) {
  const expected = `a range of ${what} such as {"min": 2} or {"min": 2, "max": 10}`;
  const end = number(`a number of ${what}`, { min: 0, max: Number.MAX_SAFE_INTEGER }).optional();
  const shape = { min: end.describe('At least this.'), max: end.describe('At most this.') };
  const rangeRule = ruleOverNames((has) =>
    RANGE_NAMES.some(has) ? undefined : 'needs "min" or "max"; leave it out when it should not matter',
  );
  const inOrder = ({
    min = OPEN.min,
    max = OPEN.max,
  }: {
    min?: number | undefined;
    max?: number | undefined;
  }) => min <= max;
  const orderExpected = { error: `${expected}, the smaller number as "min"` };
  const range = group(expected, shape)
    .check(rangeRule)
    .refine(inOrder, orderExpected)
    .transform(({ min, max }): Range => rangeOf(min, max));
  const ranges = list(range, `a list of ranges such as [{"min": 2}]`).optional();
  return group(expected, {
    ...shape,
    anyOf: ranges.describe('Wanted: any one of these ranges.'),
    noneOf: ranges.describe('Banned: none of these ranges.'),
  })
    .check(
      ruleOverNames((has) =>
        RANGE_NAMES.some(has) === LIST_NAMES.some(has)
          ? 'needs either "min" and "max" or "anyOf" and "noneOf"; leave it out when it should not matter'
          : undefined,
      ),
    )
    .refine(inOrder, orderExpected)
    .transform(({ min, max, anyOf, noneOf = [] }): Choice<Range> => {
      const single = min === undefined && max === undefined ? [] : [rangeOf(min, max)];
      return { anyOf: anyOf ?? single, noneOf };
    })
    .optional();
}

function rangeOf(min = OPEN.min, max = OPEN.max): Range {
  return { min, max };
}

export const customerValue = group('figures of customer value, such as {"recency": {"max": 30}}', {
  recency: figures('days since the last purchase').describe(
    'Days since the last purchase, such as {"max": 30}.',
  ),
  frequency: figures('purchases').describe('Purchases in all, such as {"min": 2}.'),
  monetary: figures('money spent').describe('Money spent in all, in your currency, such as {"min": 100}.'),
  lifetime: figures('money expected').describe(
    'Expected value over the whole relationship, in your currency.',
  ),
});

const INTERESTS_EXPECTED = 'interests such as ["running"] or {"running": 0.6}';
const interestWeight = number('a least weight above 0, up to 1, such as 0.6', { min: 0.000_001, max: 1 });
const interestList = list(
  lowerText('the name of an interest in quotes, such as "running"'),
  INTERESTS_EXPECTED,
).transform((interests): InterestChoice[] =>
  interests.map((name) => ({ name, weightMin: INTEREST_WEIGHT_MIN_DEFAULT })),
);
const interestLists = z.union([
  interestList,
  z
    .record(z.string().min(1, { error: 'the name of an interest' }), interestWeight, {
      error: INTERESTS_EXPECTED,
    })
    .transform((interests): InterestChoice[] =>
      Object.entries(interests).map(([name, weightMin]) => ({ name: name.trim().toLowerCase(), weightMin })),
    ),
]);
export const interests = choiceOf(interestList, interestLists, 'interests such as ["running"]');
