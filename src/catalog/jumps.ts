import type { Campaign } from '../domain/campaign.js';
import {
  convertMicros,
  MICROS_PER_UNIT,
  unitsText,
  type Currency,
  type Micros,
  type Rates,
} from '../domain/money.js';
import { bidAmounts } from './bid-worth.js';
import type { FilePath } from './finding.js';
import type { CampaignContent } from './schema/campaign.js';
import type { RatesContent } from './schema/rates.js';

/** Ten times is what one zero too many, or a forgotten decimal point, makes of a price. */
const JUMP_FACTOR = 10;

/** An amount that is not taken over as it stands, though its file is right in itself. */
export interface AmountFault {
  readonly path: FilePath;
  /** What is wrong and what to do, as the rest of a sentence that starts with the path. */
  readonly says: string;
}

/** What a campaign was worth when it last ran; a campaign itself is one. */
export interface AmountsBefore {
  /** Where that stood, within the campaign folder. */
  readonly file: string;
  readonly budget: {
    readonly totalMicros: Micros;
    readonly dailyMicros: Micros | undefined;
    readonly currency: Currency;
  };
  readonly lineItems: readonly {
    readonly id: string;
    readonly bid: { readonly amountMicros: Micros };
    /** Not kept of campaigns that no file runs any more: their deals are measured like new ones. */
    readonly dealTerms?: ReadonlyMap<string, { readonly amountMicros: Micros | undefined }>;
  }[];
}

interface Amount {
  readonly path: FilePath;
  readonly nowMicros: Micros;
  /** In the currency of its time. */
  readonly beforeMicros: Micros;
  /** There was no such amount before: another stands in for it, and only more than that is worth asking about. */
  readonly isNew: boolean;
}

/**
 * Finds prices and budgets that are ten times their last good value or more, or a tenth of it or less, and that the file
 * does not vouch for in `confirm`. A slip downwards is asked about too: nobody would notice it otherwise, and undoing it
 * would be a jump. A line item or a deal that is new, or has a new name, is measured by the highest bid there was.
 */
export function unconfirmedJumps(
  { campaign, confirmed }: CampaignContent,
  lastGood: AmountsBefore,
  rates: Rates,
): readonly AmountFault[] {
  const confirmedMicros = new Set(confirmed.map((amount) => Math.round(amount * MICROS_PER_UNIT)));
  const { currency } = campaign.budget;
  const jumped = amountsOf(campaign, lastGood)
    .map((amount) => {
      const { beforeMicros: before } = amount;
      const beforeMicros = convertMicros(rates, before, lastGood.budget.currency, currency) ?? before;
      return { ...amount, beforeMicros };
    })
    .filter((amount) => isJump(amount) && !confirmedMicros.has(amount.nowMicros));

  const list = [
    ...new Set([...confirmed.map(String), ...jumped.map(({ nowMicros }) => unitsText(nowMicros))]),
  ];
  const than = lastGood.file === campaign.file ? '' : ` as in campaigns/${lastGood.file}`;
  return jumped.map(({ path, nowMicros, beforeMicros }) => {
    const says =
      `${changeText(beforeMicros, nowMicros, currency)}${than}; ` +
      `if that is meant, add "confirm": [${list.join(', ')}] at the top level of the file`;
    return { path, says };
  });
}

function isJump({ nowMicros, beforeMicros, isNew }: Amount): boolean {
  if (beforeMicros === 0) return false;
  return nowMicros >= beforeMicros * JUMP_FACTOR || (!isNew && nowMicros * JUMP_FACTOR <= beforeMicros);
}

function changeText(beforeMicros: Micros, nowMicros: Micros, currency: Currency): string {
  const change = `from ${unitsText(beforeMicros)} to ${unitsText(nowMicros)} ${currency}`;
  if (nowMicros < beforeMicros) return `fell ${change}, a tenth or less`;
  const times = Math.floor((nowMicros / beforeMicros) * 10) / 10;
  return `jumped ${change}, ${times} times as much`;
}

/** Finds rates that make every price in their currency ten times as high or as low, unless the file vouches for them. */
export function unconfirmedRateJumps(
  { rates, confirmed }: RatesContent,
  lastGood: Rates,
): readonly AmountFault[] {
  const jumped = [...rates.perUsd].filter(([currency, now]) => {
    const before = lastGood.perUsd.get(currency) ?? now;
    return Math.max(now / before, before / now) >= JUMP_FACTOR && !confirmed.includes(now);
  });
  const list = [...confirmed, ...jumped.map(([, now]) => now)].join(', ');
  return jumped.map(([currency, now]) => {
    const says =
      `jumped from ${lastGood.perUsd.get(currency)} to ${now}, ten times or more; ` +
      `if that is meant, add "confirm": [${list}] at the top level of the file`;
    return { path: ['perUsd', currency], says };
  });
}

/** The amounts that may have jumped, each with what it was before. */
function amountsOf(campaign: Campaign, lastGood: AmountsBefore): Amount[] {
  const { budget, lineItems } = campaign;
  const before = new Map<string, AmountsBefore['lineItems'][number]>(
    lastGood.lineItems.map((lineItem) => [lineItem.id, lineItem]),
  );
  const highestBefore = Math.max(...lastGood.lineItems.flatMap(allBidsOf)) as Micros;
  const budgetAmount = (name: string, nowMicros: Micros, beforeMicros: Micros): Amount => {
    return { path: ['budget', name], nowMicros, beforeMicros, isNew: false };
  };
  const amounts = [
    budgetAmount('total', budget.totalMicros, lastGood.budget.totalMicros),
    ...lineItems.flatMap((lineItem, i) =>
      bidAmounts(lineItem, i).map(({ amountMicros: nowMicros, path, deal }): Amount => {
        const former = before.get(lineItem.id);
        const beforeMicros =
          deal === undefined ? former?.bid.amountMicros : former?.dealTerms?.get(deal)?.amountMicros;
        return {
          path,
          nowMicros,
          beforeMicros: beforeMicros ?? highestBefore,
          isNew: beforeMicros === undefined,
        };
      }),
    ),
  ];
  if (budget.dailyMicros !== undefined && lastGood.budget.dailyMicros !== undefined)
    amounts.push(budgetAmount('daily', budget.dailyMicros, lastGood.budget.dailyMicros));
  return amounts;
}

function allBidsOf({ bid, dealTerms }: AmountsBefore['lineItems'][number]): Micros[] {
  return [
    bid.amountMicros,
    ...[...(dealTerms?.values() ?? [])].flatMap(({ amountMicros }) => amountMicros ?? []),
  ];
}
