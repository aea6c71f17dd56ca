import { parse } from '@humanwhocodes/momoa';
import { endOfString } from './json-scan.js';

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
  if ((found === '}' || found === ']') && previous === ',') {
    return { offset: before.length - 1, message: `remove the comma that stands before ${found}` };
  }
  return { offset, message: characterMessage(text, offset, found, previous) };
}

/** @param previous the last character before `offset` that is no white space */
function characterMessage(text: string, offset: number, found: string, previous: string): string {
  const adjacent = text[offset - 1] ?? '';
  if (adjacent === '\\') return 'write a backslash within a text twice: \\\\';
  if (found < ' ') return 'a tab or another invisible character stands in this text; remove it';
  if ("'“”„‘’«»".includes(found)) return `write texts in straight double quotes ("), not in ${found}`;
  if (found === '/' || found === '#') return 'comments are not possible in this file; remove this one';
  if (previous === ',' && found === ',') return 'there is one comma too many here';
  const afterValue = previous !== '' && !'{[,:'.includes(previous);
  if (afterValue && adjacent.trim() === '' && /["{[\d-]/.test(found)) {
    return previous === '"' ? 'a comma or a colon is missing before this' : 'a comma is missing before this';
  }
  if (/[\d.+-]/.test(found) || /[\d.+-][eE]?$/.test(text.slice(Math.max(0, offset - 2), offset))) {
    return 'this is no number as JSON writes it; write numbers like 3, 0.5 or -1';
  }
  const word = /^[\p{L}_$][\p{L}\d_$-]*/u.exec(text.slice(offset, offset + 64))?.[0];
  if (word !== undefined) {
    return `put ${word} in double quotes: "${word}" (only true, false and null go without)`;
  }
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  return `${JSON.stringify(character)} was not expected here; check commas, quotes and brackets`;
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
