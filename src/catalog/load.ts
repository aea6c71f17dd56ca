import type { Catalog, Exchange } from '../domain/catalog.js';
import { USD, type Rates } from '../domain/money.js';
import { PRIVACY_DEFAULT, PRIVACY_UNREADABLE, type PrivacyPolicy } from '../domain/privacy-policy.js';
import {
  SUPPLY_DEFAULT,
  SUPPLY_SETTINGS_DEFAULT,
  type SupplyFiles,
  type SupplyPolicy,
  type SupplySettings,
} from '../domain/supply-policy.js';
import { TRAFFIC_DEFAULT } from '../domain/traffic-policy.js';
import { systemClock, type Clock } from '../lib/clock.js';
import { CampaignLinter } from './campaign-linter.js';
import { amountFindings } from './campaign-refusals.js';
import { missingConfigDir } from './config-dir.js';
import type { Finding } from './finding.js';
import { keepFormerCampaigns } from './former-campaigns.js';
import { unconfirmedRateJumps } from './jumps.js';
import { keepFolder, type KeptFile, type KeptFolder } from './kept-files.js';
import { openLastGood, type LastGoodStore } from './last-good.js';
import { lintSupply } from './lint-supply.js';
import { keepCampaigns } from './load-campaigns.js';
import { lintSurroundings, locatedFinding } from './lint.js';
import {
  readCampaignInTurns,
  readExchange,
  readPrivacy,
  readRates,
  readSupply,
  readTraffic,
} from './read-file.js';
import type { CampaignContent } from './schema/campaign.js';
import { exchangeFile, exchangeOf } from './schema/exchange.js';
import type { RatesContent } from './schema/rates.js';
import type { TrafficSettings } from './schema/traffic.js';
import { keepSupplyFiles } from './supply-files.js';
import { takeOver } from './take-over.js';
import { keepTrafficLists } from './traffic-lists.js';
import { createTurns, inTurns } from './turns.js';

const GENERIC_EXCHANGE_FILE = 'exchanges/generic.json';
const RATES_FILE = 'rates.json';

export interface CatalogOptions {
  /**
   * Holds `campaigns/`, `exchanges/` and `rates.json`, and may hold `privacy.json`, `supply.json`, `traffic.json` and the
   * folders of ./supply-files.ts.
   */
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
  /**
   * What could be better in the files as they stand after the last load, in no order. Of campaigns that were refused it
   * tells too.
   */
  warnings(): Promise<readonly Finding[]>;
}

interface Folders {
  readonly campaigns: KeptFolder<CampaignContent>;
  readonly exchanges: KeptFolder<Exchange>;
  readonly rates: KeptFolder<RatesContent>;
  readonly privacy: KeptFolder<PrivacyPolicy>;
  readonly supply: KeptFolder<SupplySettings>;
  readonly traffic: KeptFolder<TrafficSettings>;
}

/**
 * Reads the configuration again and again. A file is used as a whole or not at all: a version with any error is
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
      read: readCampaignInTurns,
      onGone: ({ campaign }) => former.remember(campaign),
    }),
    exchanges: keepFolder({
      ...common,
      folder: 'exchanges',
      required: [GENERIC_EXCHANGE_FILE],
      read: readExchange,
    }),
    rates: keepFolder({ ...common, folder: '', required: [RATES_FILE], read: readRates }),
    privacy: keepFolder({ ...common, ...mayBe('privacy.json'), read: readPrivacy }),
    supply: keepFolder({ ...common, ...mayBe('supply.json'), read: readSupply }),
    traffic: keepFolder({ ...common, ...mayBe('traffic.json'), read: readTraffic }),
  };
  const supplyFiles = keepSupplyFiles(configDir);
  const supplyPolicies = onePolicy();
  const trafficLists = keepTrafficLists(common);
  let current: Catalog = {
    version: 0,
    campaigns: [],
    exchanges: new Map(),
    rates: DOLLARS_ONLY,
    privacy: PRIVACY_DEFAULT,
    supply: SUPPLY_DEFAULT,
    traffic: TRAFFIC_DEFAULT,
  };
  let seen: SeenFiles = { campaigns: [], others: [] };
  const linter = new CampaignLinter();
  const campaignsOf = keepCampaigns(folders.campaigns);

  return {
    load: async () => {
      const problems: Finding[] = [];
      const nowMs = clock.nowMs();
      const rates = await loadRates(folders.rates, problems);
      const loaded = await loadExchanges(folders.exchanges, problems);
      const exchanges = isSameMap(current.exchanges, loaded.exchanges) ? current.exchanges : loaded.exchanges;
      const { files, problems: ofFiles } = await supplyFiles.look();
      problems.push(...ofFiles);
      const settings = await loadSupply(folders.supply, files, exchanges, problems);
      const around = { rates: rates.rates, exchanges, lists: files.lists };
      const judges = { linter, around, former, nowMs };
      const campaigns = await campaignsOf(judges, problems);
      const traffic = await loadPolicy(folders.traffic, undefined, problems);
      const next = {
        campaigns: campaigns.campaigns,
        rates: rates.rates,
        exchanges,
        privacy: await loadPolicy(folders.privacy, PRIVACY_DEFAULT, problems, PRIVACY_UNREADABLE),
        supply: supplyPolicies(settings, files),
        traffic: traffic ? await trafficLists.policyOf(traffic, problems) : TRAFFIC_DEFAULT,
      };
      const isNew = current.version === 0 || !isSameCatalog(current, next);
      if (isNew) current = { version: current.version + 1, ...next };
      const refused = new Set(problems.map(({ file }) => file));
      const others = [...loaded.files, ...rates.files].filter(({ file }) => !refused.has(file));
      seen = { campaigns: campaigns.files, others };
      // Without the folder every file is missing, which needs saying once.
      const missing = await missingConfigDir(configDir);
      return { catalog: current, problems: missing ? [missing] : problems };
    },
    warnings: () => warningsOf(seen, current, linter, clock.nowMs()),
  };
}

interface SeenFiles {
  readonly campaigns: readonly KeptFile<CampaignContent>[];
  /** Exchanges and rates in use. */
  readonly others: readonly KeptFile<unknown>[];
}

