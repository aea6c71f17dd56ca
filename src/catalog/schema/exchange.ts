import { z } from 'zod';
import type { Exchange } from '../../domain/catalog.js';
import type { ExchangeId } from '../../domain/ids.js';
import type { Currency } from '../../domain/money.js';
import { currencyCode } from './campaign.js';
import { group, list, text, wholeNumber } from './fields.js';

const TMAX_MS = { min: 10, max: 10_000 };
/**
 * Rule 9: the strictest exchange known takes 4 KB. A bid with a clickable picture and the shortest names there are takes
 * about 1,000 bytes.
 */
const RESPONSE_BYTES = { min: 1_024, max: 65_536 };

const switchedOn = (what: string) => z.boolean({ error: 'true or false' }).default(true).describe(what);

/** Everything has a default, so `{}` is an exchange that takes plain OpenRTB. */
export const exchangeFile = group('an exchange in braces: { "currencies": ["USD"], … }', {
  $schema: z
    .string()
    .optional()
    .describe('Lets editors complete and check: "../schema/exchange.schema.json".'),
  seat: text('the seat that the exchange gave you, as text in quotes', { charactersMax: 64 })
    .default('narrowcast')
    .describe('Your seat at this exchange.'),
  currencies: list(currencyCode, 'a list of currencies such as ["USD", "EUR"]')
    .default(['USD', 'EUR', 'GBP', 'JPY', 'CNY'] as Currency[])
    .describe('Currencies that it settles in; the first one that a request allows is used.'),
  tmaxDefaultMs: wholeNumber('whole milliseconds, such as 300', TMAX_MS)
    .default(300)
    .describe('Time to answer when a request does not tell it, and the most that a request may grant.'),
  networkMarginMs: wholeNumber('whole milliseconds, such as 20', { min: 0, max: 1_000 })
    .default(20)
    .describe('What the network takes off that time, both ways.'),
  responseBytesMax: wholeNumber('whole bytes, such as 4096', RESPONSE_BYTES)
    .default(4_096)
    .describe('Longest response that it takes, before compression.'),
  noBidHeader: switchedOn('Tell why there is no bid, in the header x-nbr.'),
  gzip: switchedOn('Compress responses when it accepts that.'),
  billing: z
    .enum(['burl', 'impression', 'win'])
    .default('burl')
    .describe('Which notice spends: its billing notice, our impression pixel, or the win.'),
})
  .refine(({ tmaxDefaultMs, networkMarginMs }) => networkMarginMs < tmaxDefaultMs, {
    path: ['networkMarginMs'],
    error: 'less than tmaxDefaultMs, or no time to answer is left',
  })
  .meta({
    title: 'Exchange',
    description: 'How one exchange wants to be spoken to. Its id is the name of the file.',
  });

/** @param exchangeId the file's name without `.json` */
export function exchangeOf(given: z.output<typeof exchangeFile>, exchangeId: string): Exchange {
  const { $schema: _forEditors, ...settings } = given;
  return { ...settings, id: exchangeId as ExchangeId };
}
