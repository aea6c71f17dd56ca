import type { Campaign, LineItem } from '../../domain/campaign.js';
import type { Creative } from '../../domain/creative.js';
import type { Exchange } from '../../domain/catalog.js';
import { unreachable } from '../../lib/assert.js';
import type { FilePath } from '../finding.js';
import type { Report } from './lint-finding.js';

/*
 * What the parts of a response take at least, measured on what the bidder writes; the test beside this file holds them
 * to it. What a request or an operator adds (ids, deals, the public URL) is counted at its shortest.
 */
/** Names and marks of all fields that are always there, with the shortest values. */
const FRAME_BYTES = 361;
const CATEGORY_FIELDS_BYTES = 18;
const PICTURE_FIELD_BYTES = 10;
/** Name and currency of the billing notice, beside its link and the price's macro. */
const BILLING_FIELD_BYTES = 43;
/** Such as `http://a.co`. */
const PUBLIC_URL_BYTES = 11;
/** Facts and signature in a link, beside the names. */
const TOKEN_FACTS_BYTES = 48;
const CLICK_PATH_BYTES = '/c/'.length;
/** Pixel, win and loss. */
const NOTICE_LINKS = 3;

const CLICK_MACROS = /\$\{CLICK_URL(?:_ENC)?\}/g;
const CACHE_BUSTER = /\$\{CACHEBUSTER\}/g;

export interface CreativeInPlace {
  readonly campaign: Pick<Campaign, 'id' | 'advertiser'>;
  readonly lineItem: Pick<LineItem, 'id'>;
  readonly creative: Creative;
  readonly exchange: Exchange;
}

/**
 * What of a creative stands in its markup, without what is put around it. All parts count although a place may ask for a few only:
 * the bidder, too, leaves out a creative that might not fit.
 */
function writtenOf(creative: Creative): string {
  switch (creative.format) {
    case 'banner':
      return creative.markup;
    case 'video':
    case 'audio': {
      const { files, companions, wrapper } = creative;
      const addresses = [...files.map(({ url }) => url), ...companions.map(({ image }) => image)];
      return `${addresses.join('')}${wrapper?.tag ?? ''}\${CLICK_URL}`;
    }
    case 'native': {
      const { title, images, icons, data, video, privacyUrl = '' } = creative;
      const addresses = [...(video?.files ?? []).map(({ url }) => url), longest(images), longest(icons)];
      return `${title}${[...data.values(), ...addresses].join('')}${privacyUrl}\${CLICK_URL}`;
    }
    default:
      return unreachable(creative);
  }
}

function longest(pictures: readonly { readonly url: string }[]): string {
  return pictures.reduce((most, { url }) => (url.length > most.length ? url : most), '');
}

/** What is too long in it. */
const LONG_SETTINGS: Readonly<Record<Creative['format'], FilePath>> = {
  banner: ['html'],
  video: ['files'],
  audio: ['files'],
  native: [],
};

/** @returns the bytes of the shortest response to this exchange that shows this creative and nothing else */
export function responseBytesMin({ campaign, lineItem, creative, exchange }: CreativeInPlace): number {
  const names = [exchange.id, campaign.advertiser.id, campaign.id, lineItem.id, creative.id];
  const factsBytes = TOKEN_FACTS_BYTES + names.join('').length;
  const noticeBytes = PUBLIC_URL_BYTES + base64Bytes(factsBytes) + exchange.price.macro.length;
  const clickBytes =
    PUBLIC_URL_BYTES + CLICK_PATH_BYTES + base64Bytes(factsBytes + 1 + Buffer.byteLength(creative.landing));
  const written = writtenOf(creative);
  const clicks = written.match(CLICK_MACROS)?.length ?? 0;
  const markup = written.replaceAll(CLICK_MACROS, '').replaceAll(CACHE_BUSTER, '0');
  const optional =
    (creative.categories.length > 0 ? CATEGORY_FIELDS_BYTES + jsonBytes(creative.categories) : 0) +
    (creative.imageUrl === undefined ? 0 : PICTURE_FIELD_BYTES + creative.imageUrl.length) +
    (exchange.billing === 'burl' ? BILLING_FIELD_BYTES + noticeBytes : 0);
  const fixed =
    exchange.seat.length + campaign.advertiser.domain.length + campaign.id.length + creative.id.length;
  return (
    FRAME_BYTES + fixed + optional + jsonBytes(markup) - 2 + NOTICE_LINKS * noticeBytes + clicks * clickBytes
  );
}

function base64Bytes(bytes: number): number {
  return Math.ceil((bytes * 4) / 3);
}

function jsonBytes(value: string | readonly string[]): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/**
 * Finds exchanges that never take a response with this creative.
 *
 * @param exchanges those that the line item may bid at
 */
export function lintResponseRoom(
  place: Omit<CreativeInPlace, 'exchange'>,
  exchanges: readonly Exchange[],
  report: Report,
): void {
  const refusing = exchanges
    .map((exchange) => ({ ...exchange, bytes: responseBytesMin({ ...place, exchange }) }))
    .filter(({ bytes, responseBytesMax }) => bytes > responseBytesMax);
  if (refusing.length === 0) return;
  const nowhere = refusing.length === exchanges.length;
  const whom = nowhere ? 'every exchange there is for it' : refusing.map(({ id }) => id).join(', ');
  const figures = refusing.map(
    ({ id, bytes, responseBytesMax }) =>
      `${id} takes responses of ${responseBytesMax} bytes and this needs ${bytes}`,
  );
  const says = `is too long for ${whom} (${figures.join('; ')}); shorten it, or load the rest from a file`;
  report(nowhere ? 'error' : 'warning', LONG_SETTINGS[place.creative.format], says);
}
