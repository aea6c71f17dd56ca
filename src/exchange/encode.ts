import type { Campaign } from '../domain/campaign.js';
import type { Exchange } from '../domain/catalog.js';
import { unitsText, type Currency, type Micros } from '../domain/money.js';
import type { AudioCreative, Creative, VideoCreative } from '../domain/creative.js';
import type { ShownAs, ShownStream } from '../domain/shown-as.js';
import { assert } from '../lib/assert.js';
import {
  attributeField,
  CATEGORY_TAXONOMY,
  type CompiledCreative,
  type MarkupMacro,
} from './compile-creative.js';
import { jsonText } from './json-text.js';
import { nativeResponse } from './native-response.js';
import { vastDocument, type VastLinks } from './vast.js';

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
  readonly creative: Creative;
  readonly compiled: CompiledCreative;
  readonly shown: ShownAs;
  /** Of the request's lists of categories: the creative's are told in it where it has some. */
  readonly categoryTaxonomy: number;
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
/** AdCOM "Creative Attributes": has a button to skip it. */
const SKIP_BUTTON = 16;

/**
 * All that is put into markup and links is held against this: none of the characters can end a JSON or JavaScript
 * string, an HTML attribute or comment, a CSS `url()` or a URL. Tokens are signed by us and always pass; a public URL
 * that does not is a mistake of the configuration that must not reach a page.
 */
const LINK_SAFE = /^[\w\-.~:/%[\]]+$/;

// The macros of OpenRTB 2.6 §4.4, which the exchange replaces; the price's own is the exchange's to choose.
const CURRENCY_PARAMETER = '&c=${AUCTION_CURRENCY}';
const LOSS_PARAMETERS = '?r=${AUCTION_LOSS}&m=${AUCTION_MIN_TO_WIN}&p=';

const CLOSING = ']}';

/**
 * Writes an OpenRTB 2.6 bid response (§4.2): a `seatbid` for each seat, no group, every bid with its markup in `adm`. Notice
 * links and markup carry the exchange's macros (§4.4) unreplaced.
 */
export function encodeBidResponse(response: OutgoingResponse): EncodedResponse {
  const { requestId, exchange, currency } = response;
  const opening = `{"id":${jsonText(requestId)},"cur":"${currency}","seatbid":[`;
  const bids: string[] = [];
  for (const bid of response.bids) bids.push(encodeBid(bid, response));
  const seats = new Set<string>();
  for (const { seat } of response.bids) seats.add(seat);
  const body = opening + seatBids(response.bids, bids, seats, NONE) + CLOSING;
  if (Buffer.byteLength(body) <= exchange.responseBytesMax) return { body, droppedPlaces: NONE };
  const frames = [...seats].map((seat) => seatBid(seat, [])).join(',');
  const bytesMax = exchange.responseBytesMax - Buffer.byteLength(opening + frames + CLOSING);
  const droppedPlaces = cheapestWithoutRoom(response.bids, bids, bytesMax);
  const isEmpty = droppedPlaces.length === bids.length;
  return {
    body: isEmpty ? '' : opening + seatBids(response.bids, bids, seats, droppedPlaces) + CLOSING,
    droppedPlaces,
  };
}

/** The bids of each seat together, in their order. */
function seatBids(
  bids: readonly OutgoingBid[],
  encoded: readonly string[],
  seats: ReadonlySet<string>,
  droppedPlaces: readonly number[],
): string {
  const [first = ''] = seats;
  if (seats.size === 1 && droppedPlaces.length === 0) return seatBid(first, encoded);
  const parts: string[] = [];
  for (const seat of seats) {
    const ofSeat = encoded.filter((_, place) => bids[place]?.seat === seat && !droppedPlaces.includes(place));
    if (ofSeat.length > 0) parts.push(seatBid(seat, ofSeat));
  }
  return parts.join(',');
}

