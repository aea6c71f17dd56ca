import type { Inventory } from '../../domain/bid-request.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { tokenDimension, valueDimension } from './tokens.js';

/** Longest name the Domain Name System has. Longer ones tell nothing. */
const DOMAIN_CHARACTERS_MAX = 253;
const CATEGORIES_MAX = 256;
/** A code of IAB Content Taxonomy 1.0, the only one that campaigns are written in. Other taxonomies have numbers. */
const TAXONOMY_1_CODE = /^IAB\d/i;

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
 * What the page is about, in IAB Content Taxonomy 1.0. A parent (`IAB17`) includes its children (`IAB17-3`). Its codes
 * are known by their form, since many who send them name another taxonomy or none; codes of others tell nothing. The
 * first 256 categories count.
 */
export const categories: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'categories',
  choiceOf: (lineItem) => lineItem.targeting.categories,
  tokenOf: (category) => category,
  resolve({ request }, terms, found) {
    const categories = categoriesOf(request.inventory);
    for (const sent of categories) {
      const category = sent.toUpperCase();
      terms.find(category, found);
      const dash = category.indexOf('-');
      if (dash > 0) terms.find(category.slice(0, dash), found);
    }
    return categories.length > 0;
  },
  factWords: ({ request }) => categoriesOf(request.inventory).join(', ') || undefined,
});

function categoriesOf({ categories }: Inventory): readonly string[] {
  if (categories.length === 0) return categories;
  return categories.slice(0, CATEGORIES_MAX).filter((category) => TAXONOMY_1_CODE.test(category));
}
