import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a campaign of the torture is made of. Money in whole micros, so that nothing here rounds. */
export interface TortureCampaign {
  readonly id: string;
  readonly currency: 'USD' | 'EUR';
  /** Per thousand impressions. */
  readonly cpmMicros: number;
  readonly totalMicros: number;
  readonly dailyMicros: number | undefined;
  /** At most so many impressions a person within `CAP_MINUTES`. */
  readonly capImpressions: number | undefined;
}

export const EXCHANGES = { burl: 'burl-exchange', impression: 'pixel-exchange' } as const;
/** After this, and as much again, the money of a bid that nobody billed is free. */
export const BILLING_WITHIN_SECONDS = 5;
/** Of every format and exchange: what a dead process held is free again when the longest of them is over. */
const BILLING_TIMES = {
  site: BILLING_WITHIN_SECONDS,
  app: BILLING_WITHIN_SECONDS,
  interstitial: BILLING_WITHIN_SECONDS,
  dooh: BILLING_WITHIN_SECONDS,
};
export const CAP_MINUTES = 60;
export const EUR_PER_USD = 0.8;
/** What one campaign can pay for of all that is sold; at least so much that one impression too many is less than 0.5 %. */
const BUDGET_SHARE = 0.12;
const BUDGET_IMPRESSIONS_MIN = 210;

/**
 * Campaigns whose budgets are gone well before the end, so that the last cent is fought for while processes die.
 *
 * @param impressions how many impressions the exchanges are going to sell altogether
 */
export function tortureCampaigns(impressions: number): readonly TortureCampaign[] {
  const budgetOf = (cpmMicros: number) =>
    Math.round((Math.max(impressions * BUDGET_SHARE, BUDGET_IMPRESSIONS_MIN) * cpmMicros) / 1000);
  return [
    campaign('daily', { cpmMicros: 4_000_000, dailyMicros: budgetOf(4_000_000), totalMicros: 1e12 }),
    campaign('total', { cpmMicros: 3_750_000, totalMicros: budgetOf(3_750_000) }),
    campaign('euros', { currency: 'EUR', cpmMicros: 2_333_333, dailyMicros: budgetOf(2_333_333) }),
    campaign('capped', { cpmMicros: 5_000_000, dailyMicros: 1e12, capImpressions: 3 }),
    campaign('plenty', { cpmMicros: 1_111_111, dailyMicros: 1e12 }),
  ];
}

function campaign(id: string, given: Partial<TortureCampaign>): TortureCampaign {
  return {
    id,
    currency: 'USD',
    cpmMicros: 1_000_000,
    totalMicros: 2e12,
    dailyMicros: undefined,
    capImpressions: undefined,
    ...given,
  };
}

/** Writes a whole configuration folder. */
export function writeConfiguration(folder: string, campaigns: readonly TortureCampaign[]): void {
  for (const name of ['campaigns', 'exchanges']) mkdirSync(join(folder, name), { recursive: true });
  const write = (name: string, value: unknown) =>
    writeFileSync(join(folder, name), JSON.stringify(value, null, 2));
  for (const [billing, name] of Object.entries(EXCHANGES)) {
    write(`exchanges/${name}.json`, {
      billing,
      billingWithinSeconds: BILLING_TIMES,
      tmaxDefaultMs: 2_000,
      currencies: ['USD'],
    });
  }
  // Every configuration has this one.
  write('exchanges/generic.json', { currencies: ['USD'], billingWithinSeconds: BILLING_TIMES });
  write('rates.json', { date: new Date().toISOString().slice(0, 10), perUsd: { EUR: EUR_PER_USD } });
  for (const each of campaigns) write(`campaigns/${each.id}.json`, campaignFile(each));
}

function campaignFile({
  id,
  currency,
  cpmMicros,
  totalMicros,
  dailyMicros,
  capImpressions,
}: TortureCampaign): unknown {
  return {
    id,
    advertiser: { id: 'acme', domain: 'acme.example', categories: ['IAB18-5'] },
    flight: { start: '2020-01-01', end: '2099-12-31', timeZone: 'UTC' },
    budget: {
      total: totalMicros / 1e6,
      ...(dailyMicros === undefined ? {} : { daily: dailyMicros / 1e6 }),
      currency,
      pacing: 'asap',
    },
    lineItems: [
      {
        id: 'main',
        bid: { model: 'cpm', amount: cpmMicros / 1e6 },
        ...(capImpressions === undefined
          ? {}
          : { frequency: [{ impressions: capImpressions, per: `${CAP_MINUTES / 60}h` }] }),
        targeting: {},
        creatives: [
          {
            id: 'cr1',
            format: 'banner',
            w: 300,
            h: 250,
            html: '<a href="${CLICK_URL}"><img src="https://cdn.acme.example/shoes.png" alt=""></a>',
            landing: 'https://acme.example/trail',
          },
        ],
      },
    ],
  };
}
