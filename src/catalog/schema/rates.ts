import { z } from 'zod';
import { currencyFromText, USD, type Rates } from '../../domain/money.js';
import { isDay } from '../../lib/local-day.js';
import { group, list, number, parsed, text, wholeNumber } from './fields.js';

const DAY_EXPECTED = 'the day of the rates such as "2026-11-20" (year-month-day)';
const RATE_EXPECTED = 'how many units of the currency one US dollar buys, such as 0.92';
const DAY_MS = 86_400_000;
const DAYS_MAX_DEFAULT = 30;
/** Wider than any currency in use; 1,000 dollars are still a safe integer of micros in the weakest (../bid-worth.ts). */
const RATE = { min: 1e-6, max: 5e6 };

export const ratesFile = group('the rates in braces: { "date": …, "perUsd": { … } }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/rates.schema.json".'),
  date: parsed(text(DAY_EXPECTED), DAY_EXPECTED, (found) => (isDay(found) ? found : undefined)).describe(
    'The day on which the rates were taken.',
  ),
  perUsd: z
    .record(
      z.string().regex(/^[A-Z]{3}$/, { error: 'a currency code such as EUR' }),
      number(RATE_EXPECTED, RATE),
      { error: 'rates by currency, such as {"EUR": 0.92, "JPY": 150}' },
    )
    .refine((perUsd) => (perUsd['USD'] ?? 1) === 1, { path: ['USD'], error: '1: a dollar buys one dollar' })
    .describe('How many units of each currency one US dollar buys.'),
  daysMax: wholeNumber('a number of days such as 30', { min: 1, max: 3650 })
    .default(DAYS_MAX_DEFAULT)
    .describe(
      'How many days old the rates may be. After that nothing is converted: bids go out only in the currency of their budget, at floors in the same.',
    ),
  confirm: list(number('a rate such as 0.92', RATE), 'a list of rates such as [0.92]')
    .default([])
    .describe('Rates that are meant although they are ten times the former ones or a tenth of them.'),
}).meta({ title: 'Rates', description: 'Exchange rates of one day.' });

/** Checked rates and those that their file vouches for. */
export interface RatesContent {
  readonly rates: Rates;
  readonly confirmed: readonly number[];
}

export function ratesOf({ date, perUsd, daysMax, confirm }: z.output<typeof ratesFile>): RatesContent {
  const known = Object.entries(perUsd).flatMap(([code, rate]) => {
    const currency = currencyFromText(code);
    return currency === undefined ? [] : [[currency, rate] as const];
  });
  // The day itself is not over yet.
  const validUntilMs = Date.parse(`${date}T00:00:00Z`) + (daysMax + 1) * DAY_MS;
  return { rates: { date, perUsd: new Map([[USD, 1], ...known]), validUntilMs }, confirmed: confirm };
}
