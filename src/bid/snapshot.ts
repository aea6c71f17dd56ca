import type { Campaign, FrequencyCap, LineItem } from '../domain/campaign.js';
import type { Catalog } from '../domain/catalog.js';
import type { Creative } from '../domain/creative.js';
import { conversionRate, USD, wholeMicros, type Micros, type Rates } from '../domain/money.js';
import { advertiserCaps, capsOf, isSameCaps, type LineItemCaps } from '../frequency/caps.js';
import { compileCreative, type CompiledCreative } from '../exchange/compile-creative.js';
import { compileDsaAnswer, type DsaAnswer } from '../exchange/dsa.js';
import { mergeSteps, sortSteps } from '../lib/sort-steps.js';
import { doAll, Pace, type Steps } from '../lib/steps.js';
import { chosenDimensions, TargetingIndex, type ChosenDimensions } from '../targeting/targeting-index.js';

/** A line item with everything about it that does not depend on the request. */
export interface ServedLineItem {
  readonly campaign: Campaign;
  readonly lineItem: LineItem;
  /** The most that it bids, in any of its deals, in US dollars: line items are ranked by it. 0 when there is no rate. */
  readonly valueMicrosUsd: Micros;
  /** What one unit of its budget's currency is worth, for ranking only, at rates of whatever age; likewise. */
  readonly usdPerUnit: number;
  /** The most that an offer of it can have; 0 for the open auction. See Offer. */
  readonly priorityMax: number;
  /** Ids of the deals through which alone it bids; undefined for the open auction. Here, since the targeting of each has a layout of its own. */
  readonly deals: readonly string[] | undefined;
  readonly chosen: ChosenDimensions;
  readonly creatives: readonly ServedCreative[];
  readonly caps: LineItemCaps;
  /** Are there any? Said here, because looking into `caps` of every candidate costs more than all else that is asked of most. */
  readonly isCapped: boolean;
  /** What is told of it under the Digital Services Act; undefined when the campaign does not say. */
  readonly dsa: DsaAnswer | undefined;
}

export interface ServedCreative {
  readonly creative: Creative;
  readonly compiled: CompiledCreative;
}

/**
 * What the bid path works on: the catalogue and the index over its line items. Line items are numbered by falling
 * priority and value, so that the index yields first who can outrank the others. Immutable, replaced whole.
 */
export interface BidSnapshot {
  readonly catalog: Catalog;
  readonly lineItems: readonly ServedLineItem[];
  readonly index: TargetingIndex;
  /** The caps of each advertiser that has a campaign, by its id. */
  readonly ofAdvertisers: ReadonlyMap<string, readonly FrequencyCap[]>;
}

/** Guaranteed deals come before all others, whatever their priority. */
export const GUARANTEED_PRIORITY = 101;

/** Makes snapshots one after the other. What it made ready of a campaign serves again until something of it changes. */
export interface SnapshotMaker {
  /** In steps of a fraction of a millisecond, for a process that has requests to answer meanwhile. */
  readonly steps: (catalog: Catalog) => Steps<BidSnapshot>;
}

/** How the links in our markup are. */
interface Links {
  readonly isSecure: boolean;
  readonly host: string;
}

/** The line items of a campaign, and what they were made of besides. */
interface ServedCampaign {
  readonly rates: Rates;
  readonly ofAdvertiser: readonly FrequencyCap[];
  readonly lineItems: readonly ServedLineItem[];
}

/** Line items made ready between two looks at whether the step is long enough: creatives take microseconds each. */
const STEP_LINE_ITEMS = 20;

