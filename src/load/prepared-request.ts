import { deflateRawSync, constants } from 'node:zlib';
import { assert } from '../lib/assert.js';
import { crcChanges, crcOf, type CrcChanges } from './crc.js';

/**
 * The whole HTTP request of one line of traffic as bytes, made once. Only the end of the bid request's id differs from one
 * sending to the next: 8 digits for the run and 8 that count, so that no bidder takes a request for one that it has seen.
 *
 * In a compressed body the id stands in a block that is stored as it is, so it can be written over like any other; the
 * checksum behind it changes by the exclusive or of what each digit of the id contributes (`crc.ts`).
 */
export interface PreparedRequest {
  /** With zeros for the digits of the id. */
  readonly bytes: Buffer;
  /** Where the 16 digits go. */
  readonly digitsAt: number;
  /** Of a compressed body: its last 8 bytes are the checksum and the length. */
  readonly checksum: { readonly ofZeros: number; readonly changes: CrcChanges } | undefined;
}

const DIGITS = 16;
const HALF_DIGITS = DIGITS / 2;
const ZEROS = '0'.repeat(DIGITS);
/** Stands for the id while the body is written; no request has this in it. */
const MARK = `narrowcast-load-6f1c0e7d-${ZEROS}`;
const ID_CHARACTERS_MAX = 128;
const HEX = Buffer.from('0123456789abcdef');
const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
const GZIP_TAIL_BYTES = 8;
const ZERO_DIGIT = 0x30;

/** The body of a request around the digits of its id. */
export interface BodyParts {
  readonly before: Buffer;
  readonly after: Buffer;
  readonly tmaxMs: number | undefined;
}

/**
 * @param body one JSON object. Its id keeps its beginning when it is long enough for 16 digits at the end, and else is replaced
 */
export function splitAtId(body: Buffer): BodyParts {
  const request = JSON.parse(body.toString()) as Record<string, unknown>;
  const { id, tmax } = request;
  const keeps = typeof id === 'string' && id.length >= DIGITS && id.length <= ID_CHARACTERS_MAX;
  const kept = keeps && /^[\w.:-]*$/.test(id) ? id.slice(0, -DIGITS) : '';
  const text = JSON.stringify({ ...request, id: MARK });
  const at = text.indexOf(MARK);
  return {
    before: Buffer.from(text.slice(0, at) + kept),
    after: Buffer.from(text.slice(at + MARK.length)),
    tmaxMs: typeof tmax === 'number' && tmax > 0 ? tmax : undefined,
  };
}

/** @param head the lines of the head without content-length, each with its line end */
export function prepareRequest(head: string, { before, after }: BodyParts): PreparedRequest {
  const length = before.length + DIGITS + after.length;
  const start = Buffer.from(`${head}content-length: ${length}\r\n\r\n`);
  return {
    bytes: Buffer.concat([start, before, Buffer.from(ZEROS), after]),
    digitsAt: start.length + before.length,
    checksum: undefined,
  };
}

export function prepareGzipRequest(head: string, { before, after }: BodyParts): PreparedRequest {
  const first = deflateRawSync(before, { finishFlush: constants.Z_FULL_FLUSH });
  // A stored block begins at a byte's border, where the flush has left off: its kind, its length, and that inverted.
  const stored = Buffer.from([0, DIGITS, 0, 0xff ^ DIGITS, 0xff]);
  const last = deflateRawSync(after);
  const ofZeros = crcOf(Buffer.concat([before, Buffer.from(ZEROS), after]));
  const tail = Buffer.alloc(GZIP_TAIL_BYTES);
  tail.writeUInt32LE(ofZeros, 0);
  tail.writeUInt32LE(before.length + DIGITS + after.length, 4);
  const untilDigits = [GZIP_HEAD, first, stored];
  const body = Buffer.concat([...untilDigits, Buffer.from(ZEROS), last, tail]);
  const start = Buffer.from(`${head}content-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
  return {
    bytes: Buffer.concat([start, body]),
    digitsAt: start.length + untilDigits.reduce((sum, part) => sum + part.length, 0),
    checksum: { ofZeros, changes: crcChanges(DIGITS, after.length) },
  };
}

/**
 * Writes the request with the id of this sending.
 *
 * @param run the same for all of a run, 32 bits
 * @param count 32 bits
 * @returns how many bytes were written
 */
export function writeRequest(target: Buffer, request: PreparedRequest, run: number, count: number): number {
  const { bytes, digitsAt, checksum } = request;
  assert(target.length >= bytes.length, `room for ${bytes.length} bytes, not ${target.length}`);
  bytes.copy(target);
  writeHex(target, digitsAt, run);
  writeHex(target, digitsAt + HALF_DIGITS, count);
  if (checksum) {
    let crc = checksum.ofZeros;
    for (let i = 0; i < DIGITS; i += 1) {
      crc ^= checksum.changes(i, (target[digitsAt + i] as number) ^ ZERO_DIGIT);
    }
    target.writeUInt32LE(crc >>> 0, bytes.length - GZIP_TAIL_BYTES);
  }
  return bytes.length;
}

function writeHex(target: Buffer, at: number, number: number): void {
  for (let i = 0; i < HALF_DIGITS; i += 1) {
    target[at + i] = HEX[(number >>> (28 - 4 * i)) & 15] as number;
  }
}
