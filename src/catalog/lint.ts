import type { Campaign, LineItem } from '../domain/campaign.js';
import type { Catalog, Exchange } from '../domain/catalog.js';
import { conversionRate, type Rates } from '../domain/money.js';
import type { Steps } from '../lib/steps.js';
import { nearestWord } from '../lib/words.js';
import { pathText, type FilePath, type Finding } from './finding.js';
import type { JsonFile } from './json-file.js';
import { missingListText } from './lint/missing-list.js';
import { lintBid, lintCaps, lintCreativeIds, lintFlightAndBudget, lintPauses } from './lint/lint-campaign.js';
import { lintCreative } from './lint/lint-creative.js';
import { lintExchange } from './lint/lint-exchange.js';
import { DIMENSION_PATHS, type LintFinding, type Report } from './lint/lint-finding.js';
import { lintResponseRoom } from './lint/response-bytes.js';
import { lintTargeting } from './lint/lint-targeting.js';

const DAY_MS = 86_400_000;
const RATES_AGE_MS_MAX = 7 * DAY_MS;

/** What campaigns are measured against. */
export interface Surroundings extends Pick<Catalog, 'exchanges' | 'rates'> {
  /** By name. */
  readonly lists: ReadonlyMap<string, unknown>;
}

/**
 * Finds in a campaign what no schema can: settings that are right one by one but cannot work together, or cannot work
 * now, a line item at a time. Errors do not depend on the time, so that a file that ran once is not refused at a restart; warnings may.
 *
 * @param nowMs wall-clock time, for the flight
 */
export function* lintCampaign(campaign: Campaign, around: Surroundings, nowMs: number): Steps<LintFinding[]> {
  const { findings, reportIn } = takeDown();
  const file = `campaigns/${campaign.file}`;
  const report = reportIn(file);
  lintFlightAndBudget(campaign, nowMs, report);
  lintCreativeIds(campaign, report);
  lintCaps(campaign.frequency, ['frequency'], report);
  lintCaps(campaign.advertiser.frequency, ['advertiser', 'frequency'], report);
  lintCurrency(campaign, around, report);
  for (const [i, lineItem] of campaign.lineItems.entries()) {
    const ofLineItem = reportIn(file, ['lineItems', i]);
    lintBid(lineItem, ofLineItem);
    lintPauses(lineItem, ofLineItem);
    lintCaps(lineItem.frequency, ['frequency'], ofLineItem);
    lintTargeting(lineItem, campaign.flight, nowMs, ofLineItem);
    lintExchangeNames(lineItem.targeting.exchanges, around, ofLineItem);
    lintListNames(lineItem.targeting.lists, around, ofLineItem);
    const exchanges = exchangesFor(lineItem, around);
    for (const [j, creative] of lineItem.creatives.entries()) {
      const ofCreative = reportIn(file, ['lineItems', i, 'creatives', j]);
      lintCreative(campaign, lineItem, creative, ofCreative);
      lintResponseRoom({ campaign, lineItem, creative }, exchanges, ofCreative);
    }
    yield;
  }
  return findings;
}

/**
 * Finds what cannot work in the files of exchanges and rates. Warnings only.
 *
 * @param advertisers by id, of all campaigns: exchanges have seats for them
 * @param nowMs wall-clock time, for the age of the rates
 */
export function lintSurroundings(
  around: Surroundings,
  advertisers: ReadonlySet<string>,
  nowMs: number,
): LintFinding[] {
  const { findings, reportIn } = takeDown();
  lintExchanges(around, reportIn);
  for (const exchange of around.exchanges.values())
    lintExchange(exchange, advertisers, reportIn(`exchanges/${exchange.id}.json`));
  lintRates(around.rates, nowMs, reportIn('rates.json'));
  return findings;
}

function takeDown() {
  const findings: LintFinding[] = [];
  const reportIn =
    (file: string, base: FilePath = []): Report =>
    (severity, path, says) => {
      findings.push({ severity, file, path: [...base, ...path], says });
    };
  return { findings, reportIn };
}

