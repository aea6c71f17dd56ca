import type { Campaign } from '../domain/campaign.js';
import type { Catalog, Exchange } from '../domain/catalog.js';
import { USD, type Rates } from '../domain/money.js';
import { systemClock, type Clock } from '../lib/clock.js';
import { bidsWorthTooMuch } from './bid-worth.js';
import { pathText, type Finding } from './finding.js';
import { keepFormerCampaigns, type FormerCampaigns } from './former-campaigns.js';
import { idOwners } from './id-owners.js';
import type { JsonFile } from './json-file.js';
import { unconfirmedJumps, unconfirmedRateJumps, type AmountFault } from './jumps.js';
import { keepFolder, type KeptFile, type KeptFolder } from './kept-files.js';
import { openLastGood, type LastGoodStore } from './last-good.js';
import { readCampaign, readExchange, readRates, type FileContent } from './read-file.js';
import type { CampaignContent } from './schema/campaign.js';
import { exchangeFile, exchangeOf } from './schema/exchange.js';
import type { RatesContent } from './schema/rates.js';

const GENERIC_EXCHANGE_FILE = 'exchanges/generic.json';
const RATES_FILE = 'rates.json';

export interface CatalogOptions {
  /** Holds `campaigns/`, `exchanges/` and `rates.json`. */
  readonly configDir: string;
  /** Where the last good version of each file is kept across restarts; undefined = only while running. */
  readonly dataDir?: string | undefined;
  readonly clock?: Clock;
}

export interface LoadedCatalog {
  readonly catalog: Catalog;
  /** Everything that is wrong with the files now, in the order of their names. */
  readonly problems: readonly Finding[];
}

/** Reads the configuration once. Never rejects for what stands in the files: that is told in `problems`. */
export function loadCatalog(options: CatalogOptions): Promise<LoadedCatalog> {
  return createCatalogLoader(options).load();
}

export interface CatalogLoader {
  /**
   * Looks at all files again. A catalog that says the same as before is the same object, so that its version counts up
   * with real changes only. Calls must not overlap.
   */
  load(): Promise<LoadedCatalog>;
  /** The files as they stand after the last load, bad ones included. */
  files(): readonly KeptFile<unknown>[];
}

interface Folders {
  readonly campaigns: KeptFolder<CampaignContent>;
  readonly exchanges: KeptFolder<Exchange>;
  readonly rates: KeptFolder<RatesContent>;
}

/**
 * Reads the configuration again and again. A file is used as a whole or not at all: a version with any problem is
 * refused, and the last good one of the same file takes its place. No file's problem touches another file.
 */
export function createCatalogLoader(
  { configDir, dataDir, clock = systemClock }: CatalogOptions,
  lastGood: LastGoodStore = openLastGood(dataDir),
): CatalogLoader {
  const common = { configDir, lastGood, clock };
  const former = keepFormerCampaigns(lastGood, clock);
  const folders: Folders = {
    campaigns: keepFolder({
      ...common,
      folder: 'campaigns',
      required: [],
      read: readCampaign,
      onGone: ({ campaign }) => former.remember(campaign),
    }),
    exchanges: keepFolder({
      ...common,
      folder: 'exchanges',
      required: [GENERIC_EXCHANGE_FILE],
      read: readExchange,
    }),
    rates: keepFolder({ ...common, folder: '', required: [RATES_FILE], read: readRates }),
  };
  let current: Catalog = { version: 0, campaigns: [], exchanges: new Map(), rates: DOLLARS_ONLY };
  let seen: readonly KeptFile<unknown>[] = [];

  return {
    load: async () => {
      const problems: Finding[] = [];
      const rates = await loadRates(folders.rates, problems);
      const exchanges = await loadExchanges(folders.exchanges, problems);
      const campaigns = await loadCampaigns({ ...folders, former }, rates.rates, problems);
      const next = { campaigns: campaigns.campaigns, exchanges: exchanges.exchanges, rates: rates.rates };
      const isNew = current.version === 0 || !isSameCatalog(current, next);
      if (isNew) current = { version: current.version + 1, ...next };
      seen = [...campaigns.files, ...exchanges.files, ...rates.files];
      return { catalog: current, problems };
    },
    files: () => seen,
  };
}

/** Stands in for rates that were never readable: bids and floors in dollars still work. */
const DOLLARS_ONLY: Rates = { date: '1970-01-01', perUsd: new Map([[USD, 1]]) };

async function loadRates(folder: KeptFolder<RatesContent>, problems: Finding[]) {
  const { files } = await folder.scan();
  const [file] = files;
  const content = file && (await takeOver(folder, file, rateRefusals(file), problems));
  return { rates: content?.rates ?? DOLLARS_ONLY, files };
}

function rateRefusals({ file, present, lastGood }: KeptFile<RatesContent>): Finding[] {
  if (!present.good || lastGood === undefined) return [];
  return amountFindings(file, present.json, unconfirmedRateJumps(present.content, lastGood.content.rates));
}

async function loadExchanges(folder: KeptFolder<Exchange>, problems: Finding[]) {
  const { files, problems: ofFolder } = await folder.scan();
  problems.push(...ofFolder);
  const exchanges = new Map<string, Exchange>();
  for (const file of files) {
    const exchange = await takeOver(folder, file, [], problems);
    if (exchange) exchanges.set(exchange.id, exchange);
  }
  if (!exchanges.has(PLAIN_EXCHANGE.id)) exchanges.set(PLAIN_EXCHANGE.id, PLAIN_EXCHANGE);
  return { exchanges, files };
}

