import type { Inventory } from '../../domain/bid-request.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { tokenDimension, valueDimension } from './tokens.js';

/** Longest name the Domain Name System has. Longer ones tell nothing. */
const DOMAIN_CHARACTERS_MAX = 253;
const CATEGORIES_MAX = 256;
/** `cattax` of IAB Content Taxonomy 1.0, the only one whose codes campaigns are written in. */
const CONTENT_TAXONOMY_1 = 1;

export const exchanges: Dimension<Visit> = valueDimension('exchanges', (visit) => visit.exchange);
export const bundles: Dimension<Visit> = valueDimension('bundles', (visit) => visit.request.inventory.bundle);
export const publishers: Dimension<Visit> = valueDimension(
  'publishers',
  (visit) => visit.request.inventory.publisherId,
);

/** Site and app domains. A domain includes its subdomains: `news.example` is `a.news.example`, not `xnews.example`. */
export const domains: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'domains',
  choiceOf: (lineItem) => lineItem.targeting.domains,
  tokenOf: (domain) => domain,
  resolve(visit, terms, found) {
    const domain = domainOf(visit);
    if (domain === undefined) return false;
    terms.find(domain, found);
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      terms.find(domain.slice(dot + 1), found);
    }
    return true;
  },
  factWords: domainOf,
});

function domainOf({ request }: Visit): string | undefined {
  const { domain } = request.inventory;
  return domain === undefined || domain === '' || domain.length > DOMAIN_CHARACTERS_MAX ? undefined : domain;
}

/**
 * What the page is about, in IAB Content Taxonomy 1.0. A parent (`IAB17`) includes its children (`IAB17-3`). Told only
 * by requests that speak this taxonomy; the first 256 categories count.
 */
export const categories: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'categories',
  choiceOf: (lineItem) => lineItem.targeting.categories,
  tokenOf: (category) => category,
  resolve({ request }, terms, found) {
    if (!tellsCategories(request.inventory)) return false;
    const { categories } = request.inventory;
    for (let i = 0; i < categories.length && i < CATEGORIES_MAX; i++) {
      const category = (categories[i] as string).toUpperCase();
      terms.find(category, found);
      const dash = category.indexOf('-');
      if (dash > 0) terms.find(category.slice(0, dash), found);
    }
    return true;
  },
  factWords: ({ request }) =>
    tellsCategories(request.inventory) ? request.inventory.categories.join(', ') : undefined,
});

function tellsCategories(inventory: Inventory): boolean {
  return inventory.categoryTaxonomy === CONTENT_TAXONOMY_1 && inventory.categories.length > 0;
}
