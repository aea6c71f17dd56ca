import type { BlockLists } from '../domain/bid-request.js';
import type { Creative } from '../domain/creative.js';

/** IAB Content Taxonomy 1.0 (AdCOM "Category Taxonomies"), which every creative speaks. */
const CATEGORY_TAXONOMY = 1;
/** Making a set costs more than looking through this few entries. */
const LOOKED_THROUGH_MAX = 16;

/**
 * The publisher's lists of one request, made to be asked again and again: a list may have thousands of entries, and so
 * may the candidates that are held against it. A long list becomes a set when it is first asked.
 */
export class PublisherLists {
  readonly #blocks: BlockLists;
  #advertiserDomains: NameList | undefined;
  #apps: NameList | undefined;
  #categories: NameList | undefined;
  #categoriesAllowed: NameList | undefined;

  constructor(blocks: BlockLists) {
    this.#blocks = blocks;
  }

  /** `badv`: a name blocks all its subdomains (rule 24). @param domain lower case */
  blocksAdvertiser(domain: string): boolean {
    this.#advertiserDomains ??= new NameList(this.#blocks.advertiserDomains);
    return this.#advertiserDomains.includesDomain(domain);
  }

  /** `bapp` */
  blocksApp(bundle: string): boolean {
    this.#apps ??= new NameList(this.#blocks.apps);
    return this.#apps.includes(bundle);
  }

  /**
   * `bcat` and `acat` (rule 23). Lists in a taxonomy that the creative does not speak take nothing, and a list of allowed categories
   * takes nothing that has none: what is not shown to be allowed is not bid.
   */
  takesCategories(creative: Pick<Creative, 'categories' | 'categoriesElsewhere'>): boolean {
    const { categories: blocked, categoriesAllowed: allowed, categoryTaxonomy } = this.#blocks;
    if (blocked.length === 0 && allowed.length === 0) return true;
    const categories =
      categoryTaxonomy === CATEGORY_TAXONOMY
        ? creative.categories
        : creative.categoriesElsewhere.get(categoryTaxonomy);
    if (!categories) return false;
    const blockedNames = (this.#categories ??= new NameList(blocked));
    const allowedNames = (this.#categoriesAllowed ??= new NameList(allowed));
    for (const category of categories) {
      if (blockedNames.includesCategory(category)) return false;
      if (allowed.length > 0 && !allowedNames.includesCategory(category)) return false;
    }
    return allowed.length === 0 || categories.length > 0;
  }
}

/** True when the list names `domain` or a domain above it. Both sides lower case. */
export function includesDomain(list: readonly string[], domain: string): boolean {
  return new NameList(list).includesDomain(domain);
}

class NameList {
  readonly #names: readonly string[] | ReadonlySet<string>;

  constructor(names: readonly string[]) {
    this.#names = names.length > LOOKED_THROUGH_MAX ? new Set(names) : names;
  }

  includes(name: string): boolean {
    return 'has' in this.#names ? this.#names.has(name) : this.#names.includes(name);
  }

  includesDomain(domain: string): boolean {
    if (this.includes(domain)) return true;
    for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
      if (this.includes(domain.slice(dot + 1))) return true;
    }
    return false;
  }

  /** True when the list names `category` or its parent: `IAB7` covers `IAB7-39`. */
  includesCategory(category: string): boolean {
    if (this.includes(category)) return true;
    const dash = category.indexOf('-');
    return dash > 0 && this.includes(category.slice(0, dash));
  }
}