/** The exchange that is always there. */
const PLAIN_EXCHANGE = exchangeOf(exchangeFile.parse({}), 'generic');

async function loadCampaigns(
  { campaigns: folder, former }: Pick<Folders, 'campaigns'> & { readonly former: FormerCampaigns },
  rates: Rates,
  problems: Finding[],
) {
  const { files, problems: ofFolder } = await folder.scan();
  problems.push(...ofFolder);
  const refusedAmounts = await amountRefusals(files, former, rates);
  const owners = idOwners(
    files.map((file) => {
      const { present, lastGood } = file;
      const wanted = present.good && !refusedAmounts.has(file) ? present.content.campaign.id : undefined;
      return { file: file.file, wanted, former: lastGood?.content.campaign.id };
    }),
  );
  const campaigns: Campaign[] = [];
  for (const file of files) {
    const before = file.lastGood?.content.campaign;
    const isUsable = ({ campaign }: CampaignContent): boolean =>
      owners.get(campaign.id) === file.file && bidsWorthTooMuch(campaign, rates).length === 0;
    const repeats = repeatedId(file, owners);
    const refusals = repeats.length > 0 ? repeats : (refusedAmounts.get(file) ?? []);
    const content = await takeOver(folder, file, refusals, problems, isUsable);
    if (content) campaigns.push(content.campaign);
    const after = file.lastGood?.content.campaign;
    if (before && before.id !== after?.id) problems.push(...(await former.remember(before)));
  }
  return { campaigns, files };
}

/**
 * Holds bids against what anybody pays, and each changed campaign against what last ran under its id, wherever that
 * stood; one under a new id against what its file said before.
 */
async function amountRefusals(
  files: readonly KeptFile<CampaignContent>[],
  former: FormerCampaigns,
  rates: Rates,
): Promise<ReadonlyMap<KeptFile<CampaignContent>, readonly Finding[]>> {
  const runs = new Map<string, Campaign>();
  for (const { lastGood } of files)
    if (lastGood) runs.set(lastGood.content.campaign.id, lastGood.content.campaign);
  const refusals = new Map<KeptFile<CampaignContent>, readonly Finding[]>();
  for (const file of files) {
    const { present, lastGood } = file;
    if (!present.good) continue;
    const { content, json } = present;
    let faults = bidsWorthTooMuch(content.campaign, rates);
    if (faults.length === 0 && content !== lastGood?.content) {
      const { id } = content.campaign;
      const before = runs.get(id) ?? (await former.find(id)) ?? lastGood?.content.campaign;
      if (before) faults = unconfirmedJumps(content, before, rates);
    }
    if (faults.length > 0) refusals.set(file, amountFindings(file.file, json, faults));
  }
  return refusals;
}

function repeatedId(
  { file, present }: KeptFile<CampaignContent>,
  owners: ReadonlyMap<string, string>,
): Finding[] {
  if (!present.good) return [];
  const { id } = present.content.campaign;
  const owner = owners.get(id) ?? file;
  if (owner === file) return [];
  const { line, column, source } = present.json.locate(['id']);
  const message = `id is "${id}", which belongs to ${owner}; give this campaign its own id, or delete one of the two files`;
  return [{ severity: 'error', file, line, column, path: 'id', message, found: source }];
}

function amountFindings(file: string, json: JsonFile, faults: readonly AmountFault[]): Finding[] {
  return faults.map(({ path, says }) => {
    const { line, column, source } = json.locate(path);
    const message = `${pathText(path)} ${says}`;
    return { severity: 'error', file, line, column, path: pathText(path), message, found: source };
  });
}

/**
 * Accepts the present version of a file, or tells why not and falls back to its last good one.
 *
 * @param refusals what is wrong with a version that could be read
 * @param isUsable may the last good version be used now?
 * @returns undefined when there is nothing of this file to use
 */
async function takeOver<Content>(
  folder: KeptFolder<Content>,
  file: KeptFile<Content>,
  refusals: readonly Finding[],
  problems: Finding[],
  isUsable: (lastGood: Content) => boolean = () => true,
): Promise<Content | undefined> {
  const faults = faultsOf(file.present, refusals);
  if (faults.length === 0) {
    problems.push(...(await folder.accept(file)));
    return file.lastGood?.content;
  }
  const usable = file.lastGood && isUsable(file.lastGood.content) ? file.lastGood : undefined;
  const consequence = usable
    ? `the version of ${minuteText(usable.savedMs)} keeps running`
    : 'nothing of this file is in use';
  for (const fault of faults) problems.push({ ...fault, consequence });
  return usable?.content;
}

function faultsOf(present: FileContent<unknown>, refusals: readonly Finding[]): readonly Finding[] {
  return present.good ? refusals : present.problems;
}

function minuteText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function isSameCatalog(a: Omit<Catalog, 'version'>, b: Omit<Catalog, 'version'>): boolean {
  return (
    a.rates === b.rates &&
    a.campaigns.length === b.campaigns.length &&
    a.campaigns.every((campaign, i) => campaign === b.campaigns[i]) &&
    a.exchanges.size === b.exchanges.size &&
    [...a.exchanges].every(([id, exchange]) => b.exchanges.get(id) === exchange)
  );
}