/** @param publicUrl where the links in our markup lead; over plain http no creative is secure */
export function createSnapshotMaker(publicUrl: string): SnapshotMaker {
  const links = { isSecure: publicUrl.startsWith('https:'), host: new URL(publicUrl).hostname };
  let known: ReadonlyMap<Campaign, ServedCampaign> = new Map();
  /** All of `known`, sorted. */
  let sorted: readonly ServedLineItem[] = [];

  function* servedSteps(
    campaign: Campaign,
    ofAdvertiser: readonly FrequencyCap[],
    rates: Rates,
  ): Steps<ServedCampaign> {
    const lineItems: ServedLineItem[] = [];
    for (const lineItem of campaign.lineItems) {
      lineItems.push(serve(campaign, lineItem, capsOf(campaign, lineItem, ofAdvertiser), rates, links));
      if (lineItems.length % STEP_LINE_ITEMS === 0) yield;
    }
    yield;
    return { rates, ofAdvertiser, lineItems };
  }

  return {
    *steps(catalog) {
      const { rates } = catalog;
      const pace = new Pace();
      const ofAdvertisers = yield* advertiserCaps(catalog.campaigns, pace);
      const now = new Map<Campaign, ServedCampaign>();
      const fresh: ServedLineItem[] = [];
      for (const campaign of catalog.campaigns) {
        if (pace.isDue()) yield;
        const ofAdvertiser = ofAdvertisers.get(campaign.advertiser.id) ?? [];
        let served = known.get(campaign);
        if (!served || served.rates !== rates || !isSameCaps(served.ofAdvertiser, ofAdvertiser)) {
          served = yield* servedSteps(campaign, ofAdvertiser, rates);
          for (const lineItem of served.lineItems) fresh.push(lineItem);
        }
        now.set(campaign, served);
      }
      const stay: ServedLineItem[] = [];
      for (const lineItem of sorted) {
        if (pace.isDue()) yield;
        const { campaign } = lineItem;
        const before = known.get(campaign);
        if (before !== undefined && now.get(campaign) === before) stay.push(lineItem);
      }
      const lineItems = yield* mergeSteps(
        stay,
        yield* sortSteps(fresh, byFallingValue, pace),
        byFallingValue,
        pace,
      );
      known = now;
      sorted = lineItems;
      return { catalog, lineItems, index: yield* TargetingIndex.buildSteps(lineItems), ofAdvertisers };
    },
  };
}

/** A snapshot at once, for commands and tests. */
export function buildSnapshot(catalog: Catalog, publicUrl: string): BidSnapshot {
  return doAll(createSnapshotMaker(publicUrl).steps(catalog));
}

function serve(
  campaign: Campaign,
  lineItem: LineItem,
  caps: LineItemCaps,
  rates: Rates,
  links: Links,
): ServedLineItem {
  const { transparency } = campaign.advertiser;
  const usdPerUnit = conversionRate(rates, campaign.budget.currency, USD) ?? 0;
  return {
    campaign,
    lineItem,
    valueMicrosUsd: rankingValue(dearestBid(lineItem), usdPerUnit),
    usdPerUnit,
    priorityMax: priorityMax(lineItem),
    deals: lineItem.targeting.deals?.anyOf,
    chosen: chosenDimensions(lineItem),
    caps,
    isCapped: caps.caps.length > 0,
    dsa: transparency && compileDsaAnswer(transparency, lineItem, links.host),
    creatives: lineItem.creatives.map((creative) => ({
      creative: links.isSecure ? creative : { ...creative, secure: false },
      compiled: compileCreative(creative),
    })),
  };
}

/** By which line items and their offers are ranked, in US dollars. */
export function rankingValue(bidMicros: Micros, usdPerUnit: number): Micros {
  return wholeMicros(Math.round(bidMicros * usdPerUnit)) ?? (0 as Micros);
}

function dearestBid({ bid, targeting, dealTerms }: LineItem): Micros {
  const amounts = (targeting.deals?.anyOf ?? []).map(
    (id) => dealTerms.get(id)?.amountMicros ?? bid.amountMicros,
  );
  return (amounts.length > 0 ? Math.max(...amounts) : bid.amountMicros) as Micros;
}

/** Any deal may turn out to be guaranteed, since the request may say so. */
function priorityMax({ targeting, dealTerms }: LineItem): number {
  const held = targeting.deals?.anyOf ?? [];
  if (held.length === 0) return 0;
  return GUARANTEED_PRIORITY + Math.max(0, ...held.map((id) => dealTerms.get(id)?.priority ?? 0));
}

/** Ids settle equal values, so that the order of files on disk never shows. */
function byFallingValue(a: ServedLineItem, b: ServedLineItem): number {
  return (
    b.priorityMax - a.priorityMax ||
    b.valueMicrosUsd - a.valueMicrosUsd ||
    compareText(a.campaign.id, b.campaign.id) ||
    compareText(a.lineItem.id, b.lineItem.id)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
