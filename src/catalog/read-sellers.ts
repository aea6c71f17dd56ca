import { anyDomainKey, confidentialKey, sellerDomainKey, type SellersJson } from '../domain/supply-policy.js';
import { TextSetBuilder } from '../lib/text-set.js';
import { JsonListSplitter } from './json-list-splitter.js';
import { LineFindings, quoted } from './line-findings.js';
import { domainOf } from './read-ads-txt.js';
import { piecesOf, TextFault } from './read-lines.js';
import type { TextContent } from './text-folder.js';
import { inTurns } from './turns.js';

/** The largest exchanges name a million sellers in 150 MB. */
export const SELLERS_BYTES_MAX = 536_870_912;
const SELLERS_MAX = 2_000_000;

/**
 * Reads a sellers.json (IAB sellers.json 1.0), seller by seller, since the whole of a large one would hold everything up.
 *
 * @throws TextFault when it is no JSON with a list "sellers", or has too many
 */
export async function readSellers(path: string, file: string): Promise<TextContent<SellersJson>> {
  const splitter = new JsonListSplitter('sellers');
  const faults = new LineFindings(file);
  const builder = new TextSetBuilder();
  let count = 0;
  for await (const piece of piecesOf(path, SELLERS_BYTES_MAX)) {
    for (const { text, line } of splitter.push(piece)) {
      if (addSeller(text, builder)) count++;
      else
        faults.add(line, `${quoted(text)} is no seller with a seller_id and a seller_type; it is left out`);
    }
    if (count > SELLERS_MAX) throw new TextFault(`there are more than ${SELLERS_MAX} sellers`);
  }
  const fault = splitter.end();
  if (fault !== undefined) throw new TextFault(fault);
  return { content: { sellers: await inTurns(builder.finish()) }, problems: faults.findings() };
}

interface Seller {
  readonly seller_id?: unknown;
  readonly seller_type?: unknown;
  readonly domain?: unknown;
  readonly is_confidential?: unknown;
}

/** As it is written: what somebody else put there is not to be turned into a number. */
const IS_CONFIDENTIAL: readonly unknown[] = [1, '1', true];

/** @returns false when the text is no seller */
function addSeller(text: string, builder: TextSetBuilder): boolean {
  const seller = parsed(text);
  const type = typeof seller?.seller_type === 'string' ? seller.seller_type.trim().toUpperCase() : '';
  const id = idOf(seller?.seller_id);
  if (!seller || id === undefined || !['PUBLISHER', 'INTERMEDIARY', 'BOTH'].includes(type)) return false;
  builder.add(id);
  if (IS_CONFIDENTIAL.includes(seller.is_confidential)) builder.add(confidentialKey(id));
  const domain = typeof seller.domain === 'string' ? domainOf(seller.domain) : undefined;
  // Only who is nothing but a publisher sells nothing but what it owns.
  builder.add(type === 'PUBLISHER' && domain !== undefined ? sellerDomainKey(id, domain) : anyDomainKey(id));
  return true;
}

function parsed(text: string): Seller | undefined {
  try {
    return JSON.parse(text) as Seller;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Some systems write numbers. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  const id = typeof value === 'string' ? value.trim() : '';
  return id === '' ? undefined : id;
}

export function isSameSellers(a: SellersJson, b: SellersJson): boolean {
  return a.sellers.equals(b.sellers);
}
