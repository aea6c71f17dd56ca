import { FREQUENCY_KINDS, type FrequencyRecord } from './frequency.js';

/**
 * A record of a frequency log in 34 bytes, so that a log is written by appending and read by cutting:
 *
 *   0   1  0x50 and the kind, by its place in FREQUENCY_KINDS
 *   1   1  sum of all the other bytes, so that what was cut or written by others is not believed
 *   2   6  time, milliseconds since 1970
 *   8   3  seconds from then until when it is held, rounded up
 *   11  6  who made the bid: the eight characters of base64url that begin its id
 *   17  5  the running number that ends its id
 *   22  12 advertiser, campaign, line item
 *
 * Big endian. Only bid ids of our own making have this form (bid ids are made by us and come back in signed tokens), so there
 * is no form for others: they are refused.
 */
export const RECORD_BYTES = 34;

const MARK = 0x50;
const CHECK_AT = 1;
const TIME_AT = 2;
const HELD_AT = 8;
const HOLDER_AT = 11;
const COUNT_AT = 17;
const HASHES_AT = 22;
const TIME_LIMIT = 2 ** 48;
const HELD_SECONDS_MAX = 2 ** 24 - 1;
const COUNT_LIMIT = 2 ** 40;
const BID_ID = /^([A-Za-z0-9_-]{8})-(0|[1-9a-z][0-9a-z]{0,7})$/;

/** @returns undefined when the bid id is none of ours, or a time is none */
export function encodeRecord(record: FrequencyRecord): Buffer | undefined {
  const { kind, bidId, atMs, heldUntilMs } = record;
  const [, holder, digits] = BID_ID.exec(bidId) ?? [];
  if (holder === undefined || digits === undefined || !isTime(atMs)) return undefined;
  const count = Number.parseInt(digits, 36);
  if (count >= COUNT_LIMIT) return undefined;
  const heldSeconds = Math.ceil(Math.max(0, heldUntilMs - atMs) / 1000);
  const bytes = Buffer.alloc(RECORD_BYTES);
  bytes[0] = MARK + FREQUENCY_KINDS.indexOf(kind);
  bytes.writeUIntBE(atMs, TIME_AT, 6);
  bytes.writeUIntBE(Math.min(heldSeconds, HELD_SECONDS_MAX), HELD_AT, 3);
  bytes.write(holder, HOLDER_AT, 'base64url');
  bytes.writeUIntBE(count, COUNT_AT, 5);
  bytes.writeUInt32BE(record.advertiser, HASHES_AT);
  bytes.writeUInt32BE(record.campaign, HASHES_AT + 4);
  bytes.writeUInt32BE(record.lineItem, HASHES_AT + 8);
  bytes[CHECK_AT] = checkOf(bytes, 0);
  return bytes;
}

export interface DecodedLog {
  readonly records: readonly FrequencyRecord[];
  /** Records that are none, or are cut off. */
  readonly damaged: number;
}

/** Never throws, whatever the bytes are; takes time and memory in proportion to them. */
export function decodeLog(bytes: Buffer): DecodedLog {
  const records: FrequencyRecord[] = [];
  let damaged = bytes.length % RECORD_BYTES === 0 ? 0 : 1;
  for (let start = 0; start + RECORD_BYTES <= bytes.length; start += RECORD_BYTES) {
    const record = decodeAt(bytes, start);
    if (record === undefined) damaged++;
    else records.push(record);
  }
  return { records, damaged };
}

function decodeAt(bytes: Buffer, start: number): FrequencyRecord | undefined {
  const kind = FREQUENCY_KINDS[(bytes[start] as number) - MARK];
  if (kind === undefined || bytes[start + CHECK_AT] !== checkOf(bytes, start)) return undefined;
  const atMs = bytes.readUIntBE(start + TIME_AT, 6);
  const heldSeconds = bytes.readUIntBE(start + HELD_AT, 3);
  const holder = bytes.toString('base64url', start + HOLDER_AT, start + COUNT_AT);
  const count = bytes.readUIntBE(start + COUNT_AT, 5);
  if (count >= COUNT_LIMIT) return undefined;
  return {
    kind,
    bidId: `${holder}-${count.toString(36)}`,
    atMs,
    heldUntilMs: heldSeconds === 0 ? 0 : atMs + heldSeconds * 1000,
    advertiser: bytes.readUInt32BE(start + HASHES_AT),
    campaign: bytes.readUInt32BE(start + HASHES_AT + 4),
    lineItem: bytes.readUInt32BE(start + HASHES_AT + 8),
  };
}

function checkOf(bytes: Buffer, start: number): number {
  let sum = 0;
  for (let i = 0; i < RECORD_BYTES; i++) {
    if (i !== CHECK_AT) sum = (Math.imul(sum, 31) + (bytes[start + i] as number)) & 0xff;
  }
  return sum;
}

function isTime(atMs: number): boolean {
  return Number.isInteger(atMs) && atMs >= 0 && atMs < TIME_LIMIT;
}
