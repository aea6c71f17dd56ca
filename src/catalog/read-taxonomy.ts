import { CATEGORY_TAXONOMIES } from '../domain/adcom-words.js';
import type { CategoryTree } from '../domain/category-tree.js';
import { wholeFileFinding } from './finding.js';
import { LineFindings, quoted } from './line-findings.js';
import { linesOf, TextFault } from './read-lines.js';
import type { TextContent } from './text-folder.js';

export const TAXONOMY_BYTES_MAX = 4_194_304;
const CATEGORIES_MAX = 20_000;
/** The deepest of the published ones has four tiers. */
const TIERS_MAX = 16;
const CODE = /^[A-Za-z0-9-]{1,16}$/;

/**
 * Reads the tree of a taxonomy as the IAB publishes it: columns parted by tabs, of which the first is the id of a category
 * and the second that of its parent; the lines above the first such line are headings.
 *
 * @param file named after its taxonomy
 * @throws TextFault when there are too many categories
 */
export async function readTaxonomy(path: string, file: string): Promise<TextContent<CategoryTree>> {
  const names = Object.keys(CATEGORY_TAXONOMIES);
  const name = file.slice(file.lastIndexOf('/') + 1).replace(/\.tsv$/, '');
  if (!names.includes(name)) {
    const message = `there is no taxonomy of that name; the file must be called one of ${names.join(', ')}`;
    return { content: undefined, problems: [wholeFileFinding(file, message)] };
  }
  const faults = new LineFindings(file);
  const parents = new Map<string, string>();
  let number = 0;
  for await (const lines of linesOf(path, TAXONOMY_BYTES_MAX)) {
    for (const line of lines) {
      number++;
      const [id = '', parent = ''] = line.split('\t', 2).map((cell) => cell.trim());
      if (CODE.test(id) && (parent === '' || CODE.test(parent))) {
        parents.set(id.toUpperCase(), parent.toUpperCase());
      } else if (parents.size > 0 && line.trim() !== '') {
        faults.add(
          number,
          `${quoted(line)} must begin with the id of a category, a tab and its parent's id or nothing`,
        );
      }
      if (parents.size > CATEGORIES_MAX)
        throw new TextFault(`there are more than ${CATEGORIES_MAX} categories`);
    }
  }
  if (parents.size > 0) return { content: treeOf(parents), problems: faults.findings() };
  const message = 'no line begins with the id of a category and a tab, so there is nothing to compare';
  return { content: undefined, problems: [wholeFileFinding(file, message)] };
}

/** Published files have had categories that are their own parents: what goes in circles ends where it would repeat. */
function treeOf(parents: ReadonlyMap<string, string>): CategoryTree {
  const tree = new Map<string, readonly string[]>();
  for (const id of parents.keys()) {
    const ancestors: string[] = [];
    let above = parents.get(id) ?? '';
    while (above !== '' && above !== id && !ancestors.includes(above) && ancestors.length < TIERS_MAX) {
      ancestors.push(above);
      above = parents.get(above) ?? '';
    }
    tree.set(id, ancestors);
  }
  return tree;
}
