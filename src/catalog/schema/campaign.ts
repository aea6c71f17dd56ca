import { z } from 'zod';
import type {
  Advertiser,
  Campaign,
  DealTerms,
  FrequencyCap,
  Flight,
  HoursChoice,
  LineItem,
  Targeting,
} from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import type { AdvertiserId, CampaignId, LineItemId } from '../../domain/ids.js';
import { currencyFromText, microsFromUnits, UNITS_MAX } from '../../domain/money.js';
import { isDay, isTimeZone, nextDay, startOfDayMs } from '../../lib/local-day.js';
import { nearestWord } from '../../lib/words.js';
import type { FilePath } from '../finding.js';
import { pinOf } from '../pin.js';
import { activeOrPaused, otherCategories } from './creative-parts.js';
import { creativeSection, type CreativeSection } from './creative.js';
import { addSays, group, id, list, parsed, text, wholeNumber, number } from './fields.js';
import { periodMeant, timeZoneMeant } from './guesses.js';
import { category, targetingSection } from './targeting.js';
import { domainName } from './web.js';

const LINE_ITEMS_MAX = 1_000;
const CREATIVES_MAX = 100;
const CAPS_MAX = 10;
/** Of each visitor the last few hundred impressions are remembered, over all campaigns. */
const CAP_IMPRESSIONS_MAX = 200;
const MINUTES_BY_UNIT = { m: 1, h: 60, d: 1_440 } as const;
const CAP_MS_MAX = 365 * 86_400_000;

const status = activeOrPaused
  .default('active')
  .describe('"active" buys; "paused" keeps everything but buys nothing.');

// Frequency caps

const PERIOD_EXPECTED = 'a time such as "30m", "12h" or "7d" (minutes, hours, days; a year at most)';
const cap = group('a frequency cap such as {"impressions": 3, "per": "1d"}', {
  impressions: wholeNumber('a whole number of impressions', { min: 1, max: CAP_IMPRESSIONS_MAX }).describe(
    'Most impressions that one visitor sees in that time.',
  ),
  per: parsed(text(PERIOD_EXPECTED), PERIOD_EXPECTED, periodMs, guessPeriod).describe(
    'The time: "30m", "12h", "7d". It is counted back from each moment.',
  ),
  of: z
    .enum(['person', 'household'])
    .default('person')
    .describe('"person": one visitor; "household": all that come from one address.'),
}).transform(({ impressions, per, of }): FrequencyCap => ({ impressions, perMs: per, of }));
const caps = list(cap, 'a list of caps such as [{"impressions": 3, "per": "1d"}]', CAPS_MAX).default([]);

function periodMs(found: string): number | undefined {
  const parts = /^([1-9]\d{0,5})([mhd])$/.exec(found);
  if (!parts) return undefined;
  const ms = Number(parts[1]) * MINUTES_BY_UNIT[parts[2] as keyof typeof MINUTES_BY_UNIT] * 60_000;
  return ms <= CAP_MS_MAX ? ms : undefined;
}

function guessPeriod(found: string): string | undefined {
  const meant = periodMeant(found);
  return meant !== undefined && periodMs(meant) !== undefined ? meant : undefined;
}

// Advertiser, flight, budget

/** The Digital Services Act's words; exchanges drop longer ones (rule 49). */
const transparencyText = (what: string) => text(`${what} as text in quotes`, { charactersMax: 100 });
const transparency = group('who advertises in braces: {"behalf": "ACME Inc.", "paid": "ACME Inc."}', {
  behalf: transparencyText('on whose behalf is advertised').describe('On whose behalf is advertised.'),
  paid: transparencyText('who pays').describe('Who pays for it.'),
  shownByCreatives: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe('Do your creatives show it themselves? Some publishers cannot, others want to do it alone.'),
});

const advertiser = group('the advertiser, such as {"id": "acme", "domain": "acme.example"}', {
  id: id('the advertiser', 'acme').describe('Your name for the advertiser.'),
  domain: domainName.describe('Domain of the advertiser; exchanges check and block by it.'),
  categories: list(category, 'a list of IAB categories such as ["IAB18-5"]', CREATIVES_MAX)
    .default([])
    .describe('What is advertised, IAB Content Taxonomy 1.0; publishers block by it.'),
  otherCategories: otherCategories
    .default(new Map())
    .describe('The same in other taxonomies of the IAB, for publishers that block by those.'),
  transparency: transparency
    .optional()
    .describe('Who advertises and who pays, for readers in Europe; some publishers there ask for it.'),
  frequency: caps.describe(
    'How often one visitor may see the advertiser, over all campaigns: what any file says holds for all.',
  ),
});

