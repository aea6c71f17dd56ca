import { z } from 'zod';
import { PLAIN_PRICE, VISITOR_ID_KINDS, type Exchange } from '../../domain/catalog.js';
import type { ExchangeId } from '../../domain/ids.js';
import type { Currency } from '../../domain/money.js';
import { currencyCode } from './campaign.js';
import { group, list, text, wholeNumber } from './fields.js';
import { priceGroup, priceOf, reportMissingKeys } from './price.js';
import { domainName, webTemplate } from './web.js';

const TMAX_MS = { min: 10, max: 10_000 };
/**
 * Rule 9: the strictest exchange known takes 4 KB. A bid with a clickable picture and the shortest names there are takes
 * about 1,050 bytes.
 */
const RESPONSE_BYTES = { min: 1_088, max: 65_536 };

/** Rule 68, and the OpenRTB 2.6 implementation guide §7.2; it has no figure for a public screen, which gets the longest one. */
const BILLING_SECONDS = { site: 60, app: 300, interstitial: 1_800, dooh: 1_800 };
/** Bids hold money twice as long: two days. */
const BILLING_SECONDS_MAX = 86_400;

const seconds = (where: keyof typeof BILLING_SECONDS, what: string) =>
  wholeNumber('whole seconds, such as 300', { min: 1, max: BILLING_SECONDS_MAX })
    .default(BILLING_SECONDS[where])
    .describe(what);

const SEATS_EXPECTED = 'seats by the ids of advertisers, such as {"acme": "1234"}';
const CONTENT_TYPE = /^application\/[\w.+-]+(?:; charset=utf-8)?$/;

const seatText = text('the seat that the exchange gave you, as text in quotes', { charactersMax: 64 });

const switched = (on: boolean, what: string) =>
  z.boolean({ error: 'true or false' }).default(on).describe(what);

/** Everything has a default, so `{}` is an exchange that takes plain OpenRTB. */
export const exchangeFile = group('an exchange in braces: { "currencies": ["USD"], … }', {
  $schema: z
    .string()
    .optional()
    .describe('Lets editors complete and check: "../schema/exchange.schema.json".'),
  status: z
    .enum(['active', 'paused'])
    .default('active')
    .describe(
      'Paused: its requests get no bids, and the keys of its prices may be missing; notices of earlier bids are taken as ever.',
    ),
  version: z
    .enum(['2.5', '2.6'])
    .default('2.6')
    .describe(
      'The version of OpenRTB that responses are written in, and that the header x-openrtb-version tells. Requests of both are read anyway.',
    ),
  seat: seatText.default('narrowcast').describe('Your seat at this exchange.'),
  seats: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, { error: 'the id of an advertiser, such as "acme"' }),
      seatText,
      { error: SEATS_EXPECTED },
    )
    .default({})
    .describe('Seats of advertisers that have one of their own, by the ids in their campaigns.'),
  oneSeat: switched(
    true,
    'It takes the bids of one seat in a response, so those of the dearest go out. False: of all seats.',
  ),
  severalBids: switched(
    false,
    'It takes several bids for one impression, such as one through a deal and one without.',
  ),
  requestsPerSecondMax: wholeNumber('whole requests a second, such as 2000', { min: 1, max: 1_000_000 })
    .optional()
    .describe('Requests a second that are answered; what comes beyond gets no bid (nbr 504). Left out: all.'),
  adsTxtDomain: domainName
    .optional()
    .describe('Its domain in ads.txt, sellers.json and supply chains, such as "exchange.example".'),
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
  noBid: z
    .enum(['204', '200-nbr'])
    .default('204')
    .describe(
      'How it wants to be told that there is no bid: by an empty 204, or by a 200 with a response without bids that says why ("nbr").',
    ),
  noBidHeader: switched(true, 'Tell why there is no bid, in the header x-nbr.'),
  contentType: text('a content type such as "application/json; charset=utf-8"', {
    pattern: CONTENT_TYPE,
    charactersMax: 80,
  })
    .default('application/json')
    .describe('The content-type of responses.'),
  gzip: switched(true, 'Compress responses when it accepts that.'),
  idOrder: list(z.enum(VISITOR_ID_KINDS), 'a list of ids such as ["cookie", "eids"]', VISITOR_ID_KINDS.length)
    .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'a list in which each id stands once' })
    .default([...VISITOR_ID_KINDS])
    .describe(
      'The ids that visitors are looked up by, the most trusted first; those left out are not: our cookie (user.buyeruid), its own id of the user (user.id), the advertising id of the device, extended ids.',
    ),
  extendedIdSources: list(
    text('a source of ids as text in quotes, such as "id5-sync.com"', { charactersMax: 253 }).toLowerCase(),
    'a list of sources such as ["id5-sync.com", "liveramp.com"]',
  )
    .optional()
    .describe(
      'Sources of extended ids to know visitors by, the best first. Left out: all, in the order they come in.',
    ),
  syncRedirect: webTemplate(
    'the https address that the exchange gave you for cookie syncs, with ${COOKIE_ID} where your id goes',
    '${COOKIE_ID}',
  )
    .optional()
    .describe('Where browsers take your cookie id after a sync. Left out: they get a picture.'),
  billing: z
    .enum(['burl', 'impression', 'win'])
    .default('burl')
    .describe('Which notice spends: its billing notice, our impression pixel, or the win.'),
  billingWithinSeconds: group('seconds in braces: { "site": 60, "app": 300, … }', {
    site: seconds('site', 'On pages of sites.'),
    app: seconds('app', 'In apps, and where nothing is told.'),
    interstitial: seconds('interstitial', 'Full-screen, wherever it is.'),
    dooh: seconds('dooh', 'On public screens.'),
  })
    .prefault({})
    .describe(
      'How long it takes from the auction to the billing at most. A bid is good for so long and holds its money twice as long; a notice 1,440 times as late, or after seven days, books nothing.',
    ),
  price: priceGroup
    .optional()
    .describe('How it tells what was paid. Left out: in plain text, in place of ${AUCTION_PRICE}.'),
})
  .refine(({ tmaxDefaultMs, networkMarginMs }) => networkMarginMs < tmaxDefaultMs, {
    path: ['networkMarginMs'],
    error: 'less than tmaxDefaultMs, or no time to answer is left',
  })
  .superRefine(({ status, price }, context) => {
    if (price && status === 'active') reportMissingKeys(price, context);
  })
  .meta({
    title: 'Exchange',
    description: 'How one exchange wants to be spoken to. Its id is the name of the file.',
  });

/** @param exchangeId the file's name without `.json` */
export function exchangeOf(given: z.output<typeof exchangeFile>, exchangeId: string): Exchange {
  const { $schema: _forEditors, adsTxtDomain, extendedIdSources, syncRedirect, price, ...settings } = given;
  const { seats, requestsPerSecondMax } = given;
  return {
    ...settings,
    adsTxtDomain,
    extendedIdSources,
    syncRedirect,
    price: price ? priceOf(price) : PLAIN_PRICE,
    id: exchangeId as ExchangeId,
    seats: new Map(Object.entries(seats)),
    requestsPerSecondMax,
  };
}
