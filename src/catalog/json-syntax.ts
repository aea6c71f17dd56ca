import { parse } from '@humanwhocodes/momoa';
import { endOfString } from './json-scan.js';
import { numberMeant } from './number-text.js';

interface ExplainedSyntax {
  readonly offset: number;
  readonly message: string;
}

/**
 * Says in plain words what keeps a text from being JSON, and where. The mistakes that people make by hand are told by
 * name; the parsers' own words ("unexpected token") help nobody.
 *
 * @param text what `JSON.parse` refused
 * @param error its refusal
 */
export function explainSyntax(text: string, error: SyntaxError): ExplainedSyntax {
  const broken = findBrokenString(text);
  const end = text.trimEnd().length;
  const offset = Math.min(faultOffset(text, error), end);
  if (broken !== undefined && broken <= offset) {
    const message =
      'the text that starts here is not closed on its line; put a " at its end (a line break within a text is written \\n)';
    return { offset: broken, message };
  }
  if (offset >= end || /end of JSON input|Unterminated string/.test(error.message)) {
    const message = 'the file ends too early: a closing } or ] or " is missing at the end';
    return { offset: Math.max(0, end - 1), message };
  }
  return explainCharacter(text, offset);
}

function explainCharacter(text: string, offset: number): ExplainedSyntax {
  const found = text[offset] ?? '';
  const before = text.slice(0, offset).trimEnd();
  const previous = before.at(-1) ?? '';
  if (isSecondFile(text, offset)) {
    const message =
      'one file holds one campaign (or exchange, or request); move what starts here to a file of its own';
    return { offset: text.indexOf('{', offset), message };
  }
  if ((found === '}' || found === ']') && previous === ',') {
    return { offset: before.length - 1, message: `remove the comma that stands before ${found}` };
  }
  return explainAmount(text, offset) ?? explainPlace(text, offset, previous) ?? explainWord(text, offset);
}

/** Does something else in braces begin here, after a whole file? */
function isSecondFile(text: string, offset: number): boolean {
  if (!/^,?\s*\{/.test(text.slice(offset))) return false;
  try {
    JSON.parse(text.slice(0, offset));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

const CURRENCY = String.raw`(?:\p{Sc}|[A-Z]{3}(?![\p{L}\d]))`;
const AMOUNT_BEFORE = /(?:-?\d[\d.,]*\s?)?$/;
const AMOUNT_AFTER = new RegExp(String.raw`^${CURRENCY}?\s?-?[\d.,]*(?:\s?${CURRENCY})?`, 'u');
const AMOUNT_CHARACTERS_MAX = 32;

/** An amount that is written as on a price tag: with a comma, or with the currency. */
function explainAmount(text: string, offset: number): ExplainedSyntax | undefined {
  const before =
    AMOUNT_BEFORE.exec(text.slice(Math.max(0, offset - AMOUNT_CHARACTERS_MAX), offset))?.[0] ?? '';
  const after = AMOUNT_AFTER.exec(text.slice(offset, offset + AMOUNT_CHARACTERS_MAX))?.[0] ?? '';
  for (const start of [offset - before.length, offset]) {
    const amount = text.slice(start, offset + after.length).replace(/[,\s]+$/, '');
    const meant = numberMeant(amount);
    if (meant === undefined || /^-?[\d.]+$/.test(amount)) continue;
    return {
      offset: start,
      message: `${amount} is no number as JSON writes it; write ${howTo(amount, meant)}`,
    };
  }
  return undefined;
}

function howTo(amount: string, meant: string): string {
  if (/\p{Sc}|[A-Z]/u.test(amount)) return `${meant}, without the currency`;
  if (meant.includes('.')) return `${meant} with a point`;
  const [, whole, part = '000'] = /^(-?\d+),(\d{3})$/.exec(amount) ?? [];
  const thousands = `${meant} without commas`;
  return part === '000' ? thousands : `${thousands}, or ${whole}.${part} with a point`;
}

/** What is wrong with where the character at `offset` stands. @param previous the last one before it, no white space */
function explainPlace(text: string, offset: number, previous: string): ExplainedSyntax | undefined {
  const message = placeMessage(text[offset] ?? '', text[offset - 1] ?? '', previous);
  return message === undefined ? undefined : { offset, message };
}

function placeMessage(found: string, adjacent: string, previous: string): string | undefined {
  if (adjacent === '\\') return 'write a backslash within a text twice: \\\\';
  if (found < ' ') return 'a tab or another invisible character stands in this text; remove it';
  if ("'“”„‘’«»".includes(found)) return `write texts in straight double quotes ("), not in ${found}`;
  if (found === '/' || found === '#') return 'comments are not possible in this file; remove this one';
  if (previous === ',' && found === ',') return 'there is one comma too many here';
  const afterValue = previous !== '' && !'{[,:'.includes(previous);
  if (afterValue && adjacent.trim() === '' && /["{[\d-]/.test(found)) {
    return previous === '"' ? 'a comma or a colon is missing before this' : 'a comma is missing before this';
  }
  return undefined;
}

const WORD_BEFORE = /[\p{L}\d_.-]*$/u;
const WORD_AFTER = /^[\p{L}\d_$.-]+/u;
const WORD_CHARACTERS_MAX = 64;

/** Something without quotes: a word, a day, hours, or a number that is none. */
function explainWord(text: string, offset: number): ExplainedSyntax {
  const after = WORD_AFTER.exec(text.slice(offset, offset + WORD_CHARACTERS_MAX))?.[0] ?? '';
  const before = WORD_BEFORE.exec(text.slice(Math.max(0, offset - WORD_CHARACTERS_MAX), offset))?.[0] ?? '';
  const start = offset - before.length;
  const word = before + after;
  const small = word.toLowerCase();
  if (after !== '' && ['true', 'false', 'null'].includes(small)) {
    return { offset: start, message: `write ${small} in small letters, not ${word}` };
  }
  if (after !== '' && /[\p{L}_$]|\d-\d/u.test(word)) {
    const message = `put ${word} in double quotes: "${word}" (only true, false and null go without)`;
    return { offset: start, message };
  }
  if (/[\d.+-]/.test(text[offset] ?? '') || /[\d.+-][eE]?$/.test(before)) {
    return { offset, message: 'this is no number as JSON writes it; write numbers like 3, 0.5 or -1' };
  }
  const character = JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
  return { offset, message: `${character} was not expected here; check commas, quotes and brackets` };
}

/** `JSON.parse` tells the offset of most faults; the tree parser tells that of the rest. */
function faultOffset(text: string, error: SyntaxError): number {
  const told = /at position (\d+)/.exec(error.message)?.[1];
  if (told !== undefined) return Number(told);
  try {
    parse(text, { mode: 'json' });
    return text.length;
  } catch (fault) {
    // Anything else than a located fault is a text so deeply nested that the parser ran out of stack.
    return fault instanceof Error && 'offset' in fault && typeof fault.offset === 'number' ? fault.offset : 0;
  }
}

/** The offset of the first text with a raw line break in it, which mostly means that its closing quote was forgotten. */
function findBrokenString(text: string): number | undefined {
  for (let i = text.indexOf('"'); i >= 0;) {
    const end = endOfString(text, i);
    if (/[\r\n]/.test(text.slice(i, end))) return i;
    i = text.indexOf('"', end);
  }
  return undefined;
}
