import { hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  BILLING_MODES,
  FREQUENCY_NAMES_MAX,
  LANDING_CHARACTERS_MAX,
  type BillingMode,
  type NoticeFacts,
} from '../domain/notice.js';
import type { Micros } from '../domain/money.js';
import type { NoticeSigner } from '../domain/ports.js';
import type { SecretKey } from '../domain/secret-key.js';
import { assert } from '../lib/assert.js';
import { KeyedHash } from '../secrets/keyed-hash.js';

/**
 * A notice token is the facts of a bid in binary form, followed by 16 bytes of HMAC-SHA256 over them, in base64url. It
 * needs no storage: whichever process is called with it knows what the notice is about, and that we said so ourselves.
 *
 *   flags   1 byte: 1 = test traffic, 2 = a landing page follows, 4 = the budget has another currency, 8 = for the pixel in the page; the sixteens = how
 *           many frequency logs; the last two bits = which notice spends, by its place in BILLING_MODES
 *   time    varint, milliseconds since the epoch
 *   day     varint, days since 1970-01-01
 *   hold    varint, seconds
 *   price   varint, micros
 *   texts   currency, exchange, bid, advertiser, campaign, line item, creative, each a varint of its UTF-8 bytes and then these
 *   budget  where the currency is another one: its code as a text, and the rate as 8 bytes of a double
 *   logs    the names of the frequency logs, texts
 *   landing a text
 *
 * The version of this layout is part of the key: what another version signed is as good as forged.
 *
 * Sixteen bytes of signature leave a forger one chance in 2^128 a try, and 21 characters less to send in each of up to
 * four links of a response than the whole 32. The base64url text must be the one that we would write: Node's decoder
 * would otherwise take many texts for the same bytes, and whoever counts tokens by their text would count some twice.
 */
const KEY_PURPOSE = 'narrowcast notice token, layout 2';
const FLAG_TEST = 1;
const FLAG_LANDING = 2;
const FLAG_BUDGET = 4;
const FLAG_PAGE = 8;
const LOGS_SHIFT = 4;
const LOGS_MASK = 3;
const BILLING_SHIFT = 6;
const RATE_BYTES = 8;
const SIGNATURE_BYTES = 16;
/** One text that is not a landing page: an id or a name. */
const TEXT_CHARACTERS_MAX = 256;
const BYTES_A_CHARACTER_MAX = 3;
const VARINT_BYTES_MAX = 8;
const TEXT_COUNT = 8 + FREQUENCY_NAMES_MAX;
const NUMBER_COUNT = 4;
const TOKEN_BYTES_MAX =
  1 +
  RATE_BYTES +
  (NUMBER_COUNT + TEXT_COUNT + 1) * VARINT_BYTES_MAX +
  (TEXT_COUNT * TEXT_CHARACTERS_MAX + LANDING_CHARACTERS_MAX) * BYTES_A_CHARACTER_MAX +
  SIGNATURE_BYTES;
const TOKEN_CHARACTERS_MAX = Math.ceil((TOKEN_BYTES_MAX * 4) / 3);

export interface NoticeTokens extends NoticeSigner {
  /** @returns the facts that one of our keys signed, or undefined for any other text */
  verify(token: string): NoticeFacts | undefined;
}

/**
 * @param keys at least one; the first signs, all of them verify, so that a new key is put in front while the tokens of
 *   the old one are still on their way
 */
export function createNoticeTokens(keys: readonly SecretKey[]): NoticeTokens {
  const derived = keys.map((key) => deriveKey(key.secret));
  const [signingKey] = derived;
  assert(signingKey !== undefined, 'notice tokens need at least one key');
  const sealed = (end: number): string => {
    signingKey.ofBytes(scratch.subarray(0, end)).copy(scratch, end, 0, SIGNATURE_BYTES);
    return scratch.toString('base64url', 0, end + SIGNATURE_BYTES);
  };
  return {
    sign: (facts) => sealed(writeFacts(facts)),
    signBid(facts, landing) {
      const end = writeFacts(facts);
      const notice = sealed(end);
      const flags = scratch[0] as number;
      scratch[0] = flags | FLAG_PAGE;
      const pixel = sealed(end);
      scratch[0] = flags | FLAG_LANDING;
      return { notice, pixel, click: sealed(writeLanding(end, landing)) };
    },
    verify(token) {
      if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length <= SIGNATURE_BYTES || bytes.toString('base64url') !== token) return undefined;
      const payload = bytes.subarray(0, -SIGNATURE_BYTES);
      const found = bytes.subarray(-SIGNATURE_BYTES);
      const genuine = derived.some((key) =>
        timingSafeEqual(key.ofBytes(payload).subarray(0, SIGNATURE_BYTES), found),
      );
      return genuine ? readFacts(payload) : undefined;
    },
  };
}

