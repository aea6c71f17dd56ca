import { CATEGORY_TAXONOMIES } from '../domain/adcom-words.js';
import type { SupplyFiles } from '../domain/supply-policy.js';
import type { TextSet } from '../lib/text-set.js';
import type { Finding } from './finding.js';
import { ADS_TXT_BYTES_MAX, isSameAdsTxt, readAdsTxt } from './read-ads-txt.js';
import { LIST_BYTES_MAX, LIST_ENTRIES_MAX, LIST_ENTRIES_TOTAL_MAX, readList } from './read-list.js';
import { isSameSellers, readSellers, SELLERS_BYTES_MAX } from './read-sellers.js';
import { readTaxonomy, TAXONOMY_BYTES_MAX } from './read-taxonomy.js';
import { keepTexts, type TextFolder } from './text-folder.js';

const LISTS_MAX = 200;
const ADS_TXT_FILES_MAX = 50_000;
const SELLERS_FILES_MAX = 500;

/** Folders of the configuration that hold what supply is judged by. */
export const SUPPLY_FOLDERS = [
  'lists',
  'taxonomies',
  'supply',
  'supply/ads-txt',
  'supply/app-ads-txt',
  'supply/sellers',
];

export interface SupplyFilesLoader {
  /** @returns the same files as long as they say the same */
  look(): Promise<{ readonly files: SupplyFiles; readonly problems: readonly Finding[] }>;
}

/** Reads the lists, taxonomies, ads.txt and sellers.json files again and again; see `keepTexts`. */
export function keepSupplyFiles(
  configDir: string,
  listEntriesTotalMax = LIST_ENTRIES_TOTAL_MAX,
): SupplyFilesLoader {
  const lists = keepLists(configDir, listEntriesTotalMax);
  const taxonomies = keepTexts({
    configDir,
    folder: 'taxonomies',
    ending: '.tsv',
    filesMax: Object.keys(CATEGORY_TAXONOMIES).length,
    bytesMax: TAXONOMY_BYTES_MAX,
    read: readTaxonomy,
    isSame: (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]),
  });
  const ofAdsTxt = {
    configDir,
    ending: '.txt',
    filesMax: ADS_TXT_FILES_MAX,
    bytesMax: ADS_TXT_BYTES_MAX,
    read: readAdsTxt,
    isSame: isSameAdsTxt,
  };
  const adsTxt = keepTexts({ ...ofAdsTxt, folder: 'supply/ads-txt' });
  const appAdsTxt = keepTexts({ ...ofAdsTxt, folder: 'supply/app-ads-txt' });
  const sellers = keepTexts({
    configDir,
    folder: 'supply/sellers',
    ending: '.json',
    filesMax: SELLERS_FILES_MAX,
    bytesMax: SELLERS_BYTES_MAX,
    read: readSellers,
    isSame: isSameSellers,
  });
  let taxonomiesByName: ReadonlyMap<string, unknown> | undefined;
  let current: SupplyFiles | undefined;
  return {
    look: async () => {
      const found = {
        lists: await lists.scan(),
        taxonomies: await taxonomies.scan(),
        adsTxt: await adsTxt.scan(),
        appAdsTxt: await appAdsTxt.scan(),
        sellers: await sellers.scan(),
      };
      const isSame =
        current?.lists === found.lists.contents &&
        taxonomiesByName === found.taxonomies.contents &&
        current.adsTxt === found.adsTxt.contents &&
        current.appAdsTxt === found.appAdsTxt.contents &&
        current.sellers === found.sellers.contents;
      if (!current || !isSame) {
        taxonomiesByName = found.taxonomies.contents;
        current = {
          lists: found.lists.contents,
          taxonomies: byNumber(found.taxonomies.contents),
          adsTxt: found.adsTxt.contents,
          appAdsTxt: found.appAdsTxt.contents,
          sellers: found.sellers.contents,
        };
      }
      return { files: current, problems: Object.values(found).flatMap(({ problems }) => problems) };
    },
  };
}

/** @param entriesTotalMax of all lists together */
function keepLists(configDir: string, entriesTotalMax: number): TextFolder<TextSet> {
  const sizes = new Map<string, number>();
  const folder = keepTexts<TextSet>({
    configDir,
    folder: 'lists',
    ending: '.txt',
    // Networks, which traffic.json names.
    othersEnding: '.cidr',
    filesMax: LISTS_MAX,
    bytesMax: LIST_BYTES_MAX,
    read: async (path, file) => {
      const before = sizes.get(file) ?? 0;
      const hasRoom = (entries: number): boolean => {
        // Several lists are read at a time: what each has so far counts, and its former version until it is replaced,
        // or else one list could take the room of another that is only being read again.
        sizes.set(file, Math.max(before, entries));
        const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
        return entries <= LIST_ENTRIES_MAX && total <= entriesTotalMax;
      };
      try {
        const found = await readList(path, file, hasRoom);
        sizes.set(file, found.content?.size ?? 0);
        return found;
      } catch (error) {
        sizes.set(file, before);
        throw error;
      }
    },
    isSame: (a, b) => a.equals(b),
  });
  return {
    scan: async () => {
      const scanned = await folder.scan();
      for (const file of sizes.keys()) {
        if (!scanned.contents.has(file.slice('lists/'.length, -'.txt'.length))) sizes.delete(file);
      }
      return scanned;
    },
  };
}

function byNumber<Content>(contents: ReadonlyMap<string, Content>): ReadonlyMap<number, Content> {
  const numbers: Readonly<Record<string, number>> = CATEGORY_TAXONOMIES;
  return new Map(
    [...contents].flatMap(([name, content]) => {
      const number = numbers[name];
      return number === undefined ? [] : [[number, content] as const];
    }),
  );
}