async function warningsOf(
  seen: SeenFiles,
  catalog: Catalog,
  linter: CampaignLinter,
  nowMs: number,
): Promise<Finding[]> {
  const { campaigns, exchanges, rates, supply } = catalog;
  const around = { exchanges, rates, lists: supply.files.lists };
  const ofCampaigns: Finding[] = [];
  const turns = createTurns();
  for (const { present } of seen.campaigns) {
    await turns.pause();
    if (present.good) {
      const { content, json } = present;
      const warnings = await inTurns(linter.warnings(content.campaign, json, around, nowMs), turns);
      for (const warning of warnings) ofCampaigns.push(warning);
    }
  }
  const advertisers = new Set<string>();
  for (const { advertiser } of campaigns) {
    await turns.pause();
    advertisers.add(advertiser.id);
  }
  const others = new Map(seen.others.map(({ file, present }) => [file, present]));
  const ofOthers = lintSurroundings(around, advertisers, nowMs).flatMap((warning) => {
    const present = others.get(warning.file);
    return present?.good ? [locatedFinding(warning, present.json)] : [];
  });
  return [...ofCampaigns, ...ofOthers];
}

/** Stands in for rates that were never readable: bids and floors in dollars still work. */
const DOLLARS_ONLY: Rates = { date: '1970-01-01', perUsd: new Map([[USD, 1]]), validUntilMs: Infinity };

async function loadRates(folder: KeptFolder<RatesContent>, problems: Finding[]) {
  const { files } = await folder.scan();
  const [file] = files;
  const content = file && (await takeOver(folder, file, rateRefusals(file), problems));
  return { rates: content?.rates ?? DOLLARS_ONLY, files };
}

function mayBe(file: string) {
  return { folder: '', required: [], optional: [file] };
}

async function loadPolicy<Policy, Without>(
  folder: KeptFolder<Policy>,
  without: Without,
  problems: Finding[],
  unreadable: Without = without,
): Promise<Policy | Without> {
  const [file] = (await folder.scan()).files;
  if (!file) return without;
  return (await takeOver(folder, file, [], problems)) ?? unreadable;
}

async function loadSupply(
  folder: KeptFolder<SupplySettings>,
  { lists }: SupplyFiles,
  exchanges: ReadonlyMap<string, Exchange>,
  problems: Finding[],
): Promise<SupplySettings> {
  const [file] = (await folder.scan()).files;
  const settings = file && (await takeOver(folder, file, [], problems));
  if (!file || !settings) return SUPPLY_SETTINGS_DEFAULT;
  const json = file.present.good ? file.present.json : undefined;
  problems.push(...lintSupply(settings, file.file, json, { lists, exchanges }));
  return settings;
}

/** @returns puts settings and files together; the same ones make the same object */
function onePolicy(): (settings: SupplySettings, files: SupplyFiles) => SupplyPolicy {
  let of: SupplySettings | undefined;
  let policy = SUPPLY_DEFAULT;
  return (settings, files) => {
    if (of !== settings || policy.files !== files) policy = { ...settings, files };
    of = settings;
    return policy;
  };
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

function isSameCatalog(a: Omit<Catalog, 'version'>, b: Omit<Catalog, 'version'>): boolean {
  return (
    a.rates === b.rates &&
    a.privacy === b.privacy &&
    a.supply === b.supply &&
    a.traffic === b.traffic &&
    a.campaigns.length === b.campaigns.length &&
    a.campaigns.every((campaign, i) => campaign === b.campaigns[i]) &&
    isSameMap(a.exchanges, b.exchanges)
  );
}

function isSameMap<Value>(a: ReadonlyMap<string, Value>, b: ReadonlyMap<string, Value>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}
