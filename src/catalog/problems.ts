import type { z } from 'zod';
import { nearestWord } from '../lib/words.js';
import { pathText, type FilePath, type Finding } from './finding.js';
import type { ParsedJson } from './json-file.js';
import { numberMeant } from './number-text.js';

/** A file with more problems than this was written for something else. */
const PROBLEMS_MAX = 100;
const FOUND_CHARACTERS_MAX = 60;
/** Vocabularies up to this length are told whole. */
const WORDS_TOLD_MAX = 12;

type Issue = z.core.$ZodIssue;

/**
 * Makes one sentence of each thing that a schema found wrong: where, what stands there, what was expected, and what
 * was probably meant.
 *
 * @param fileName relative to the configuration folder
 * @param error of a schema that is built from ./schema/fields.ts
 */
export function problemsOf(fileName: string, file: ParsedJson, error: z.ZodError): Finding[] {
  const problems = new Map<string, Finding>();
  for (const issue of error.issues.flatMap((found) => unwrapUnion(found, []))) {
    if (problems.size === PROBLEMS_MAX) break;
    for (const finding of findingsOf(fileName, file, issue)) {
      // Several checks of one value say the same thing; the first of them is the most basic.
      if (!problems.has(finding.path)) problems.set(finding.path, finding);
    }
  }
  return [...problems.values()].slice(0, PROBLEMS_MAX).sort((a, b) => a.line - b.line || a.column - b.column);
}

/**
 * A value that may be written in several ways fails in each of them. The way that was meant is the one whose outermost
 * form (list, braces, text) fits, with the fewest faults; when none fits, the last way's expectation tells them all.
 */
function unwrapUnion(issue: Issue, outer: FilePath): Issue[] {
  const path = [...outer, ...(issue.path as (string | number)[])];
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const [meant] = issue.errors.filter(fitsOutermost).sort((a, b) => a.length - b.length);
  if (meant) return meant.flatMap((nested) => unwrapUnion(nested, path));
  return [{ code: 'custom', path, message: lastExpectation(issue), input: issue.input }];
}

function lastExpectation(issue: Issue): string {
  const last = issue.code === 'invalid_union' ? issue.errors.at(-1)?.[0] : undefined;
  return last ? lastExpectation(last) : issue.message;
}

function fitsOutermost(issues: readonly Issue[]): boolean {
  return !issues.some((issue) => issue.path.length === 0 && (issue.code === 'invalid_type' || unfit(issue)));
}

/** A union within a union fits when one of its ways does. */
function unfit(issue: Issue): boolean {
  return issue.code === 'invalid_union' && !issue.errors.some(fitsOutermost);
}

function findingsOf(file: string, json: ParsedJson, issue: Issue): Finding[] {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    const keys = issue.keys.slice(0, PROBLEMS_MAX);
    return keys.map((key) => unknownName(file, json, [...path, key], issue.message));
  }
  if (issue.code === 'invalid_key') return [wrongName(file, json, path, issue)];
  if (issue.code === 'custom' && typeof issue.params?.['says'] === 'string') {
    const place = json.locate(path);
    const subject = pathText(place.path) || 'the file';
    return [finding(file, place, path, `${subject} ${issue.params['says']}`)];
  }
  return [wrongValue(file, json, path, issue)];
}

function unknownName(file: string, json: ParsedJson, path: FilePath, known: string): Finding {
  const name = String(path.at(-1));
  const words = known.split(', ');
  const hint = nearestWord(name, words);
  const advice =
    hint === undefined ? `the settings here are ${told(words)}` : `did you mean ${JSON.stringify(hint)}?`;
  const message = `${pathText(path)} is not a setting that exists here; ${advice}`;
  const expected = `one of ${told(words)}`;
  return finding(file, json.locate(path).name, path, message, { found: name, expected, hint });
}

