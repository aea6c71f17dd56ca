import type { RuleMode } from './rule-mode.js';
import type { CategoryTree } from './category-tree.js';
import type { TextSet } from '../lib/text-set.js';

/**
 * Why supply is not bought: the closed list, in the order in which it is asked. `supply/gate.ts` tells which reason of
 * a no-bid each becomes.
 */
export const SUPPLY_RULES = [
  /** On one of the lists that are blocked. */
  'block-list',
  /** On none of the lists that alone are bought. */
  'allow-list',
  /** No supply chain, where one is required. */
  'chain-missing',
  /** One that cannot be read whole, or that says itself that it is not complete. */
  'chain-incomplete',
  /** Its last node is not the exchange that sent the request (rule 51). */
  'chain-sender',
  'chain-too-long',
  'chain-system',
  'chain-seller',
  /** Nobody can tell whether the seller is authorised: the file, the seller or the site is not known. */
  'ads-txt-unavailable',
  'ads-txt-violation',
  /** There is no sellers.json to look the seller up in. */
  'seller-unavailable',
  'seller-unknown',
  'seller-confidential',
  /** It sells for another domain than the one that is sold. */
  'seller-domain',
] as const;
export type SupplyRule = (typeof SUPPLY_RULES)[number];

/** The parts of the policy that are switched one by one. */
export const SUPPLY_CHECKS = ['block', 'allowOnly', 'supplyChain', 'adsTxt', 'sellersJson'] as const;
export type SupplyCheck = (typeof SUPPLY_CHECKS)[number];

/** `config/supply.json`: through whom is bought, and where never. */
export interface SupplySettings {
  readonly modes: Readonly<Record<SupplyCheck, RuleMode>>;
  /** Other modes at some exchanges, by exchange. */
  readonly exchanges: ReadonlyMap<string, Readonly<Record<SupplyCheck, RuleMode>>>;
  /** Names of lists that nothing is bought from, and of those that alone are bought from. */
  readonly listsBlocked: readonly string[];
  readonly listsAllowed: readonly string[];
  readonly supplyChain: SupplyChainSettings;
  /** Is what nobody can tell refused? Else only what is known to be wrong is. */
  readonly adsTxtRequired: boolean;
  readonly sellersRequired: boolean;
  readonly confidentialTaken: boolean;
}

interface SupplyChainSettings {
  readonly required: boolean;
  readonly nodesMax: number;
  /** Domains of advertising systems, lower case. */
  readonly systemsBlocked: ReadonlySet<string>;
  /** See `sellerKey`. */
  readonly sellersBlocked: ReadonlySet<string>;
}

/** The policy with the files that it is judged by, as they stood at one moment. */
export interface SupplyPolicy extends SupplySettings {
  readonly files: SupplyFiles;
}

export interface SupplyFiles {
  /** `config/lists/<name>.txt` */
  readonly lists: ReadonlyMap<string, TextSet>;
  /** `config/taxonomies/<name>.tsv`, by the number of the taxonomy. */
  readonly taxonomies: ReadonlyMap<number, CategoryTree>;
  /** `config/supply/ads-txt/<domain>.txt`, by domain. */
  readonly adsTxt: ReadonlyMap<string, AdsTxt>;
  /** `config/supply/app-ads-txt/<bundle or domain>.txt`, by bundle or domain. */
  readonly appAdsTxt: ReadonlyMap<string, AdsTxt>;
  /** `config/supply/sellers/<system>.json`, by the domain of the system. */
  readonly sellers: ReadonlyMap<string, SellersJson>;
}

/** Who may sell a site or an app (IAB ads.txt 1.1, app-ads.txt 1.0). */
export interface AdsTxt {
  /** The data records, by `sellerKey`. */
  readonly sellers: TextSet;
  /** Domains of `inventorypartnerdomain` and of `subdomain`, lower case. */
  readonly partners: readonly string[];
  readonly subdomains: readonly string[];
  /** `OWNERDOMAIN`, lower case. */
  readonly ownerDomain: string | undefined;
}

/** Whom an advertising system sells for (IAB sellers.json 1.0). */
export interface SellersJson {
  /** Ids of all sellers, and by the keys below what is known of them. */
  readonly sellers: TextSet;
}

/** Facts about a seller stand in the same set as its id; no id begins with a tab. */
export const confidentialKey = (sellerId: string): string => `\tconfidential\t${sellerId}`;
/** Of a seller that does not own what it sells, or whose domain is not told: its domain tells nothing. */
export const anyDomainKey = (sellerId: string): string => `\tany\t${sellerId}`;
/** @param domain lower case */
export const sellerDomainKey = (sellerId: string, domain: string): string => `\t${domain}\t${sellerId}`;

/** @param system lower case */
export function sellerKey(system: string, sellerId: string): string {
  return `${system}\t${sellerId}`;
}

const ALL_OFF: SupplySettings['modes'] = {
  block: 'off',
  allowOnly: 'off',
  supplyChain: 'off',
  adsTxt: 'off',
  sellersJson: 'off',
};

/** As many resellers as anybody has seen, and some more. */
export const CHAIN_NODES_DEFAULT = 10;

export const SUPPLY_SETTINGS_DEFAULT: SupplySettings = {
  modes: ALL_OFF,
  exchanges: new Map(),
  listsBlocked: [],
  listsAllowed: [],
  supplyChain: {
    required: false,
    nodesMax: CHAIN_NODES_DEFAULT,
    systemsBlocked: new Set(),
    sellersBlocked: new Set(),
  },
  adsTxtRequired: false,
  sellersRequired: false,
  confidentialTaken: true,
};

const NO_FILES: SupplyFiles = {
  lists: new Map(),
  taxonomies: new Map(),
  adsTxt: new Map(),
  appAdsTxt: new Map(),
  sellers: new Map(),
};

/** Without any file: everything is bought. */
export const SUPPLY_DEFAULT: SupplyPolicy = { ...SUPPLY_SETTINGS_DEFAULT, files: NO_FILES };
