import type { Inventory } from '../../domain/bid-request.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { tokenDimension } from './tokens.js';
import { appendWord, appendWords, decodePercent } from './words.js';

/** Of all keyword lists together, and of the page's address. */
const TEXT_CHARACTERS_MAX = 8192;

/**
 * Words and phrases: each comma-separated keyword of the page as a whole, its single words, and the words of the
 * path and query of the page's address. All in lower case.
 *
 * So that no request makes much work, only the first 8,192 characters of the keywords and of the address are read, and
 * only words and phrases of at most 64 characters count. Not told when there is neither a keyword nor a page.
 */
export const keywords: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'keywords',
  choiceOf: (lineItem) => lineItem.targeting.keywords,
  tokenOf: (keyword) => keyword,
  resolve({ request }, terms, found) {
    const { inventory } = request;
    const told = keywordsOf(inventory);
    for (const keyword of told) terms.find(keyword, found);
    return told.length > 0 || tellsPage(inventory);
  },
  factWords({ request }) {
    const { inventory } = request;
    const told = keywordsOf(inventory);
    if (told.length === 0) return tellsPage(inventory) ? 'no words' : undefined;
    return [...new Set(told)].join(', ');
  },
});

function tellsPage(inventory: Inventory): boolean {
  return inventory.page !== undefined && inventory.page !== '';
}

function keywordsOf(inventory: Inventory): string[] {
  const keywords: string[] = [];
  let charactersLeft = TEXT_CHARACTERS_MAX;
  for (const list of inventory.keywords) {
    if (charactersLeft <= 0) break;
    addKeywords(list.slice(0, charactersLeft).toLowerCase(), keywords);
    charactersLeft -= list.length;
  }
  if (inventory.page !== undefined) appendWords(pathAndQuery(inventory.page).toLowerCase(), keywords);
  return keywords;
}

function addKeywords(list: string, keywords: string[]): void {
  for (let start = 0; start < list.length;) {
    const comma = list.indexOf(',', start);
    const end = comma < 0 ? list.length : comma;
    const phrase = list.slice(start, end).trim();
    appendWord(phrase, keywords);
    appendWords(phrase, keywords);
    start = end + 1;
  }
}

/** The part of an address behind its host, without the fragment, decoded. */
function pathAndQuery(page: string): string {
  const address = page.slice(0, TEXT_CHARACTERS_MAX);
  const scheme = address.indexOf('://');
  const host = scheme < 0 ? 0 : scheme + 3;
  const fragment = address.indexOf('#', host);
  const end = fragment < 0 ? address.length : fragment;
  for (let i = host; i < end; i++) {
    const character = address[i];
    if (character === '/' || character === '?') return decodePercent(address.slice(i, end));
  }
  return '';
}
