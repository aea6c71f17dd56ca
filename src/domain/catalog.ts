import type { Campaign } from './campaign.js';
import type { ExchangeId } from './ids.js';
import type { Currency, Rates } from './money.js';
import type { BillingMode } from './notice.js';
import type { PrivacyPolicy } from './privacy-policy.js';
import type { SupplyPolicy } from './supply-policy.js';
import type { TrafficPolicy } from './traffic-policy.js';

/** Everything that the files under `config/` say at one moment. Immutable; replaced whole. */
export interface Catalog {
  /** Counts up by one with every change that was taken over. */
  readonly version: number;
  readonly campaigns: readonly Campaign[];
  readonly exchanges: ReadonlyMap<string, Exchange>;
  readonly rates: Rates;
  readonly privacy: PrivacyPolicy;
  readonly supply: SupplyPolicy;
  readonly traffic: TrafficPolicy;
}

/** Ids that a visitor may be known by: ours, the exchange's, the device's, and those of third parties. */
export const VISITOR_ID_KINDS = ['cookie', 'exchange-user', 'ifa', 'eids'] as const;
export type VisitorIdKind = (typeof VISITOR_ID_KINDS)[number];

/** One file of `config/exchanges/`: how an exchange wants to be spoken to. */
export interface Exchange {
  readonly id: ExchangeId;
  /** `paused`: its requests get no bids; notices of bids that were made before are taken as ever. */
  readonly status: 'active' | 'paused';
  /** Our seat at this exchange, sent as `seatbid.seat`. */
  readonly seat: string;
  /** Seats of advertisers that have one of their own, by advertiser. */
  readonly seats: ReadonlyMap<string, string>;
  /** Does a response hold one `seatbid` at most? Then the bids of the dearest seat go out (rule 61). */
  readonly oneSeat: boolean;
  /** Does it take several bids for one impression, such as one through a deal and one without (rules 43, 61)? */
  readonly severalBids: boolean;
  /** Requests a second that are answered; what comes beyond gets a no-bid. Undefined = all. */
  readonly requestsPerSecondMax: number | undefined;
  /** The version of OpenRTB that it speaks: 2.5 has `api` and `ext` where 2.6 has `apis` and fields. */
  readonly version: '2.5' | '2.6';
  /** Its domain as an advertising system: how ads.txt, sellers.json and supply chains name it, lower case. */
  readonly adsTxtDomain: string | undefined;
  /** Currencies it settles in; the first one that a request allows is used. */
  readonly currencies: readonly Currency[];
  /** Answer time when a request has no tmax, and the most that a tmax may grant. */
  readonly tmaxDefaultMs: number;
  /** What the network takes off tmax, both ways. */
  readonly networkMarginMs: number;
  /** Longest response body, before compression. */
  readonly responseBytesMax: number;
  /** Send `x-nbr` with a no-bid. */
  readonly noBidHeader: boolean;
  /** A no-bid is an empty 204, or a 200 with the response that has no bids and an `nbr` (OpenRTB 2.6 §7.1). */
  readonly noBid: '204' | '200-nbr';
  /** Of responses. */
  readonly contentType: string;
  /** Compress responses for callers that accept it. */
  readonly gzip: boolean;
  /** Which of a visitor's ids are looked up, the most trusted first; the others are not. */
  readonly idOrder: readonly VisitorIdKind[];
  /**
   * Sources of extended ids that visitors are looked up by, the most trusted first, in lower case; undefined = all of
   * them in the order of the request.
   */
  readonly extendedIdSources: readonly string[] | undefined;
  /** Where browsers are sent with our cookie id, in place of `${COOKIE_ID}`; undefined = they get a picture. */
  readonly syncRedirect: string | undefined;
  /** Which notice spends: the exchange's `burl`, our impression pixel where it has none, or the win as a last resort. */
  readonly billing: BillingMode;
  /** For how long a bid holds, by where it is shown: the most that honest billings take. */
  readonly billingWithinSeconds: BillingTimes;
  readonly price: PriceSettings;
}

/** The seat that bids of an advertiser go out under: its own, or ours. */
export function seatOf(advertiser: string, { seat, seats }: Exchange): string {
  return seats.size === 0 ? seat : (seats.get(advertiser) ?? seat);
}

export interface BillingTimes {
  readonly site: number;
  readonly app: number;
  /** Wherever it is shown full-screen. */
  readonly interstitial: number;
  readonly dooh: number;
}

/** How an exchange tells what was paid. */
export interface PriceSettings {
  /** What it replaces by the price in our links. */
  readonly macro: string;
  /** Whole currency units such as 3.2, or millionths of them such as 3200000; always per thousand impressions. */
  readonly unit: 'units' | 'micros';
  /** Undefined: prices come in plain text. */
  readonly cipher: PriceKeys | undefined;
}

/** Functions, so that whatever prints or writes down an exchange shows nothing of its keys. */
export interface PriceKeys {
  readonly encryption: () => Uint8Array;
  readonly integrity: () => Uint8Array;
}

/** What OpenRTB says: the price in plain text in place of `${AUCTION_PRICE}`. */
export const PLAIN_PRICE: PriceSettings = { macro: '${AUCTION_PRICE}', unit: 'units', cipher: undefined };
