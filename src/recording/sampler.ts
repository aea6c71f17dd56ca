import { readObject, readText } from '../exchange/read.js';
import { scanRequest } from '../exchange/scan/scanner.js';
import { hashString } from '../lib/hash.js';
import { seededRandom } from '../lib/prng.js';

/** What is drawn: each request by itself, or visitors with all that they send, so that caps replay as they were. */
export const SAMPLED_BY = ['request', 'visitor'] as const;
export type SampledBy = (typeof SAMPLED_BY)[number];

/** @returns whether a request belongs to the sample. Looks at the body's bytes and keeps none. */
export type Sampler = (body: Uint8Array) => boolean;

const HASHES = 4_294_967_296;
/** Only zeros are nobody's. */
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
 * Whoever sent the request: the device's id, our cookie, the exchange's user id, else the address; requests that tell nothing
 * are one visitor's.
 */
export function visitorOf(body: Uint8Array): string {
  const scanned = scanRequest(body);
  if (typeof scanned === 'string') return '';
  const request = scanned.value as { readonly device?: unknown; readonly user?: unknown };
  const device = readObject<'ifa' | 'ip' | 'ipv6'>(request.device);
  const user = readObject<'id' | 'buyeruid'>(request.user);
  const ids = [device?.ifa, user?.buyeruid, user?.id].map((id) => readText(id) ?? '');
  return ids.find((id) => !NO_ID.test(id)) ?? readText(device?.ip) ?? readText(device?.ipv6) ?? '';
}