const DAY_EXPECTED = 'a day of the calendar such as "2026-11-01" (year-month-day)';
const day = parsed(text(DAY_EXPECTED, { pattern: /^\d{4}-\d\d-\d\d$/ }), DAY_EXPECTED, (found) =>
  isDay(found) ? found : undefined,
);
const ZONE_EXPECTED = 'a time zone such as "Europe/Paris", "America/New_York" or "UTC"';
const timeZone = parsed(
  text(ZONE_EXPECTED),
  ZONE_EXPECTED,
  (found) => (isTimeZone(found) ? found : undefined),
  timeZoneMeant,
);

const flight = group('the flight, such as {"start": "2026-11-01", "end": "2026-12-31", "timeZone": "UTC"}', {
  start: day.describe('First day of the flight.'),
  end: day.describe('Last day of the flight; it is included.'),
  timeZone: timeZone.describe("Time zone of the flight's days and hours, such as Europe/Paris."),
})
  .refine(({ start, end }) => end >= start, {
    path: ['end'],
    error: 'a day on or after the start of the flight',
  })
  .transform((given): Flight => ({
    startMs: startOfDayMs(given.start, given.timeZone),
    endMs: startOfDayMs(nextDay(given.end), given.timeZone),
    timeZone: given.timeZone,
  }));

const CURRENCY_EXPECTED = 'a currency code such as "USD", "EUR" or "CNY"';
const CURRENCIES = new Set(Intl.supportedValuesOf('currency'));
export const currencyCode = parsed(
  text(CURRENCY_EXPECTED),
  CURRENCY_EXPECTED,
  (found) => (CURRENCIES.has(found.toUpperCase()) ? currencyFromText(found) : undefined),
  (found) => nearestWord(found, [...CURRENCIES]),
);

const positive = { min: 0, max: UNITS_MAX };
const budget = group('the budget, such as {"total": 20000, "daily": 800, "currency": "USD"}', {
  total: number('an amount of {currency} for the whole flight, such as 20000', positive).describe(
    'Most that the whole campaign may spend, in whole units of the currency.',
  ),
  daily: number('an amount of {currency} for one day, such as 800', positive)
    .optional()
    .describe('Most that one day may spend.'),
  currency: currencyCode.describe('Currency of the budget and of the bids, such as USD.'),
  pacing: z
    .enum(['even', 'asap', 'front-loaded'])
    .default('even')
    .describe('How to spend over the flight: evenly, as soon as possible, or more of it early.'),
}).transform(({ total, daily, currency, pacing }) => ({
  totalMicros: microsFromUnits(total),
  dailyMicros: daily === undefined ? undefined : microsFromUnits(daily),
  currency,
  pacing,
}));

// Line items

/** A rough bound for editors, roomy for the weakest currencies; the worth in dollars is held by ../bid-worth.ts. */
const BID_UNITS_MAX = 10_000_000;
const CPM_EXPECTED = 'a number of {currency} per thousand impressions, such as 3.2';
const bid = group('the bid, such as {"model": "cpm", "amount": 3.2}', {
  model: z.literal('cpm').describe('"cpm": the amount is paid for a thousand impressions.'),
  amount: number(CPM_EXPECTED, { min: 0, max: BID_UNITS_MAX }).describe(
    'Most to pay for a thousand impressions, in the budget currency; worth 1000 USD at most.',
  ),
}).transform(({ model, amount }) => ({ model, amountMicros: microsFromUnits(amount) }));

const dealId = text('the id of a deal as text in quotes', { charactersMax: 128 });
const DEAL_PRIORITY_MAX = 100;

interface Deal {
  readonly id: string;
  readonly terms: DealTerms | undefined;
}

