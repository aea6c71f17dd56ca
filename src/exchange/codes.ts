import { listedDomain, isPlainDomain } from '../lib/host.js';
import { isTold, readInteger, readList, readText, UNREADABLE } from './read.js';

/**
 * Lists of codes: categories, domains, apps, languages, content types, currencies, seats. Many publishers block
 * thousands, so that an entry written as it should be costs one look at its characters and is taken as it is. Any other
 * entry loses the blanks around it and counts as several when it holds commas, as in `"IAB25,IAB26"`.
 */

const NOTHING: readonly never[] = [];
const NOBODY: readonly string[] = [UNREADABLE];

const SPACE = 0x20;
const IN_SENT = 1;
const IN_LOWER = 2;
const IN_UPPER = 4;

/** By character: the spellings in which it needs no change. */
const SPELLINGS = new Uint8Array(128);
for (const character of '0123456789-._/+') SPELLINGS[character.charCodeAt(0)] = IN_SENT | IN_LOWER | IN_UPPER;
for (const character of 'abcdefghijklmnopqrstuvwxyz') {
  SPELLINGS[character.charCodeAt(0)] = IN_SENT | IN_LOWER;
  SPELLINGS[character.toUpperCase().charCodeAt(0)] = IN_SENT | IN_UPPER;
}

interface CodeKind {
  /** Whether a text is already what `read` would make of it. */
  isRead(text: string): boolean;
  /** @param text without blanks around it and without commas */
  read(text: string): string | undefined;
}

const SENT: CodeKind = { isRead: (text) => isSpelt(text, IN_SENT), read: (text) => text };
const LOWER: CodeKind = { isRead: (text) => isSpelt(text, IN_LOWER), read: (text) => text.toLowerCase() };
const UPPER: CodeKind = { isRead: (text) => isSpelt(text, IN_UPPER), read: (text) => text.toUpperCase() };
const DOMAIN: CodeKind = { isRead: isPlainDomain, read: listedDomain };

/** @returns codes as sent */
export function readSentCodes(value: unknown): readonly string[] {
  return readCodes(value, SENT);
}

export function readLowerCodes(value: unknown): readonly string[] {
  return readCodes(value, LOWER);
}

export function readUpperCodes(value: unknown): readonly string[] {
  return readCodes(value, UPPER);
}

/** @returns the domains of a block or allow list, lower case */
export function readDomains(value: unknown): readonly string[] {
  return readCodes(value, DOMAIN);
}

/** @returns the codes of a list and of texts with commas; in place of what is no text, `UNREADABLE` */
export function readMarkedCodes(value: unknown): readonly string[] {
  const list = readList(value);
  if (list.length === 0) return NOTHING;
  const codes: string[] = [];
  for (const entry of list) {
    if (entry === '') continue;
    const text = readText(entry);
    if (text === undefined) codes.push(UNREADABLE);
    else addCodes(text, SENT, codes);
  }
  return codes;
}

/** @returns an allow list, its entries read by `readEntries`; one that holds something of which nothing can be read allows nobody */
export function readAllowed(
  value: unknown,
  readEntries: (value: unknown) => readonly string[],
): readonly string[] {
  const allowed = readEntries(value);
  return allowed.length === 0 && isTold(value) && readList(value).length > 0 ? NOBODY : allowed;
}

/** @returns true when every entry of a list of texts says nothing or can be read */
export function areReadableTexts(value: unknown): boolean {
  return readList(value).every((entry) => !isTold(entry) || readText(entry) !== undefined);
}

/** @returns true when every entry of a list of whole numbers says nothing or can be read */
export function areReadableIntegers(value: unknown): boolean {
  return readList(value).every((entry) => !isTold(entry) || readInteger(entry) !== undefined);
}

/** @returns false for an allow list of whole numbers that tells something of which nothing can be read: it allows nobody */
export function isAllowListReadable(value: unknown): boolean {
  let isSilent = true;
  for (const entry of readList(value)) {
    if (readInteger(entry) !== undefined) return true;
    if (isTold(entry)) isSilent = false;
  }
  return isSilent;
}

function readCodes(value: unknown, kind: CodeKind): readonly string[] {
  const list = readList(value);
  if (list.length === 0) return NOTHING;
  const codes: string[] = [];
  for (const entry of list) {
    const text = readText(entry);
    if (text !== undefined) addCodes(text, kind, codes);
  }
  return codes;
}

function addCodes(text: string, kind: CodeKind, codes: string[]): void {
  const trimmed = text.charCodeAt(text.length - 1) > SPACE ? text : text.trim();
  if (trimmed === '') return;
  if (kind.isRead(trimmed)) {
    codes.push(trimmed);
    return;
  }
  for (const part of trimmed.includes(',') ? trimmed.split(',') : [trimmed]) {
    const code = kind.read(part.trim());
    if (code !== undefined && code !== '') codes.push(code);
  }
}

function isSpelt(text: string, spelling: number): boolean {
  for (let i = 0; i < text.length; i++) {
    // Beyond the table there is nothing, which is no spelling.
    if (((SPELLINGS[text.charCodeAt(i)] ?? 0) & spelling) === 0) return false;
  }
  return true;
}