/** @param json the file, to tell the line */
export function locatedFinding({ file, severity, path, says }: LintFinding, json: JsonFile): Finding {
  const place = json.locate(path);
  const subject = pathText(place.path);
  const { line, column } = place;
  return { severity, file, line, column, path: subject, message: `${subject} ${says}` };
}

function lintCurrency({ budget }: Campaign, { rates, exchanges }: Surroundings, report: Report): void {
  const { currency } = budget;
  const reachable = [...exchanges.values()].some(({ currencies }) =>
    currencies.some((settled) => conversionRate(rates, currency, settled) !== undefined),
  );
  if (rates.perUsd.has(currency)) return;
  const says = `is ${currency}, which has no rate in rates.json, so bids cannot be converted; add its rate there`;
  report(reachable ? 'warning' : 'error', ['budget', 'currency'], says);
}

/** Where a line item may bid. */
function exchangesFor({ targeting }: LineItem, { exchanges }: Surroundings): readonly Exchange[] {
  const { anyOf = [], noneOf = [] } = targeting.exchanges ?? {};
  return [...exchanges.values()].filter(
    ({ id, status }) =>
      status === 'active' && (anyOf.length === 0 || anyOf.includes(id)) && !noneOf.includes(id),
  );
}

function lintExchangeNames(
  wish: LineItem['targeting']['exchanges'],
  { exchanges }: Surroundings,
  report: Report,
): void {
  const known = [...exchanges.keys()];
  for (const [i, name] of (wish?.anyOf ?? []).entries()) {
    if (exchanges.get(name)?.status !== 'paused') continue;
    const says = `is "${name}", which is paused, so nothing is bought there; set its "status" to "active" in exchanges/${name}.json`;
    report('warning', [...DIMENSION_PATHS.exchanges, 'anyOf', i], says);
  }
  for (const list of ['anyOf', 'noneOf'] as const) {
    for (const [i, name] of (wish?.[list] ?? []).entries()) {
      if (exchanges.has(name)) continue;
      const near = nearestWord(name, known);
      const advice =
        near === undefined ? `the files there are: ${known.join(', ')}` : `did you mean "${near}"?`;
      const says = `is "${name}", but exchanges/${name}.json does not exist; ${advice}`;
      report(list === 'anyOf' ? 'error' : 'warning', [...DIMENSION_PATHS.exchanges, list, i], says);
    }
  }
}

function lintListNames(wish: LineItem['targeting']['lists'], { lists }: Surroundings, report: Report): void {
  for (const choice of ['anyOf', 'noneOf'] as const) {
    for (const [i, name] of (wish?.[choice] ?? []).entries()) {
      if (lists.has(name)) continue;
      report('error', [...DIMENSION_PATHS.lists, choice, i], `is ${missingListText(name, lists)}`);
    }
  }
}

function lintExchanges({ exchanges, rates }: Surroundings, reportIn: (file: string) => Report): void {
  for (const { id, currencies } of exchanges.values()) {
    for (const [i, currency] of currencies.entries()) {
      if (rates.perUsd.has(currency)) continue;
      const says = `is ${currency}, which has no rate in rates.json, so only bids in ${currency} can go there; add its rate`;
      reportIn(`exchanges/${id}.json`)('warning', ['currencies', i], says);
    }
  }
}

function lintRates({ date, validUntilMs }: Rates, nowMs: number, report: Report): void {
  const fromMs = Date.parse(`${date}T00:00:00Z`);
  const ageMs = nowMs - fromMs;
  if (nowMs >= validUntilMs) {
    const daysMax = Math.round((validUntilMs - fromMs) / DAY_MS) - 1;
    const says =
      `is ${date}, more than ${daysMax} days ago ("daysMax"), so nothing is converted any more and bids go out in the ` +
      "currency of their budget only; bring in today's rates";
    report('warning', ['date'], says);
  } else if (ageMs > RATES_AGE_MS_MAX + DAY_MS) {
    const says = `is ${date}, more than 7 days ago, so prices in other currencies are off; bring in today's rates`;
    report('warning', ['date'], says);
  }
  if (ageMs < -DAY_MS) report('warning', ['date'], `is ${date}, which is still to come`);
}