/** Where a token is written. */
const scratch = Buffer.alloc(TOKEN_BYTES_MAX);

/** A key of its own for this purpose, so that the secret may serve others without their signatures mixing. */
function deriveKey(secret: Uint8Array): KeyedHash {
  return new KeyedHash(new Uint8Array(hkdfSync('sha256', secret, '', KEY_PURPOSE, 32)));
}

/** Writes all facts to `scratch`. @returns their end */
function writeFacts(facts: NoticeFacts): number {
  const { landing, frequencyNames, billing, budgetCurrency, budgetRate } = facts;
  assert(frequencyNames.length <= FREQUENCY_NAMES_MAX, 'too many frequency logs');
  const hasBudget = budgetCurrency !== facts.currency || budgetRate !== 1;
  scratch[0] =
    (facts.test ? FLAG_TEST : 0) |
    (landing === undefined ? 0 : FLAG_LANDING) |
    (hasBudget ? FLAG_BUDGET : 0) |
    (facts.isForPage ? FLAG_PAGE : 0) |
    (frequencyNames.length << LOGS_SHIFT) |
    (BILLING_MODES.indexOf(billing) << BILLING_SHIFT);
  let at = writeVarint(1, facts.bidAtMs);
  at = writeVarint(at, facts.flightDay);
  at = writeVarint(at, facts.holdSeconds);
  at = writeVarint(at, facts.priceMicros);
  at = writeName(at, facts.currency);
  at = writeName(at, facts.exchange);
  at = writeName(at, facts.bidId);
  at = writeName(at, facts.advertiser);
  at = writeName(at, facts.campaign);
  at = writeName(at, facts.lineItem);
  at = writeName(at, facts.creative);
  if (hasBudget) at = scratch.writeDoubleLE(budgetRate, writeName(at, budgetCurrency));
  for (const name of frequencyNames) at = writeName(at, name);
  return landing === undefined ? at : writeLanding(at, landing);
}

function writeLanding(at: number, landing: string): number {
  assert(landing.length <= LANDING_CHARACTERS_MAX, 'landing too long');
  return writeText(at, landing);
}

/** Bytes that carry a good signature are our own, written by `writeFacts` of this layout. */
function readFacts(payload: Buffer): NoticeFacts {
  const reader = new FactsReader(payload);
  const flags = reader.byte();
  const bidAtMs = reader.varint();
  const flightDay = reader.varint();
  const holdSeconds = reader.varint();
  const priceMicros = reader.varint() as Micros;
  const currency = reader.text();
  const exchange = reader.text();
  const bidId = reader.text();
  const advertiser = reader.text();
  const campaign = reader.text();
  const lineItem = reader.text();
  const creative = reader.text();
  const hasBudget = (flags & FLAG_BUDGET) !== 0;
  const budgetCurrency = hasBudget ? reader.text() : currency;
  const budgetRate = hasBudget ? reader.double() : 1;
  const frequencyNames = Array.from({ length: (flags >> LOGS_SHIFT) & LOGS_MASK }, () => reader.text());
  return {
    exchange,
    bidId,
    advertiser,
    campaign,
    lineItem,
    creative,
    priceMicros,
    currency,
    budgetCurrency,
    budgetRate,
    billing: BILLING_MODES[flags >> BILLING_SHIFT] as BillingMode,
    bidAtMs,
    flightDay,
    holdSeconds,
    frequencyNames,
    test: (flags & FLAG_TEST) !== 0,
    isForPage: (flags & FLAG_PAGE) !== 0,
    landing: (flags & FLAG_LANDING) === 0 ? undefined : reader.text(),
  };
}

class FactsReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  double(): number {
    const start = this.#at;
    this.#at += RATE_BYTES;
    return this.#bytes.readDoubleLE(start);
  }

  text(): string {
    const length = this.varint();
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }
}

function writeName(at: number, name: string): number {
  assert(name.length <= TEXT_CHARACTERS_MAX, `name in a notice token longer than ${TEXT_CHARACTERS_MAX}`);
  return writeText(at, name);
}

/** Names are mostly short and of ASCII, for which a loop is quicker than a call of the library. */
function writeText(at: number, text: string): number {
  const { length } = text;
  if (length < 0x80) {
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) break;
      scratch[at + 1 + i] = code;
    }
    if (i === length) {
      scratch[at] = length;
      return at + 1 + length;
    }
  }
  const start = writeVarint(at, Buffer.byteLength(text));
  return start + scratch.write(text, start);
}

/** Seven bits a byte, lowest first, the highest bit saying that more follow. Divides, since a time exceeds 32 bits. */
function writeVarint(start: number, value: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, `not a whole number to sign: ${value}`);
  let at = start;
  let rest = value;
  while (rest >= 0x80) {
    scratch[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  scratch[at++] = rest;
  return at;
}
