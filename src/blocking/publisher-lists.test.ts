import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockLists } from '../domain/bid-request.js';
import { PublisherLists } from './publisher-lists.js';

const NO_BLOCKS: BlockLists = {
  categories: [],
  categoriesAllowed: [],
  categoryTaxonomy: 1,
  advertiserDomains: [],
  apps: [],
  languagesAllowed: [],
  languageTagsAllowed: [],
};

/** A tree of three tiers: 1 over 2 over 3, and 1 over 4; 5 by itself. */
const PARENTS: Readonly<Record<string, string>> = { '2': '1', '3': '2', '4': '1' };
const TREE = new Map([
  ['1', []],
  ['2', ['1']],
  ['3', ['2', '1']],
  ['4', ['1']],
  ['5', []],
]);
const CONTENT_3 = 7;

function lists(blocks: Partial<BlockLists>, taxonomies = new Map([[CONTENT_3, TREE]])): PublisherLists {
  return new PublisherLists({ ...NO_BLOCKS, ...blocks }, taxonomies);
}

/** Is it the code itself, or does it stand above it? Walked parent by parent. */
function covers(listed: string, code: string, taxonomy: number): boolean {
  for (let at: string | undefined = code; at !== undefined; at = parentOf(at, taxonomy)) {
    if (at === listed) return true;
  }
  return false;
}

function parentOf(code: string, taxonomy: number): string | undefined {
  if (taxonomy === 1) return code.includes('-') ? code.split('-')[0] : undefined;
  return taxonomy === CONTENT_3 ? PARENTS[code] : undefined;
}

describe('lists of categories', () => {
  it('say what a plain walk over every pair says, in every taxonomy', () => {
    const codes = fc.constantFrom('IAB1', 'IAB1-2', 'IAB17', 'IAB17-3', '1', '2', '3', '4', '5', '9');
    const several = fc.array(codes, { maxLength: 4 });
    const long = fc.array(codes, { minLength: 17, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.oneof(several, long),
        fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: several }),
        fc.constantFrom(0, 1, 2, CONTENT_3, 500),
        several,
        several,
        (blocked, allowed, taxonomy, own, elsewhere) => {
          const creative = { categories: own, categoriesElsewhere: new Map([[CONTENT_3, elsewhere]]) };
          const codesThere = taxonomy === 1 ? own : taxonomy === CONTENT_3 ? elsewhere : [];
          const isShown = codesThere.length > 0 || (taxonomy === 1 && allowed.length === 0);
          const isListed = blocked.length + allowed.length > 0;
          const taken =
            !isListed ||
            (isShown &&
              !codesThere.some((code) => blocked.some((name) => covers(name, code, taxonomy))) &&
              (allowed.length === 0 ||
                codesThere.every((code) => allowed.some((name) => covers(name, code, taxonomy)))));
          const asked = lists({
            categories: blocked,
            categoriesAllowed: allowed,
            categoryTaxonomy: taxonomy,
          });
          expect(asked.takesCategories(creative)).toBe(taken);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('know no parents in a taxonomy whose tree is not loaded', () => {
    const creative = { categories: [], categoriesElsewhere: new Map([[CONTENT_3, ['3']]]) };
    const ask = (code: string): boolean =>
      lists({ categories: [code], categoryTaxonomy: CONTENT_3 }, new Map()).takesCategories(creative);
    expect(ask('1')).toBe(true);
    expect(ask('3')).toBe(false);
  });
});

describe('blocked advertisers', () => {
  it.each([
    ['xn--bcher-kva.example', 'bücher.example'],
    ['shop.xn--bcher-kva.example', 'bücher.example'],
    ['bucher.example', 'bucher.example'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ])('%s is blocked by %s', (domain, listed) => {
    expect(lists({ advertiserDomains: [listed] }).blocksAdvertiser(domain)).toBe(true);
  });

  it.each([
    ['xn--bcher-kva.example', 'bucher.example'],
    ['acme.example', 'xacme.example'],
    ['acme.example', 'shop.acme.example'],
  ])('%s is not blocked by %s', (domain, listed) => {
    expect(lists({ advertiserDomains: [listed] }).blocksAdvertiser(domain)).toBe(false);
  });
});