/** A name of a group whose names are free within a pattern, such as the days of `hours`. */
function wrongName(file: string, json: ParsedJson, path: FilePath, issue: Issue): Finding {
  const name = String(path.at(-1));
  const nested = issue.code === 'invalid_key' ? issue.issues : [];
  const expected = nested[0]?.message ?? issue.message;
  const hint = nested.map(guessOf).find((guess) => guess !== undefined);
  const advice = hint === undefined ? '' : `; did you mean ${hint}?`;
  const message = `${pathText(path)}: the name ${JSON.stringify(name)} must be ${expected}${advice}`;
  return finding(file, json.locate(path).name, path, message, { found: name, expected, hint });
}

function wrongValue(file: string, json: ParsedJson, path: FilePath, issue: Issue): Finding {
  const place = json.locate(path);
  const expected = expectation(issue, json.value);
  if (place.path.length < path.length) {
    return finding(file, place, path, `${pathText(path)} is missing: it must be ${expected}`, { expected });
  }
  const found = shortened(place.source);
  const hint = hintFor(issue, place.source);
  const advice = hint === undefined ? '' : `; did you mean ${hint}?`;
  const message = `${pathText(path) || 'the file'} is ${describe(found)} but must be ${expected}${advice}`;
  return finding(file, place, path, message, { found, expected, hint });
}

function expectation(issue: Issue, root: unknown): string {
  if (issue.code === 'invalid_value') {
    const [only, ...others] = issue.values.map(String);
    if (others.length === 0) return `${JSON.stringify(only)}, the only one that there is`;
    return `one of ${told([only ?? '', ...others])}`;
  }
  return issue.message.replaceAll('{currency}', currencyOf(root));
}

function currencyOf(root: unknown): string {
  const budget = (root as { budget?: { currency?: unknown } | null } | null)?.budget;
  const currency = budget?.currency;
  return typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? currency : "the budget's currency";
}

function hintFor(issue: Issue, source: string): string | undefined {
  const value: unknown = JSON.parse(source);
  // A value that is the only one there is has just been told.
  if (issue.code === 'invalid_value' && issue.values.length > 1 && typeof value === 'string') {
    const near = nearestWord(value, issue.values.map(String));
    return near === undefined ? undefined : JSON.stringify(near);
  }
  if (issue.code === 'invalid_type') {
    if (issue.expected === 'string' && typeof value === 'number') return JSON.stringify(source);
    const number = typeof value === 'string' ? numberMeant(value) : undefined;
    if (issue.expected === 'number' || issue.expected === 'int') return number;
    if (issue.expected === 'array' && typeof value === 'string') return shortened(`[${source}]`);
  }
  return guessOf(issue);
}

/** What the check itself guesses was meant, as it would stand in the file. */
function guessOf(issue: Issue): string | undefined {
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined;
  if (Array.isArray(hint)) return `[${hint.join(', ')}]`;
  return typeof hint === 'string' ? JSON.stringify(hint) : undefined;
}

function told(words: readonly string[]): string {
  const first = words.slice(0, WORDS_TOLD_MAX).join(', ');
  return words.length > WORDS_TOLD_MAX ? `${first} and ${words.length - WORDS_TOLD_MAX} others` : first;
}

function shortened(source: string): string {
  const line = source.replaceAll(/\s+/g, ' ');
  return line.length <= FOUND_CHARACTERS_MAX ? line : `${line.slice(0, FOUND_CHARACTERS_MAX - 1)}…`;
}

function describe(found: string): string {
  if (found === 'null') return 'null (no value)';
  if (found === '""') return 'empty ("")';
  return found;
}

function finding(
  file: string,
  { line, column }: { line: number; column: number },
  path: FilePath,
  message: string,
  details: { found?: string; expected?: string; hint?: string | undefined } = {},
): Finding {
  const { hint, ...told } = details;
  const place = { severity: 'error', file, line, column, path: pathText(path), message } as const;
  return hint === undefined ? { ...place, ...told } : { ...place, ...told, hint };
}
