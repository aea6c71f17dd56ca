import type { BlockLists, Inventory } from '../domain/bid-request.js';
import type { RequestFields } from './check-request.js';
import { requestHost } from './request-host.js';
import { readAllowed, readDomains, readLowerCodes, readUpperCodes } from './codes.js';
import {
  isTold,
  readCount,
  readLowerText,
  readObject,
  readSingle,
  readText,
  readTexts,
  type JsonObject,
} from './read.js';

/** IAB Content Category Taxonomy 1.0, AdCOM's default where `cattax` is absent. */
const CATEGORY_TAXONOMY_DEFAULT = 1;
/** Of a `cattax` that cannot be read; no list has this one. */
const CATEGORY_TAXONOMY_UNREADABLE = 0;

type InventoryFields = JsonObject<
  | 'id'
  | 'domain'
  | 'page'
  | 'bundle'
  | 'publisher'
  | 'cat'
  | 'sectioncat'
  | 'pagecat'
  | 'keywords'
  | 'kwarray'
  | 'content'
  | 'inventorypartnerdomain'
  | 'ext'
>;

type ContentFields = JsonObject<'cat' | 'keywords' | 'kwarray' | 'language' | 'langb'>;

const NO_CONTENT: ContentFields = {};

const NO_INVENTORY: Inventory = {
  kind: 'none',
  domain: undefined,
  bundle: undefined,
  id: undefined,
  publisherId: undefined,
  publisherDomain: undefined,
  partnerDomain: undefined,
  categories: [],
  keywords: [],
  page: undefined,
  contentLanguage: undefined,
};

/** What is sold: the site, the app or the screen (OpenRTB 2.6 §3.2.13, 3.2.14, 3.2.32). */
export function decodeInventory(request: RequestFields): Inventory {
  const site: InventoryFields | undefined = readObject(request.site);
  if (site) return decodeChannel('site', site);
  const app: InventoryFields | undefined = readObject(request.app);
  if (app) return decodeChannel('app', app);
  const dooh: InventoryFields | undefined = readObject(request.dooh);
  return dooh ? decodeChannel('dooh', dooh) : NO_INVENTORY;
}

function decodeChannel(kind: 'site' | 'app' | 'dooh', channel: InventoryFields): Inventory {
  const content: ContentFields = readObject(channel.content) ?? NO_CONTENT;
  const page = kind === 'site' ? readText(channel.page) : undefined;
  const publisher = readObject<'id' | 'domain'>(channel.publisher);
  // OpenRTB 2.6 has it in the object itself, 2.5 in the object's ext.
  const partner =
    channel.inventorypartnerdomain ??
    readObject<'inventorypartnerdomain'>(channel.ext)?.inventorypartnerdomain;
  return {
    kind,
    domain: requestHost(readText(channel.domain) ?? '') ?? requestHost(page ?? ''),
    bundle: kind === 'app' ? readLowerText(channel.bundle) : undefined,
    id: readText(channel.id),
    publisherId: readText(publisher?.id),
    publisherDomain: requestHost(readText(publisher?.domain) ?? ''),
    partnerDomain: requestHost(readText(partner) ?? ''),
    categories: allCategories(channel, content),
    keywords: allKeywords(channel, content),
    page,
    contentLanguage: readText(content.langb) ?? readText(content.language),
  };
}

/** Of whatever taxonomy each is: many name a wrong one, and codes tell by their form which one they are of. */
function allCategories(channel: InventoryFields, content: ContentFields): readonly string[] {
  const own = readUpperCodes(channel.cat);
  const section = readUpperCodes(channel.sectioncat);
  const page = readUpperCodes(channel.pagecat);
  const contents = readUpperCodes(content.cat);
  if (section.length === 0 && page.length === 0 && contents.length === 0) return own;
  return [...own, ...section, ...page, ...contents];
}

function allKeywords(channel: InventoryFields, content: ContentFields): readonly string[] {
  const own = readTexts(channel.keywords);
  const ownList = readTexts(channel.kwarray);
  const contents = readTexts(content.keywords);
  const contentsList = readTexts(content.kwarray);
  if (ownList.length === 0 && contents.length === 0 && contentsList.length === 0) return own;
  return [...own, ...ownList, ...contents, ...contentsList];
}

export function decodeBlockLists(request: RequestFields): BlockLists {
  return {
    categories: readUpperCodes(request.bcat),
    categoriesAllowed: readAllowed(request.acat, readUpperCodes),
    categoryTaxonomy: readTaxonomy(request.cattax),
    advertiserDomains: readDomains(request.badv),
    apps: readLowerCodes(request.bapp),
    languagesAllowed: readAllowed(request.wlang, readLowerCodes),
    languageTagsAllowed: readAllowed(request.wlangb, readLowerCodes),
  };
}

function readTaxonomy(value: unknown): number {
  if (!isTold(value)) return CATEGORY_TAXONOMY_DEFAULT;
  return readCount(readSingle(value)) ?? CATEGORY_TAXONOMY_UNREADABLE;
}
