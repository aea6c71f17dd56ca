import { wholeMicros, type Micros } from './money.js';

/** Longest landing page URL: a click link must pass through every proxy and server on its way. */
export const LANDING_CHARACTERS_MAX = 2_000;
/** Stands in a landing page for the id of the bid that was clicked: advertisers send it back with a conversion. */
export const CLICK_ID_MACRO = '${CLICK_ID}';
/** In how many frequency logs a visitor's impressions are counted: each is carried by every link. */
export const FREQUENCY_NAMES_MAX = 3;

/** Which notice of a bid spends: the exchange's `burl`, our impression pixel, or the win notice. */
export const BILLING_MODES = ['burl', 'impression', 'win'] as const;
export type BillingMode = (typeof BILLING_MODES)[number];

/** What a notice token carries, so that any process can settle the bid it stands for. */
export interface NoticeFacts {
  readonly exchange: string;
  readonly bidId: string;
  readonly advertiser: string;
  readonly campaign: string;
  readonly lineItem: string;
  readonly creative: string;
  /** The bid, CPM, in `currency`. */
  readonly priceMicros: Micros;
  readonly currency: string;
  /**
   * The currency of the campaign's budget, and how much of it is charged for each unit of the price: the rate at the bid, times
   * the impressions that one play counts for (rule 39).
   */
  readonly budgetCurrency: string;
  readonly budgetRate: number;
  readonly billing: BillingMode;
  /** When the bid was made, milliseconds since the epoch. */
  readonly bidAtMs: number;
  /** The same as a day of the flight: days since 1970-01-01 on the clocks of its time zone. */
  readonly flightDay: number;
  /** For how long after the bid its money is held: the time that its format takes from auction to billing (rule 68). */
  readonly holdSeconds: number;
  /** The logs in which the visitor's impressions are counted: pseudonyms, at most FREQUENCY_NAMES_MAX, mostly none. */
  readonly frequencyNames: readonly string[];
  /** Test traffic: spend is never booked. */
  readonly test: boolean;
  /**
   * In the pixel, which every page that shows the ad can read: it tells of an impression and of nothing else, or a page could
   * call a bid lost, or billed at a price of its own, before the exchange does.
   */
  readonly isForPage: boolean;
  /** Only in click tokens: where the click leads. */
  readonly landing: string | undefined;
}

/**
 * What one impression costs at a price, in the budget's currency.
 *
 * @param cpmMicros per thousand impressions, in the currency of the bid; small enough that a bid could be that high
 * @returns rounded to the nearest micro
 */
export function chargeMicros(cpmMicros: Micros, budgetRate: number): Micros {
  return wholeMicros(Math.round((cpmMicros * budgetRate) / 1000)) ?? (Number.MAX_SAFE_INTEGER as Micros);
}