const deal = z.union([
  dealId.transform((found): Deal => ({ id: found, terms: undefined })),
  group('the id of a deal as text in quotes, or its terms: {"id": "deal-7", "amount": 5.5}', {
    id: dealId.describe('The id that was agreed.'),
    amount: number(CPM_EXPECTED, { min: 0, max: BID_UNITS_MAX })
      .optional()
      .describe("What was agreed for a thousand impressions. Left out: the line item's bid."),
    priority: wholeNumber('a whole number such as 10', { min: 0, max: DEAL_PRIORITY_MAX })
      .default(0)
      .describe('Deals of a higher one come first, whatever they bid; the open auction has 0.'),
    guaranteed: z
      .boolean({ error: 'true or false' })
      .default(false)
      .describe(
        'Must it be bid on whenever the targeting fits? Pacing holds nothing back then; the budget does.',
      ),
  }).transform(({ id: found, amount, priority, guaranteed }): Deal => ({
    id: found,
    terms: {
      amountMicros: amount === undefined ? undefined : microsFromUnits(amount),
      priority,
      guaranteed,
    },
  })),
]);

const lineItem = group('a line item in braces', {
  id: id('the line item', 'runners-coast').describe(
    'Your name for this line item; unique within the campaign.',
  ),
  status,
  bid: bid.describe('What an impression is worth.'),
  deals: list(deal, 'a list of deals such as ["deal-7"] or [{"id": "deal-7", "amount": 5.5}]')
    .optional()
    .describe(
      'Deals agreed with publishers, by id or with their terms: the line item buys these deals only.',
    ),
  frequency: caps.describe('How often one visitor may see it: all caps hold.'),
  unknownPerson: z
    .enum(['reject', 'accept'])
    .default('reject')
    .describe(
      'May it bid, where caps hold, on a visitor of whom nobody can tell what he has seen? "reject" or "accept".',
    ),
  targeting: targetingSection
    .prefault({})
    .describe('Whom and where to reach; without it, everybody everywhere.'),
  repeatCreative: z
    .boolean({ error: 'true or false' })
    .default(false)
    .describe('May the same creative fill several places of one page?'),
  creatives: list(creativeSection, 'a list of creatives', CREATIVES_MAX).describe('The ads themselves.'),
});

type LineItemSection = z.output<typeof lineItem>;

// The whole file

const fileOf = <Section extends LineItemSection, Written>(section: z.ZodType<Section, Written>) =>
  group('a campaign in braces: { "id": …, "advertiser": …, … }', {
    $schema: z
      .string()
      .optional()
      .describe('Lets editors complete and check: "../schema/campaign.schema.json".'),
    id: id('the campaign', 'trail-shoes-autumn').describe(
      'Your name for the campaign; unique among all files.',
    ),
    advertiser: advertiser.describe('Who advertises.'),
    status,
    flight: flight.describe('From which day to which day it runs.'),
    budget: budget.describe('How much it may spend.'),
    frequency: caps.describe('How often one visitor may see anything of the campaign: all caps hold.'),
    lineItems: list(section, 'a list of line items', LINE_ITEMS_MAX).describe(
      'Each with its own bid, targeting and creatives.',
    ),
    confirm: list(number('an amount such as 32', positive), 'a list of amounts such as [32]', LINE_ITEMS_MAX)
      .default([])
      .describe(
        'Amounts that are meant although they are ten times the former ones or more, or a tenth of them or less.',
      ),
  }).superRefine(({ lineItems }, context) => {
    refuseRepeats(context, lineItems, 'line item of this campaign', ['lineItems']);
    for (const [i, { creatives }] of lineItems.entries()) {
      refuseRepeats(context, creatives, 'creative of this line item', ['lineItems', i, 'creatives']);
    }
  });

export const campaignFile = fileOf(lineItem).meta({
  title: 'Campaign',
  description: 'A campaign of one advertiser: what it may spend, whom it wants to reach, and what it shows.',
});

/** By the very object that was parsed: line items that passed by themselves. */
const checkedLineItems = new WeakMap<object, LineItemSection>();

/** Checks one line item of a parsed file by itself. @returns whether it passed; `campaignFileOfChecked` then knows it */
export function checkLineItem(written: unknown): boolean {
  const { data } = lineItem.safeParse(written);
  if (data === undefined || typeof written !== 'object' || written === null) return false;
  checkedLineItems.set(written, data);
  return true;
}

/** The same as `campaignFile` for a file whose line items have all passed, with little left to do. */
export const campaignFileOfChecked = fileOf(
  z
    .custom<object>(
      (written) => typeof written === 'object' && written !== null && checkedLineItems.has(written),
    )
    .transform((written) => checkedLineItems.get(written) as LineItemSection),
);

/** A checked campaign and the amounts that its file vouches for. */
export interface CampaignContent {
  readonly campaign: Campaign;
  /** In units of the budget's currency. */
  readonly confirmed: readonly number[];
  /** Creatives that are not what their pins say. */
  readonly changedSincePinned: readonly ChangedCreative[];
}

