import type { Campaign } from '../domain/campaign.js';
import type { Exchange } from '../domain/catalog.js';
import { unitsText, type Currency, type Micros } from '../domain/money.js';
import { assert } from '../lib/assert.js';
import type { CompiledCreative, MarkupMacro } from './compile-creative.js';
import { jsonText } from './json-text.js';

export interface OutgoingResponse {
  /** Echoed as it came. */
  readonly requestId: string;
  readonly exchange: Exchange;
  readonly currency: Currency;
  /** What every link of ours starts with: absolute http(s), without a slash at the end. */
  readonly publicUrl: string;
  /** At least one. */
  readonly bids: readonly OutgoingBid[];
}

/** One bid. Tokens are link-safe: letters, digits and `-._~` only. */
export interface OutgoingBid {
  readonly bidId: string;
  readonly impressionId: string;
  /** CPM in the response's currency. */
  readonly priceMicros: Micros;
  readonly campaign: Campaign;
  readonly compiled: CompiledCreative;
  readonly dealId: string | undefined;
  /** Bids of one seat go out together. */
  readonly seat: string;
  /** Claims the first (1) or last (-1) place of a dynamic pod; 0 = any. */
  readonly slotInPod: number;
  /** The inside of `ext`, JSON such as `"dsa":{…}`; empty = there is none. */
  readonly extension: string;
  /** For how long the bid holds after the auction; see expiry.ts. */
  readonly expirySeconds: number;
  readonly noticeToken: string;
  readonly pixelToken: string;
  readonly clickToken: string;
  /** A whole number, different in every bid. */
  readonly cacheBuster: number;
}

export interface EncodedResponse {
  /** JSON, at most `exchange.responseBytesMax` bytes in UTF-8; empty when not even one bid fits. */
  readonly body: string;
  /** Places in `bids` of those left out for want of room (the cheapest), rising. */
  readonly droppedPlaces: readonly number[];
}

const NONE: readonly number[] = [];

/**
 * All that is put into markup and links is held against this: none of the characters can end a JSON or JavaScript
 * string, an HTML attribute or comment, a CSS `url()` or a URL. Tokens are signed by us and always pass; a public URL
 * that does not is a mistake of the configuration that must not reach a page.
 */
const LINK_SAFE = /^[\w\-.~:/%[\]]+$/;

// The macros of OpenRTB 2.6 §4.4, which the exchange replaces; the price's own is the exchange's to choose.
const CURRENCY_PARAMETER = '&c=${AUCTION_CURRENCY}';
const LOSS_PARAMETERS = '?r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}&p=';

const CLOSING = ']}]}';

/**
 * Writes an OpenRTB 2.6 bid response (§4.2): one seat, no group, every bid with its markup in `adm`. Notice links and
 * markup carry the exchange's macros (§4.4) unreplaced.
 */
export function encodeBidResponse(response: OutgoingResponse): EncodedResponse {
  const { requestId, exchange, currency } = response;
  const opening = `{"id":${jsonText(requestId)},"cur":"${currency}","seatbid":[{"seat":${jsonText(exchange.seat)},"bid":[`;
  const bids: string[] = [];
  for (const bid of response.bids) bids.push(encodeBid(bid, response));
  const body = opening + bids.join(',') + CLOSING;
  if (Buffer.byteLength(body) <= exchange.responseBytesMax) return { body, droppedPlaces: NONE };
  const bytesMax = exchange.responseBytesMax - Buffer.byteLength(opening + CLOSING);
  const droppedPlaces = cheapestWithoutRoom(response.bids, bids, bytesMax);
  const kept = bids.filter((_, place) => !droppedPlaces.includes(place));
  return { body: kept.length === 0 ? '' : opening + kept.join(',') + CLOSING, droppedPlaces };
}

/**
 * Keeps the bids from the dearest down, of equal prices the earlier one, as far as there is room: one that does not fit
 * keeps no cheaper and shorter one out.
 *
 * @param bytesMax for the encoded bids and the commas between them
 * @returns the places of all others in rising order
 */
function cheapestWithoutRoom(
  bids: readonly OutgoingBid[],
  encoded: readonly string[],
  bytesMax: number,
): readonly number[] {
  const ranked = bids.map(({ priceMicros }, place) => ({ priceMicros, place }));
  ranked.sort((a, b) => b.priceMicros - a.priceMicros || a.place - b.place);
  let roomBytes = bytesMax + 1; // The first bid has no comma before it.
  return ranked
    .filter(({ place }) => {
      const bytes = 1 + Buffer.byteLength(encoded[place] ?? '');
      if (bytes > roomBytes) return true;
      roomBytes -= bytes;
      return false;
    })
    .map(({ place }) => place)
    .sort((a, b) => a - b);
}

function encodeBid(bid: OutgoingBid, { exchange, publicUrl }: OutgoingResponse): string {
  const { campaign, compiled } = bid;
  assert(LINK_SAFE.test(publicUrl), 'the public URL may hold letters, digits and -._~:/%[] only');
  assert(LINK_SAFE.test(bid.noticeToken), 'notice tokens may hold letters, digits and -._~ only');
  assert(LINK_SAFE.test(bid.pixelToken), 'pixel tokens may hold letters, digits and -._~ only');
  assert(LINK_SAFE.test(bid.clickToken), 'click tokens may hold letters, digits and -._~ only');
  const notice = `${publicUrl}/n/`;
  const price = exchange.price.macro;
  const priceParameters = `?p=${price}${CURRENCY_PARAMETER}`;
  const billing =
    exchange.billing === 'burl' ? `,"burl":"${notice}bill/${bid.noticeToken}${priceParameters}"` : '';
  const deal = bid.dealId === undefined ? '' : `,"dealid":${jsonText(bid.dealId)}`;
  return (
    `{"id":${jsonText(bid.bidId)},"impid":${jsonText(bid.impressionId)},"price":${unitsText(bid.priceMicros)}` +
    `,"adm":"${markup(compiled, bid, publicUrl)}${impressionPixel(publicUrl, bid.pixelToken, price)}"` +
    `,"adomain":[${jsonText(campaign.advertiser.domain)}],"cid":${jsonText(campaign.id)},${compiled.fixedFields}` +
    `,"exp":${bid.expirySeconds}${deal}` +
    `,"nurl":"${notice}win/${bid.noticeToken}${priceParameters}"${billing}` +
    `,"lurl":"${notice}loss/${bid.noticeToken}${LOSS_PARAMETERS}${price}"}`
  );
}

/** The inside of the markup's JSON string with our macros replaced. */
function markup({ markupPieces, macros }: CompiledCreative, bid: OutgoingBid, publicUrl: string): string {
  let text = markupPieces[0] ?? '';
  for (let i = 0; i < macros.length; i++) {
    text += macroValue(macros[i] as MarkupMacro, bid, publicUrl) + (markupPieces[i + 1] ?? '');
  }
  return text;
}

function macroValue(macro: MarkupMacro, bid: OutgoingBid, publicUrl: string): string {
  if (macro === 'cache-buster') return String(bid.cacheBuster);
  const clickUrl = `${publicUrl}/c/${bid.clickToken}`;
  return macro === 'click' ? clickUrl : encodeURIComponent(clickUrl);
}

/** Counts the impression when the markup is shown; an image that is not displayed is loaded all the same. */
function impressionPixel(publicUrl: string, pixelToken: string, priceMacro: string): string {
  return `<img src=\\"${publicUrl}/i/${pixelToken}?p=${priceMacro}\\" width=1 height=1 alt=\\"\\" style=\\"display:none\\">`;
}
