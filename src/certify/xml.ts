/**
 * A reader of XML documents for the response checker: strict about what makes a document well-formed, and without
 * document types, which no advertisement needs and which make small documents large.
 */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly elements: readonly XmlElement[];
  /** All text directly inside, CDATA included, with entities replaced, trimmed. */
  readonly text: string;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const BLANK = /[ \t\r\n]*/y;
const DECLARATION = /<\?xml[ \t\r\n]+version[ \t]*=[ \t]*(?:"1\.\d"|'1\.\d')[^?<]*\?>/y;
/** Control characters, lone surrogates and the two last of the plane are no characters of XML. */
const NO_CHARACTER = /(?![\t\n\r\u007F-\u009F])\p{Cc}|[\uFFFE\uFFFF]|\p{Cs}/u;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const DEPTH_MAX = 100;

/** Where the reader stands. */
interface Place {
  readonly text: string;
  at: number;
}

class NotXml extends Error {}

/** @returns the root element, or what is wrong with the document */
export function readXml(text: string): XmlElement | string {
  const place: Place = { text, at: 0 };
  try {
    if (NO_CHARACTER.test(text)) fail('a character that no document may hold');
    if (text.startsWith('<?xml')) matchOf(DECLARATION, place);
    skipBetween(place);
    const root = readElement(place, 0);
    skipBetween(place);
    if (place.at < text.length) fail('something behind the root element');
    return root;
  } catch (error) {
    if (!(error instanceof NotXml)) throw error;
    return `${error.message}, at character ${place.at}`;
  }
}

/** @returns all elements of that name below `element`, at any depth, in the order of the document */
export function elementsNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return element.elements.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elementsNamed(child, name),
  ]);
}

function fail(problem: string): never {
  throw new NotXml(problem);
}

function matchOf(pattern: RegExp, place: Place): string {
  pattern.lastIndex = place.at;
  const [found] = pattern.exec(place.text) ?? fail('something that is no XML');
  place.at += found.length;
  return found;
}

function expectText(place: Place, expected: string): void {
  if (!place.text.startsWith(expected, place.at)) fail(`${expected} is missing`);
  place.at += expected.length;
}

function textUntil(place: Place, end: string): string {
  const found = place.text.indexOf(end, place.at);
  if (found < 0) fail(`${end} is missing`);
  const text = place.text.slice(place.at, found);
  place.at = found + end.length;
  return text;
}

/** Blanks, comments and instructions around the root element. */
function skipBetween(place: Place): void {
  matchOf(BLANK, place);
  while (skipAside(place)) matchOf(BLANK, place);
}

/** A comment or an instruction. */
function skipAside(place: Place): boolean {
  if (place.text.startsWith('<!--', place.at)) {
    place.at += 4;
    const comment = textUntil(place, '--');
    expectText(place, '>');
    return comment !== undefined;
  }
  if (!place.text.startsWith('<?', place.at)) return false;
  place.at += 2;
  if (matchOf(NAME, place).toLowerCase() === 'xml') fail('a declaration that is not at the start');
  if (!/^[ \t\r\n]|^$/.test(textUntil(place, '?>'))) fail('an instruction without a blank behind its name');
  return true;
}

function readElement(place: Place, depth: number): XmlElement {
  if (depth > DEPTH_MAX) fail(`elements more than ${DEPTH_MAX} deep`);
  expectText(place, '<');
  const name = matchOf(NAME, place);
  const attributes = readAttributes(place);
  if (place.text.startsWith('/>', place.at)) {
    place.at += 2;
    return { name, attributes, elements: [], text: '' };
  }
  expectText(place, '>');
  const elements: XmlElement[] = [];
  let text = '';
  while (!place.text.startsWith('</', place.at)) {
    if (place.at >= place.text.length) fail(`</${name}> is missing`);
    if (place.text.startsWith('<![CDATA[', place.at)) {
      place.at += '<![CDATA['.length;
      text += textUntil(place, ']]>');
    } else if (place.text[place.at] !== '<') {
      text += plainText(place);
    } else if (!skipAside(place)) {
      elements.push(readElement(place, depth + 1));
    }
  }
  expectText(place, `</${name}`);
  matchOf(BLANK, place);
  expectText(place, '>');
  return { name, attributes, elements, text: text.trim() };
}

function readAttributes(place: Place): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  while (true) {
    const blank = matchOf(BLANK, place);
    const next = place.text[place.at];
    if (next === '>' || next === '/' || next === undefined) return attributes;
    if (blank === '') fail('no blank before an attribute');
    const name = matchOf(NAME, place);
    matchOf(BLANK, place);
    expectText(place, '=');
    matchOf(BLANK, place);
    const quote = place.text[place.at];
    if (quote !== '"' && quote !== "'") fail('an attribute without quotes');
    place.at++;
    const value = textUntil(place, quote);
    if (value.includes('<')) fail('< inside an attribute');
    if (name in attributes) fail(`the attribute ${name} twice`);
    attributes[name] = withoutEntities(value);
  }
}

function plainText(place: Place): string {
  const end = place.text.indexOf('<', place.at);
  const text = place.text.slice(place.at, end < 0 ? undefined : end);
  if (text.includes(']]>')) fail(']]> outside of CDATA');
  place.at += text.length;
  return withoutEntities(text);
}

function withoutEntities(text: string): string {
  return text.replace(/&([^;&]*;?)/g, (_whole, reference: string) => entity(reference));
}

function entity(reference: string): string {
  const [, decimal, hexadecimal, name] = /^(?:#(\d+)|#x([\dA-Fa-f]+)|(\w+));$/.exec(reference) ?? [];
  const known = name === undefined ? undefined : ENTITIES[name];
  if (known !== undefined) return known;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number(decimal);
  if (!(code > 0 && code <= 0x10ffff))
    fail(`&${reference.slice(0, 20)} is no entity; & must be written &amp;`);
  const character = String.fromCodePoint(code);
  return NO_CHARACTER.test(character) ? fail('a reference to what is no character') : character;
}
