import { isDeepStrictEqual } from 'node:util';
import type { Campaign, FrequencyCap, LineItem } from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import { unitsText, type Micros } from '../../domain/money.js';
import { pathText, type FilePath } from '../finding.js';
import type { Report } from './lint-finding.js';

const DAY_MS = 86_400_000;
/** A total that cannot be spent to this share was mostly meant to be. */
const SPENDABLE_SHARE_MIN = 0.9;
const PERIODS = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** Finds flights and budgets that cannot do what they say. */
export function lintFlightAndBudget(campaign: Campaign, nowMs: number, report: Report): void {
  const { flight, budget, status, lineItems } = campaign;
  const { totalMicros, dailyMicros, currency } = budget;
  if (status === 'active' && flight.endMs <= nowMs) {
    report(
      'warning',
      ['flight', 'end'],
      'is in the past, so nothing is bought; extend the flight or set "status" to "paused"',
    );
  }
  if (status === 'active' && lineItems.every((lineItem) => lineItem.status === 'paused')) {
    report(
      'warning',
      ['lineItems'],
      'are all paused, so nothing is bought; activate one or pause the campaign',
    );
  }
  if (totalMicros === 0) report('warning', ['budget', 'total'], 'is 0, so nothing can be bought');
  if (dailyMicros === undefined) return;
  if (dailyMicros > totalMicros) {
    const says = `is ${unitsText(dailyMicros)} ${currency}, more than the total of ${unitsText(totalMicros)}; one of the two is wrong`;
    report('error', ['budget', 'daily'], says);
  }
  const days = Math.round((flight.endMs - flight.startMs) / DAY_MS);
  if (dailyMicros * days < totalMicros * SPENDABLE_SHARE_MIN) {
    const says =
      `is ${unitsText(dailyMicros)} ${currency}, so the ${days} days of the flight spend at most ` +
      `${unitsText((dailyMicros * days) as Micros)} of the total of ${unitsText(totalMicros)}; raise it or lower the total`;
    report('warning', ['budget', 'daily'], says);
  }
}

/** Finds bids that have no effect. */
export function lintBid({ bid, status, targeting }: LineItem, report: Report): void {
  if (bid.amountMicros === 0 && status === 'active' && !targeting.deals) {
    report(
      'error',
      ['bid', 'amount'],
      'is 0, and exchanges take no bid of 0; bid more, or pause the line item',
    );
  }
}

/**
 * Finds caps that have no effect.
 *
 * @param path of the list of caps
 */
export function lintCaps(frequency: readonly FrequencyCap[], path: FilePath, report: Report): void {
  for (const [i, cap] of frequency.entries()) {
    const j = frequency.findIndex((other, at) => makesUseless(other, cap) && !(at > i && isSame(other, cap)));
    const stricter = frequency[j];
    if (!stricter) continue;
    const says =
      `(${capText(cap)}) can never be reached, because ${pathText([...path, j])} allows only ${capText(stricter)}; ` +
      'lower this one, raise that one, or remove one of the two';
    report('error', [...path, i], says);
  }
}

/** Does `stricter` hold whenever `cap` could be reached? */
function makesUseless(stricter: FrequencyCap, cap: FrequencyCap): boolean {
  return (
    stricter !== cap &&
    stricter.of === cap.of &&
    stricter.perMs >= cap.perMs &&
    stricter.impressions <= cap.impressions
  );
}

function isSame(a: FrequencyCap, b: FrequencyCap): boolean {
  return a.of === b.of && a.perMs === b.perMs && a.impressions === b.impressions;
}

function capText({ impressions, perMs }: FrequencyCap): string {
  const [unit, unitMs] = PERIODS.find(([, ms]) => perMs % ms === 0) ?? ['m', 60_000];
  return `${impressions} per ${perMs / unitMs}${unit}`;
}

/** Finds line items that have nothing to show. */
export function lintPauses({ status, creatives }: LineItem, report: Report): void {
  if (status === 'paused' || !creatives.every(({ withheld }) => withheld === 'creative-paused')) return;
  report(
    'warning',
    ['creatives'],
    'are all paused, so nothing is bought; activate one or pause the line item',
  );
}

/**
 * The same creative may stand in several line items, in one of them paused; two different ones under one id cannot be told
 * apart.
 */
export function lintCreativeIds({ lineItems }: Campaign, report: Report): void {
  const firstById = new Map<string, Creative>();
  for (const [i, { creatives }] of lineItems.entries()) {
    for (const [j, creative] of creatives.entries()) {
      const first = firstById.get(creative.id) ?? creative;
      firstById.set(creative.id, first);
      if (isDeepStrictEqual({ ...first, withheld: undefined }, { ...creative, withheld: undefined }))
        continue;
      const says = `is "${creative.id}", but another line item has a different creative of that id; give it its own`;
      report('error', ['lineItems', i, 'creatives', j, 'id'], says);
    }
  }
}
