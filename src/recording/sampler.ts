import { hashString } from '../lib/hash.js';
import { seededRandom } from '../lib/prng.js';

/** What is drawn: each request by itself, or visitors with all that they send, so that caps replay as they were. */
export const SAMPLED_BY = ['request', 'visitor'] as const;
export type SampledBy = (typeof SAMPLED_BY)[number];

/** @returns whether a request belongs to the sample. Looks at the body's bytes and keeps none. */
export type Sampler = (body: Uint8Array) => boolean;

const HASHES = 4_294_967_296;
const TEXT_BYTES_MAX = 256;
const QUOTE = 0x22;
const COLON = 0x3a;
const SPACE = 0x20;
/** Who a visitor is, the most lasting first. Only zeros are nobody's. */
const VISITOR_FIELDS = ['"ifa"', '"buyeruid"'].map((name) => Buffer.from(name));
const ADDRESS_FIELDS = ['"ip"', '"ipv6"'].map((name) => Buffer.from(name));
const USER = Buffer.from('"user"');
const ID = Buffer.from('"id"');
const NO_ID = /^[0-]*$/;

/**
 * @param share 0 to 1
 * @param seed the same one draws the same requests, in the same order of arrival, or the same visitors in any
 */
export function createSampler(by: SampledBy, share: number, seed: number): Sampler {
  if (by === 'visitor') return (body) => hashString(visitorOf(body), seed) < share * HASHES;
  const random = seededRandom(seed);
  return () => random() < share;
}

/**
 * Whoever sent the request, as far as can be told without parsing it: the device's id, our cookie, the exchange's user id,
 * else the address; requests that tell nothing are one visitor's.
 */
export function visitorOf(body: Uint8Array): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  for (const name of VISITOR_FIELDS) {
    const id = textBehind(bytes, bytes.indexOf(name), name.length);
    if (!NO_ID.test(id)) return id;
  }
  const user = bytes.indexOf(USER);
  if (user >= 0) {
    const id = textBehind(bytes, bytes.indexOf(ID, user), ID.length);
    if (!NO_ID.test(id)) return id;
  }
  for (const name of ADDRESS_FIELDS) {
    const address = textBehind(bytes, bytes.indexOf(name), name.length);
    if (address !== '') return address;
  }
  return '';
}

/** @returns the text that is the value of a name; empty where there is none */
function textBehind(bytes: Buffer, nameAt: number, nameBytes: number): string {
  if (nameAt < 0) return '';
  let at = nameAt + nameBytes;
  while (bytes[at] === COLON || (bytes[at] ?? QUOTE) <= SPACE) at++;
  if (bytes[at] !== QUOTE) return '';
  const end = bytes.indexOf(QUOTE, at + 1);
  return end < 0 ? '' : bytes.toString('latin1', at + 1, Math.min(end, at + 1 + TEXT_BYTES_MAX));
}