function seatBid(seat: string, encoded: readonly string[]): string {
  return `{"seat":${jsonText(seat)},"bid":[${encoded.join(',')}]}`;
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
  const billing = hasBillingNotice(bid, exchange)
    ? `,"burl":"${notice}bill/${bid.noticeToken}${priceParameters}"`
    : '';
  const deal = bid.dealId === undefined ? '' : `,"dealid":${jsonText(bid.dealId)}`;
  const slot = bid.slotInPod === 0 ? '' : `,"slotinpod":${bid.slotInPod}`;
  const extension = bid.extension === '' ? '' : `,"ext":{${bid.extension}}`;
  const fixed = exchange.version === '2.5' ? compiled.fixedFieldsBefore26 : compiled.fixedFields;
  const categories =
    compiled.categoryFields.get(bid.categoryTaxonomy) ?? compiled.categoryFields.get(CATEGORY_TAXONOMY) ?? '';
  return (
    `{"id":${jsonText(bid.bidId)},"impid":${jsonText(bid.impressionId)},"price":${unitsText(bid.priceMicros)}` +
    `,"adm":"${markupOf(bid, publicUrl, price)}"` +
    `,"adomain":[${jsonText(campaign.advertiser.domain)}],"cid":${jsonText(campaign.id)},${fixed}${shownFields(bid)}` +
    `${categories},"exp":${bid.expirySeconds}${deal}${slot}` +
    `,"nurl":"${notice}win/${bid.noticeToken}${priceParameters}"${billing}` +
    `,"lurl":"${notice}loss/${bid.noticeToken}${LOSS_PARAMETERS}${price}"${extension}}`
  );
}

/** Videos and audios are billed when they are played, by the `Impression` of their VAST (rule 66). */
function hasBillingNotice({ creative }: OutgoingBid, exchange: Exchange): boolean {
  return exchange.billing === 'burl' && !isStream(creative);
}

/** What depends on how the creative is shown: attributes, and of a video or audio its protocol, length and size. */
function shownFields({ creative, shown }: OutgoingBid): string {
  if (!isStream(creative) || !isShownStream(shown)) return attributeField(creative.attributes);
  const isSkippable = shown.isSkippable && !creative.attributes.includes(SKIP_BUTTON);
  const attributes = isSkippable ? [...creative.attributes, SKIP_BUTTON] : creative.attributes;
  const size = shown.files[0]?.size ?? creative.wrapper?.size;
  const sizeFields = size ? `,"w":${size.w},"h":${size.h}` : '';
  return `${attributeField(attributes)},"protocol":${shown.protocol},"dur":${Math.ceil(creative.seconds)}${sizeFields}`;
}

function isStream(creative: Creative): creative is VideoCreative | AudioCreative {
  return creative.format === 'video' || creative.format === 'audio';
}

function isShownStream(shown: ShownAs): shown is ShownStream {
  return shown.format === 'video' || shown.format === 'audio';
}

/** The inside of the JSON string `adm`. */
function markupOf(bid: OutgoingBid, publicUrl: string, priceMacro: string): string {
  const { creative, shown, compiled } = bid;
  if (creative.format === 'banner') {
    return markup(compiled, bid, publicUrl) + impressionPixel(publicUrl, bid.pixelToken, priceMacro);
  }
  const links: VastLinks = {
    bidId: bid.bidId,
    mark: compiled.mark,
    impressionUrl: `${publicUrl}/i/${bid.pixelToken}?p=${priceMacro}`,
    clickUrl: `${publicUrl}/c/${bid.clickToken}`,
    cacheBuster: bid.cacheBuster,
  };
  if (isStream(creative)) {
    assert(isShownStream(shown), 'a video or audio is shown as a stream');
    return jsonText(vastDocument(creative, shown, links)).slice(1, -1);
  }
  assert(shown.format === 'native', 'a native creative is shown as one');
  return jsonText(nativeResponse(creative, shown, links)).slice(1, -1);
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
