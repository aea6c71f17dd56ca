import { isAscii, isUtf8, transcode } from 'node:buffer';
import type { BidRequest, Impression, InvalidRequest, SkippedImpression } from '../domain/bid-request.js';
import { quickToParse } from './body-cost.js';
import { findInvalid, type RequestFields } from './check-request.js';
import { decodeDevice } from './decode-device.js';
import { decodeImpression } from './decode-impression.js';
import { decodeBlockLists, decodeInventory } from './decode-inventory.js';
import { decodeSource } from './decode-source.js';
import { decodeRegulations, decodeUser } from './decode-user.js';
import { readAllowed, readSentCodes, readUpperCodes } from './codes.js';
import { NestedJson } from './nested-json.js';
import {
  isSet,
  readCount,
  readList,
  readNumber,
  readObject,
  readSingle,
  readText,
  readTexts,
} from './read.js';

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
const BYTE_ORDER_MARK = 0xfeff;

/** Above this size V8's own UTF-8 decoder is four times as slow on Chinese text as Node's `transcode`. */
const TRANSCODED_BYTES_MIN = 65_536;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Reads an OpenRTB 2.x bid request. Never throws. Meant to take about 2 ms at most for any body of up to 256 KiB, garbage
 * collection aside: what would take longer is refused unread (body-cost.ts). A list that is missing is an empty one.
 *
 * @param body JSON in UTF-8, with or without a byte order mark; not kept
 */
export function decodeBidRequest(body: Uint8Array): DecodeResult {
  if (body.length === 0) return { kind: 'malformed', why: 'the body is empty' };
  if (!isUtf8(body)) return { kind: 'malformed', why: 'the body is not UTF-8' };
  const quickBody = quickToParse(body);
  if (!quickBody) return { kind: 'too-complex' };
  const value = parseJson(textOf(quickBody));
  if (value === undefined) return { kind: 'malformed', why: 'the body is not JSON' };
  const fields: RequestFields | undefined = readObject(value);
  if (!fields) return { kind: 'malformed', why: 'the body is not a JSON object' };
  const invalid = findInvalid(fields);
  if (invalid) return { kind: 'invalid', invalid };
  return { kind: 'request', request: extract(fields) };
}

function textOf(body: Uint8Array): string {
  const text =
    body.length < TRANSCODED_BYTES_MIN || isAscii(body)
      ? decoder.decode(body)
      : transcode(body, 'utf8', 'utf16le').toString('utf16le');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** @returns undefined when `text` is not JSON, which no JSON text can mean */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
