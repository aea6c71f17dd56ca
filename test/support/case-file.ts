import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BidderFiles } from './running-bidder.js';
import { merged, type Json, type JsonObject } from './merge.js';

/** One behaviour as a file; see CONTRIBUTING.md. */
export interface CaseFile {
  /** Relative to `fixtures/cases`, without ending. */
  readonly name: string;
  readonly about: string;
  /** Lines of the rule book that the case shows. */
  readonly rules: readonly number[];
  /** Dimensions of targeting that the case shows. */
  readonly dimensions: readonly string[];
  readonly nowMs: number;
  readonly exchange: JsonObject;
  readonly rates: JsonObject;
  readonly campaigns: readonly JsonObject[];
  readonly profiles: readonly Json[];
  /** More files of the configuration; see BidderFiles. */
  readonly config: Readonly<Record<string, Json>>;
  /** The body to post. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly expect: CaseExpectation;
}

interface CaseExpectation {
  /** What must stand in the bids, in their order; only the fields named are compared. */
  readonly bids?: readonly JsonObject[];
  /** What must stand in the response; only the fields named are compared. */
  readonly response?: JsonObject;
  /** The reason of the no-bid. */
  readonly noBid?: string;
  /** The status, where it is not 200 or 204. */
  readonly status?: number;
  /** `campaign/lineItem` to the rule that turned it away. */
  readonly because?: Readonly<Record<string, string>>;
}

const FOLDER = 'fixtures/cases';

interface Base {
  readonly now: string;
  readonly exchange: Json;
  readonly rates: Json;
  readonly campaign: Json;
  readonly lineItem: Json;
  /** By format. */
  readonly creatives: Readonly<Record<string, Json>>;
  readonly request: Json;
  readonly impression: Json;
}

interface RawCase {
  readonly about: string;
  readonly rules?: readonly number[];
  readonly dimensions?: readonly string[];
  readonly now?: string;
  readonly exchange?: Json;
  readonly rates?: Json;
  readonly campaigns?: readonly JsonObject[];
  readonly profiles?: readonly Json[];
  readonly config?: Readonly<Record<string, Json>>;
  readonly request?: JsonObject;
  /** Instead of `request`: a body to be posted to the letter. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: CaseExpectation;
}

const KNOWN_KEYS = new Set<string>([
  'about',
  'rules',
  'dimensions',
  'now',
  'exchange',
  'rates',
  'campaigns',
  'profiles',
  'config',
  'request',
  'body',
  'headers',
  'expect',
]);

const base = JSON.parse(readFileSync(join(FOLDER, 'base.json'), 'utf8')) as Base;

export function readCases(kind: 'bid' | 'no-bid'): CaseFile[] {
  return readdirSync(join(FOLDER, kind))
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => readCase(`${kind}/${file.slice(0, -'.json'.length)}`));
}

function readCase(name: string): CaseFile {
  const raw = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as RawCase;
  const strange = Object.keys(raw).filter((key) => !KNOWN_KEYS.has(key));
  if (strange.length > 0) throw new Error(`${name}.json has keys that no case has: ${strange.join(', ')}`);
  return {
    name,
    about: raw.about,
    rules: raw.rules ?? [],
    dimensions: raw.dimensions ?? [],
    nowMs: Date.parse(raw.now ?? base.now),
    exchange: merged(base.exchange, raw.exchange) as JsonObject,
    rates: merged(base.rates, raw.rates) as JsonObject,
    campaigns: (raw.campaigns ?? [{}]).map((campaign) => fullCampaign(campaign)),
    profiles: raw.profiles ?? [],
    config: raw.config ?? {},
    body: raw.body ?? JSON.stringify(fullRequest(raw.request ?? {})),
    headers: raw.headers ?? {},
    expect: raw.expect,
  };
}

/** One thing that is sent: a bid request, a body to the letter, or a notice of the newest bid. */
export interface DialogueStep {
  readonly post?: JsonObject;
  readonly body?: string;
  readonly gzip?: boolean;
  readonly notice?: 'nurl' | 'burl' | 'lurl' | 'click';
  readonly method?: 'GET' | 'POST';
  /** Macros that are named here are replaced, the others left as they are. */
  readonly price?: string;
  readonly loss?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly expect: {
    readonly status: number;
    /** null: the header is not there. */
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly sameConnection?: boolean;
  };
}

/** What is sent one after the other to a bidder that starts from the base; see ../dialogues.test.ts. */
export interface Dialogue {
  readonly name: string;
  readonly about: string;
  readonly rules: readonly number[];
  readonly exchange: JsonObject;
  readonly rates: JsonObject;
  readonly campaigns: readonly JsonObject[];
  readonly profiles: readonly Json[];
  readonly config: Readonly<Record<string, Json>>;
  /** Variables of the environment, such as keys of prices. */
  readonly environment: Readonly<Record<string, string>>;
  readonly steps: readonly DialogueStep[];
  readonly expect: {
    readonly spentMicros?: number;
    readonly metrics?: Readonly<Record<string, number>>;
  };
}

const DIALOGUE_KEYS = new Set([
  'about',
  'rules',
  'exchange',
  'campaigns',
  'config',
  'environment',
  'steps',
  'expect',
]);

export function readDialogues(): Dialogue[] {
  const folder = join(FOLDER, 'dialogue');
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const raw = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<Dialogue>;
      const strange = Object.keys(raw).filter((key) => !DIALOGUE_KEYS.has(key));
      if (strange.length > 0) throw new Error(`${file} has keys that no dialogue has: ${strange.join(', ')}`);
      return {
        name: `dialogue/${file.slice(0, -'.json'.length)}`,
        about: raw.about ?? '',
        rules: raw.rules ?? [],
        exchange: merged(base.exchange, raw.exchange) as JsonObject,
        rates: base.rates as JsonObject,
        campaigns: (raw.campaigns ?? [{}]).map((campaign) => fullCampaign(campaign)),
        profiles: [],
        config: raw.config ?? {},
        environment: raw.environment ?? {},
        steps: raw.steps ?? [],
        expect: raw.expect ?? {},
      };
    });
}

/** The base with one line item that differs from it. */
export function baseFiles(lineItem: JsonObject = {}): BidderFiles {
  return {
    campaigns: [fullCampaign({ lineItems: [lineItem] })],
    exchanges: { generic: base.exchange as JsonObject },
    rates: base.rates as JsonObject,
    profiles: [],
  };
}

function fullCampaign(campaign: JsonObject): JsonObject {
  const { lineItems = [{}], ...rest } = campaign;
  return {
    ...(merged(base.campaign, rest) as JsonObject),
    lineItems: listOf(lineItems).map((lineItem) => {
      const { creatives = [{}], ...lineItemRest } = lineItem as JsonObject;
      return {
        ...(merged(base.lineItem, lineItemRest) as JsonObject),
        creatives: listOf(creatives).map(fullCreative),
      };
    }),
  };
}

function fullCreative(creative: Json): Json {
  const { format } = creative as JsonObject;
  return merged(base.creatives[typeof format === 'string' ? format : 'banner'] ?? {}, creative);
}

/** Impressions are merged one by one; a request of another kind than a site takes the site away with null. */
export function fullRequest(request: JsonObject = {}): Json {
  const { imp = [{}], ...rest } = request;
  const full = merged(base.request, rest) as JsonObject;
  if (!Array.isArray(imp)) return { ...full, imp };
  return { ...full, imp: imp.map((impression) => merged(base.impression, impression)) };
}

function listOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value];
}
