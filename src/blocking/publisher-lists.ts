import type { BlockLists } from '../domain/bid-request.js';
import type { CategoryTree } from '../domain/category-tree.js';
import type { CreativeFacts } from '../domain/creative.js';
import { unicodeHost } from '../lib/punycode.js';

/** IAB Content Taxonomy 1.0 (AdCOM "Category Taxonomies"), whose codes tell their parents. */
const CONTENT_1 = 1;
const NO_TREES: ReadonlyMap<number, CategoryTree> = new Map();
/** Making a set costs more than looking through this few entries. */
const LOOKED_THROUGH_MAX = 16;

type Categorised = Pick<CreativeFacts, 'categories' | 'categoriesElsewhere'>;

/**
 * The publisher's lists of one request, made to be asked again and again: a list may have thousands of entries, and so
 * may the candidates that are held against it. A long list becomes a set when it is first asked.
 */
export class PublisherLists {
  readonly #blocks: BlockLists;
  readonly #taxonomies: ReadonlyMap<number, CategoryTree>;
  #advertiserDomains: NameList | undefined;
  #apps: NameList | undefined;
  #categories: NameList | undefined;
  #categoriesAllowed: NameList | undefined;

  /** @param taxonomies what stands above each category; in a taxonomy without a tree only equal codes match */
  constructor(blocks: BlockLists, taxonomies: ReadonlyMap<number, CategoryTree> = NO_TREES) {
    this.#blocks = blocks;
    this.#taxonomies = taxonomies;
  }

  /** `badv`: a name blocks all its subdomains, in either spelling of its letters (rule 24). @param domain lower case */
  blocksAdvertiser(domain: string): boolean {
    if (this.#blocks.advertiserDomains.length === 0) return false;
    const list = (this.#advertiserDomains ??= new NameList(this.#blocks.advertiserDomains));
    if (list.includesDomain(domain)) return true;
    const spelt = unicodeHost(domain);
    return spelt !== domain && list.includesDomain(spelt);
  }

  /** `bapp` */
  blocksApp(bundle: string): boolean {
    if (this.#blocks.apps.length === 0) return false;
    this.#apps ??= new NameList(this.#blocks.apps);
    return this.#apps.includes(bundle);
  }

  /**
   * `bcat` and `acat` under `cattax` (rule 23): no category of the creative may be blocked, and where some are allowed,
   * each has to be; a parent stands for its children. A creative that has no category in the taxonomy of the lists is not
   * shown to be allowed, so it is not bid.
   */
  takesCategories(creative: Categorised): boolean {
    const { categories: blocked, categoriesAllowed: allowed, categoryTaxonomy } = this.#blocks;
    if (blocked.length === 0 && allowed.length === 0) return true;
    const isContent1 = categoryTaxonomy === CONTENT_1;
    const categories = isContent1 ? creative.categories : creative.categoriesElsewhere.get(categoryTaxonomy);
    // Lists in the taxonomy that nearly all are in block what they name; a creative without categories is none of it.
    if (!categories || categories.length === 0) return isContent1 && allowed.length === 0;
    const tree = isContent1 ? undefined : this.#taxonomies.get(categoryTaxonomy);
    const blockedNames = (this.#categories ??= new NameList(blocked));
    const allowedNames = (this.#categoriesAllowed ??= new NameList(allowed));
    for (const category of categories) {
      if (blockedNames.includesCategory(category, tree)) return false;
      if (allowed.length > 0 && !allowedNames.includesCategory(category, tree)) return false;
    }
    return true;
  }
}

/** True when the list names `domain` or a domain above it. Both sides lower case. */
export function includesDomain(list: readonly string[], domain: string): boolean {
  let names = nameLists.get(list);
  if (!names) nameLists.set(list, (names = new NameList(list)));
  return names.includesDomain(domain);
}

/** Each list of a request is asked for many candidates. */
const nameLists = new WeakMap<readonly string[], NameList>();

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

  /** True when the list names `category` or what stands above it: in Content 1.0 `IAB7` covers `IAB7-39`. */
  includesCategory(category: string, tree: CategoryTree | undefined): boolean {
    if (this.includes(category)) return true;
    if (tree) return tree.get(category)?.some((above) => this.includes(above)) ?? false;
    const dash = category.startsWith('IAB') ? category.indexOf('-') : -1;
    return dash > 0 && this.includes(category.slice(0, dash));
  }
}
