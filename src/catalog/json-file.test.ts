import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { liveBytes } from '../../test/support/live-bytes.js';
import { isSyntaxFault, packed, readJson, type ParsedJson } from './json-file.js';

const read = (text: string) => readJson(new TextEncoder().encode(text));

function fault(text: string): string {
  const found = read(text);
  return isSyntaxFault(found) ? `${found.line}:${found.column} ${found.message}` : 'no fault';
}

function sound(text: string): ParsedJson {
  const found = read(text);
  if (isSyntaxFault(found)) throw new Error(found.message);
  return found;
}

describe('a file that is no JSON', () => {
  it.each([
    ['', '1:1 the file is empty'],
    [' \n ', '1:1 the file is empty'],
    ['{"a": 1,}', '1:8 remove the comma that stands before }'],
    ['[1,\n]', '1:3 remove the comma that stands before ]'],
    ['{"a": 1\n "b": 2}', '2:2 a comma is missing before this'],
    ['[1 2]', '1:4 a comma is missing before this'],
    ['{"a" "b"}', '1:6 a comma or a colon is missing before this'],
    ['{"a": 1,, "b": 2}', '1:9 there is one comma too many here'],
    ['{"a": 1', '1:7 the file ends too early: a closing } or ] or " is missing at the end'],
    ['{"a": "b', '1:8 the file ends too early: a closing } or ] or " is missing at the end'],
    ['{"a": {"b": [1, 2]}\n', '1:19 the file ends too early: a closing } or ] or " is missing at the end'],
    [
      '{"a": "b,\n"c": 1}',
      '1:7 the text that starts here is not closed on its line; put a " at its end (a line break within a text is written \\n)',
    ],
    ["{'a': 1}", `1:2 write texts in straight double quotes ("), not in '`],
    ['{“a”: 1}', '1:2 write texts in straight double quotes ("), not in “'],
    ['{a: 1}', '1:2 put a in double quotes: "a" (only true, false and null go without)'],
    ['{"a": yes}', '1:7 put yes in double quotes: "yes" (only true, false and null go without)'],
    ['// note\n{}', '1:1 comments are not possible in this file; remove this one'],
    ['{"a": .5}', '1:7 this is no number as JSON writes it; write numbers like 3, 0.5 or -1'],
    ['{"a": 01}', '1:8 this is no number as JSON writes it; write numbers like 3, 0.5 or -1'],
    ['{"a": 3,2 }', '1:7 3,2 is no number as JSON writes it; write 3.2 with a point'],
    ['{"a": 200,000}', '1:7 200,000 is no number as JSON writes it; write 200000 without commas'],
    ['[200,000]', '1:2 200,000 is no number as JSON writes it; write 200000 without commas'],
    [
      '{"a": 3,250}',
      '1:7 3,250 is no number as JSON writes it; write 3250 without commas, or 3.250 with a point',
    ],
    ['{"a": 1.234,50}', '1:7 1.234,50 is no number as JSON writes it; write 1234.50 with a point'],
    ['{"a": $3.20}', '1:7 $3.20 is no number as JSON writes it; write 3.20, without the currency'],
    ['{"a": 3,20 €}', '1:7 3,20 € is no number as JSON writes it; write 3.20, without the currency'],
    ['{"a": USD 3}', '1:7 USD 3 is no number as JSON writes it; write 3, without the currency'],
    ['{"a": True}', '1:7 write true in small letters, not True'],
    [
      '{"a": 2026-11-01}',
      '1:7 put 2026-11-01 in double quotes: "2026-11-01" (only true, false and null go without)',
    ],
    ['{"a": 1d}', '1:7 put 1d in double quotes: "1d" (only true, false and null go without)'],
    [
      '{"a": 1}\n{"a": 2}',
      '2:1 one file holds one campaign (or exchange, or request); move what starts here to a file of its own',
    ],
    [
      '{"a": 1},\n{"a": 2}',
      '2:1 one file holds one campaign (or exchange, or request); move what starts here to a file of its own',
    ],
    ['{"a": "C:\\dir"}', '1:11 write a backslash within a text twice: \\\\'],
    ['{"a": "x\ty"}', '1:9 a tab or another invisible character stands in this text; remove it'],
    ['{}}', '1:3 "}" was not expected here; check commas, quotes and brackets'],
    ['{"a": 1, "b": {"c": 2, "c": 3}}', '1:24 "c" is given twice in the same place; keep one of the two'],
    ['{"a": {"__proto__": {}}}', '1:8 the name "__proto__" is reserved; use another one'],
    ['['.repeat(40) + ']'.repeat(40), '1:33 the settings are nested more than 32 levels deep'],
  ])('%j', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('does not run out of stack however deep the nesting', () => {
    expect(fault('['.repeat(500_000))).toContain('ends too early');
    expect(fault(`${'['.repeat(500_000)}x`)).not.toBe('no fault');
    expect(fault('['.repeat(500_000) + ']'.repeat(500_000))).toContain('more than 32 levels');
  });

  it('is told in which encoding to save', () => {
    const utf16 = readJson(Buffer.from('\ufeff{}', 'utf16le'));
    expect(utf16).toMatchObject({ message: 'the file is saved as UTF-16; save it as UTF-8' });
    const latin = readJson(Buffer.from('{"city": "K\u00f6ln"}', 'latin1'));
    expect(latin).toMatchObject({
      message: 'the file holds characters that are not UTF-8; save it as UTF-8',
    });
  });
});

describe('a sound file', () => {
  it('may start with a byte order mark', () => {
    expect(sound('\ufeff{"a": 1}').value).toEqual({ a: 1 });
  });

  it('keeps odd but legal names as plain data', () => {
    const { value } = sound('{"constructor": {"prototype": 1}, "toString": 2}');
    expect(Object.keys(value as object)).toEqual(['constructor', 'toString']);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  const file = sound('{\r\n  "a": {"list": ["x", "y"],\r\n    "geo": {"include": [7]}}\r\n}');

  it('tells where a value, its name and its source stand', () => {
    expect(file.locate(['a', 'list', 1])).toMatchObject({ line: 2, column: 23, source: '"y"' });
    expect(file.locate(['a', 'geo'])).toMatchObject({ line: 3, column: 12, name: { line: 3, column: 5 } });
  });

  it('finds what is absent at the nearest thing around it', () => {
    expect(file.locate(['a', 'missing', 'deep'])).toMatchObject({ line: 2, column: 8, path: ['a'] });
  });

  it('reads a plain list as anyOf, and include as anyOf', () => {
    expect(file.locate(['a', 'list', 'anyOf', 0]).path).toEqual(['a', 'list', 0]);
    expect(file.locate(['a', 'geo', 'anyOf', 0]).path).toEqual(['a', 'geo', 'include', 0]);
  });
});

describe('a packed file', () => {
  const text = '{\n  "name": "Läufer ☂",\n  "lineItems": [{ "id": "a", "bid": 2.5 }]\n}';
  const places = [['name'], ['lineItems', 0, 'bid'], ['lineItems', 0, 'nothing'], []];

  it('says the same as before', () => {
    const file = sound(text);
    const small = packed(file);
    expect(small.text()).toBe(text);
    for (const path of places) expect(small.locate(path)).toEqual(file.locate(path));
  });

  it('takes a fifth of its text at most, also when something of it was located', async () => {
    const count = 100;
    const long = (place: number): string =>
      JSON.stringify(Array.from({ length: 1_000 }, (_, i) => ({ id: `line-item-${i}`, place, bid: 2.5 })));
    const before = liveBytes();
    const files = Array.from({ length: count }, (_, place) => packed(sound(long(place))));
    for (const file of files) expect(file.locate([999, 'bid']).source).toBe('2.5');
    await setImmediate();
    expect(liveBytes() - before).toBeLessThan((count * long(0).length) / 5);
    expect(files[7]?.locate([0, 'place']).source).toBe('7');
  });
});