interface ChangedCreative {
  /** Of the pin. */
  readonly path: FilePath;
  /** The pin of what stands there now. */
  readonly pinNow: string;
}

/** @param file name within the campaign folder */
export function campaignOf(given: z.output<typeof campaignFile>, file: string): CampaignContent {
  const { confirm, lineItems, advertiser, id, status, flight, budget, frequency } = given;
  const campaign: Campaign = {
    id: id as CampaignId,
    advertiser: advertiserOf(advertiser),
    status,
    flight,
    budget,
    frequency,
    lineItems: lineItems.map((section) => lineItemOf(section, flight, advertiserOf(advertiser))),
    file,
  };
  return { campaign, confirmed: confirm, changedSincePinned: changedCreatives(lineItems, campaign) };
}

function changedCreatives(
  sections: readonly LineItemSection[],
  { lineItems }: Campaign,
): readonly ChangedCreative[] {
  return sections.flatMap(({ creatives }, i) =>
    creatives.flatMap(({ pin }, j) => {
      const creative = lineItems[i]?.creatives[j];
      const pinNow = pin !== undefined && creative ? pinOf(creative) : pin;
      return pinNow === undefined || pinNow === pin
        ? []
        : [{ path: ['lineItems', i, 'creatives', j, 'pin'], pinNow }];
    }),
  );
}

/** Field by field, as line items are: each object that comes of a spread may get a layout of its own, and the bid path reads thousands. */
function advertiserOf(given: z.output<typeof advertiser>): Advertiser {
  return {
    id: given.id as AdvertiserId,
    domain: given.domain,
    categories: given.categories,
    categoriesElsewhere: given.otherCategories,
    transparency: given.transparency,
    frequency: given.frequency,
  };
}

type AdvertiserCategories = Pick<Advertiser, 'categories' | 'categoriesElsewhere'>;

function lineItemOf(section: LineItemSection, flight: Flight, categories: AdvertiserCategories): LineItem {
  const { deals, targeting: wanted } = section;
  return {
    id: section.id as LineItemId,
    status: section.status,
    bid: section.bid,
    dealTerms: new Map((deals ?? []).flatMap((held) => (held.terms ? [[held.id, held.terms] as const] : []))),
    frequency: section.frequency,
    unknownPerson: section.unknownPerson,
    targeting: withoutAbsent({
      deals: deals && { anyOf: deals.map((held) => held.id), noneOf: [] },
      ...wanted.targeting,
      hours: wanted.hours && hoursOn(wanted.hours, flight),
    }),
    repeatCreative: section.repeatCreative,
    creatives: section.creatives.map((creative) => creativeOf(creative, categories)),
  };
}

function creativeOf(
  { status, pin, ...written }: CreativeSection,
  ofAdvertiser: AdvertiserCategories,
): Creative {
  const creative: Creative = {
    ...written,
    categories: written.categories ?? ofAdvertiser.categories,
    categoriesElsewhere: written.categoriesElsewhere ?? ofAdvertiser.categoriesElsewhere,
  };
  if (status === 'paused') return { ...creative, withheld: 'creative-paused' };
  return pin === undefined || pin === pinOf(creative)
    ? creative
    : { ...creative, withheld: 'creative-pinned' };
}

function hoursOn(
  { ofWeek, hoursIn }: { ofWeek: readonly boolean[]; hoursIn: 'flight' | 'user' },
  { timeZone }: Flight,
): HoursChoice {
  return { ofWeek, timeZone: hoursIn === 'user' ? 'user' : timeZone };
}

/** A dimension that is not asked for is left out, not there as undefined. */
function withoutAbsent(targeting: { [Name in keyof Targeting]: Targeting[Name] | undefined }): Targeting {
  return Object.fromEntries(
    Object.entries(targeting).filter(([, wish]) => wish !== undefined),
  ) as unknown as Targeting;
}

function refuseRepeats(
  context: z.RefinementCtx,
  named: readonly { readonly id: string }[],
  what: string,
  path: (string | number)[],
): void {
  const seen = new Set<string>();
  for (const [i, { id }] of named.entries()) {
    if (seen.has(id))
      addSays(context, `is "${id}", but so is another ${what}; give each its own`, [...path, i, 'id']);
    seen.add(id);
  }
}
