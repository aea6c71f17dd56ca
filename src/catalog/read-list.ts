import { domainToASCII } from 'node:url';
import { PUBLISHER_ENTRY, publisherEntry } from '../domain/inventory-list.js';
import { isPlainDomain, listedDomain } from '../lib/host.js';
import { TextSetBuilder, type TextSet } from '../lib/text-set.js';
import { LineFindings, quoted } from './line-findings.js';
import { linesOf, TextFault } from './read-lines.js';
import type { TextContent } from './text-folder.js';
import { inTurns } from './turns.js';

/** 85 MB in memory, and as much again while it is read. */
export const LIST_ENTRIES_MAX = 10_000_000;
export const LIST_ENTRIES_TOTAL_MAX = 20_000_000;
export const LIST_BYTES_MAX = 536_870_912;

const BUNDLE = /^[a-z0-9][a-z0-9._-]*$/;
const LIST_LIMITS = `a list may have ${LIST_ENTRIES_MAX} entries, all lists together ${LIST_ENTRIES_TOTAL_MAX}`;
const EXPECTED = 'a domain, an app bundle or store number, or "publisher:" and an id; the line is left out';

/**
 * Reads a list of sites, apps and publishers, one entry a line; `#` begins a comment. Lines that cannot be read are left
 * out and told.
 *
 * @param hasRoom told again and again how many entries there are so far; false ends it
 * @throws TextFault when there is no more room
 */
export async function readList(
  path: string,
  file: string,
  hasRoom: (entries: number) => boolean,
): Promise<TextContent<TextSet>> {
  const builder = new TextSetBuilder();
  const faults = new LineFindings(file);
  let number = 0;
  for await (const lines of linesOf(path, LIST_BYTES_MAX)) {
    for (const line of lines) {
      number++;
      const text = withoutComment(line);
      if (text === '') continue;
      const entry = entryOf(text);
      if (entry === undefined) faults.add(number, `${quoted(line)} must be ${EXPECTED}`);
      else builder.add(entry);
    }
    if (!hasRoom(builder.count)) {
      throw new TextFault(`there is no room for its ${builder.count} entries and more; ${LIST_LIMITS}`);
    }
  }
  return { content: await inTurns(builder.finish()), problems: faults.findings() };
}

/** `#` may stand in an address, but then without a blank before it. */
function withoutComment(line: string): string {
  const hash = line.indexOf('#');
  if (hash < 0) return line.trim();
  const comment = hash === 0 ? 0 : line.search(/\s#/);
  return (comment < 0 ? line : line.slice(0, comment)).trim();
}

/** @returns as requests are looked up (domain/inventory-list.ts), or undefined */
function entryOf(text: string): string | undefined {
  if (isPlainDomain(text)) return text;
  if (text.toLowerCase().startsWith(PUBLISHER_ENTRY)) return publisherOf(text.slice(PUBLISHER_ENTRY.length));
  if (/\s/.test(text)) return undefined;
  const lower = text.toLowerCase();
  if (BUNDLE.test(lower) && !lower.startsWith('www.') && !lower.endsWith('.')) return lower;
  const domain = domainToASCII(listedDomain(text) ?? '');
  return isPlainDomain(domain) ? domain : undefined;
}

/** `4381` for every exchange, `generic/4381` for one. */
function publisherOf(text: string): string | undefined {
  const [first = '', ...rest] = text.trim().split('/');
  if (rest.length === 0) return first === '' ? undefined : publisherEntry(first, undefined);
  const id = rest.join('/');
  return id === '' || first === '' ? undefined : publisherEntry(id, first);
}
