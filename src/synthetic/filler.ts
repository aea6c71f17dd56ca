import { integerBetween, pick, type Random } from '../lib/prng.js';
import { TOPICS } from './topics.js';

/** Sizes of bodies in bytes; most lie around the geometric middle of the two. */
export interface BodyBytes {
  readonly from: number;
  readonly to: number;
}

const SEGMENT_BYTES = 32;
const SEGMENTS_MAX = 40;
/** Of the bytes that a body has to spare. */
const SEGMENTS_SHARE = 0.4;
/** What the extension takes beside its numbers, and each of those with its comma. */
const EXTENSION_BYTES = 90;
const NUMBER_BYTES = 5;

/**
 * Segments of other data providers, which bidders pass over.
 *
 * @param spareBytes how much larger than it has to be the body is to become
 * @returns fields for the user
 */
export function dataOf(random: Random, spareBytes: number): { readonly data?: object } {
  const count = Math.min(SEGMENTS_MAX, Math.floor((spareBytes * SEGMENTS_SHARE) / SEGMENT_BYTES));
  if (count <= 0) return {};
  const segment = Array.from({ length: count }, () => ({
    id: String(integerBetween(random, 10_000, 99_999)),
    value: `0.${integerBetween(random, 100, 999)}`,
  }));
  const id = `provider-${integerBetween(random, 1, 9)}`;
  return { data: [{ id, name: `${pick(random, TOPICS).name}.example`, segment }] };
}

/**
 * Gives a body the size that one of a real exchange has, by an extension full of numbers as exchanges send them.
 *
 * @param body an object without `ext`, as text
 */
export function filledUp(random: Random, body: string, wantedBytes: number): string {
  const count = Math.floor((wantedBytes - body.length - EXTENSION_BYTES) / NUMBER_BYTES);
  if (count <= 0) return body;
  let numbers = '';
  for (let i = 0; i < count; i++) numbers += `,${integerBetween(random, 1_000, 9_999)}`;
  const half = Math.ceil(count / 2) * NUMBER_BYTES;
  const [first, second] = [numbers.slice(1, half), numbers.slice(half + 1)];
  const extension = `{"wrapper":{"version":"9.1","allowed_vendor_type":[${first}]},"excluded_product":[${second}]}`;
  return `${body.slice(0, -1)},"ext":${extension}}`;
}
