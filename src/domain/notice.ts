import type { Micros } from './money.js';

/** Longest landing page URL: a click link must pass through every proxy and server on its way. */
export const LANDING_CHARACTERS_MAX = 2_000;

/** What a notice token carries, so that any process can settle the bid it stands for. */
export interface NoticeFacts {
  readonly exchange: string;
  readonly bidId: string;
  readonly campaign: string;
  readonly lineItem: string;
  readonly creative: string;
  /** The bid, CPM, in `currency`. */
  readonly priceMicros: Micros;
  readonly currency: string;
  /** When the bid was made, milliseconds since the epoch. */
  readonly bidAtMs: number;
  /** Test traffic: spend is never booked. */
  readonly test: boolean;
  /** Only in click tokens: where the click leads. */
  readonly landing: string | undefined;
}
