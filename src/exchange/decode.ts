import type { BidRequest, Impression, InvalidRequest, SkippedImpression } from '../domain/bid-request.js';
import { findInvalid, type RequestFields } from './check-request.js';
import { decodeDevice } from './decode-device.js';
import { decodeImpression } from './decode-impression.js';
import { decodeBlockLists, decodeInventory } from './decode-inventory.js';
import { decodeSource } from './decode-source.js';
import { decodeRegulations, decodeUser } from './decode-user.js';
import { scanRequest } from './scan/scanner.js';
import { readAllowed, readSentCodes, readUpperCodes } from './codes.js';
import { NestedJson } from './nested-json.js';
import { isSet, readCount, readList, readNumber, readSingle, readText, readTexts } from './read.js';

export type DecodeResult =
  | { readonly kind: 'request'; readonly request: BidRequest }
  /** JSON, but against the specification: a no-bid with nbr 2. */
  | { readonly kind: 'invalid'; readonly invalid: InvalidRequest }
  /** Not JSON or not an object: status 400. */
  | { readonly kind: 'malformed'; readonly why: string }
  /** So many values that reading them would hold others up: a no-bid, since it may well be a request. */
  | { readonly kind: 'too-complex' };

const AUCTION_TYPE_DEFAULT = 2;
const CURRENCIES_DEFAULT: readonly string[] = ['USD'];

/**
 * Reads an OpenRTB 2.x bid request. Never throws. Meant to take about 2 ms at most for any body of up to 256 KiB, garbage
 * collection aside: what would take longer is refused unread (scan/scanner.as.ts). A list that is missing is an empty one.
 *
 * @param body JSON in UTF-8, with or without a byte order mark; not kept
 */
export function decodeBidRequest(body: Uint8Array): DecodeResult {
  if (body.length === 0) return { kind: 'malformed', why: 'the body is empty' };
  const scanned = scanRequest(withoutByteOrderMark(body));
  if (scanned === 'not-utf8') return { kind: 'malformed', why: 'the body is not UTF-8' };
  if (scanned === 'too-complex') return { kind: 'too-complex' };
  if (scanned === 'not-json') return { kind: 'malformed', why: 'the body is not JSON' };
  if (scanned === 'no-object') return { kind: 'malformed', why: 'the body is not a JSON object' };
  return decodeFields(scanned.value);
}

/** @param fields of a request, at least those that are read (scan/request-fields.ts) */
export function decodeFields(fields: RequestFields): DecodeResult {
  const invalid = findInvalid(fields);
  if (invalid) return { kind: 'invalid', invalid };
  return { kind: 'request', request: extract(fields) };
}

function withoutByteOrderMark(body: Uint8Array): Uint8Array {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

function extract(fields: RequestFields): BidRequest {
  const impressions: Impression[] = [];
  const skipped: SkippedImpression[] = [];
  const nested = new NestedJson();
  for (const entry of readList(fields.imp)) {
    const impression = decodeImpression(entry, nested);
    if ('why' in impression) skipped.push(impression);
    else impressions.push(impression);
  }
  const currencies = readAllowed(fields.cur, readUpperCodes);
  return {
    id: readText(fields.id) ?? '',
    impressions,
    skipped,
    test: isSet(fields.test),
    auctionType: readCount(fields.at) ?? AUCTION_TYPE_DEFAULT,
    tmaxMs: wholeMilliseconds(readNumber(readSingle(fields.tmax))),
    currencies: currencies.length === 0 ? CURRENCIES_DEFAULT : currencies,
    seatsAllowed: readAllowed(fields.wseat, readTexts),
    seatsBlocked: readSentCodes(fields.bseat),
    blocks: decodeBlockLists(fields),
    inventory: decodeInventory(fields),
    device: decodeDevice(fields.device),
    user: decodeUser(fields.user),
    regulations: decodeRegulations(fields.regs),
    source: decodeSource(fields),
  };
}

/** Rounded down: never more time than was granted. */
function wholeMilliseconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.floor(milliseconds);
}
