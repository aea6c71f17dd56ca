import { createHmac, timingSafeEqual } from 'node:crypto';
import type { PriceKeys } from '../domain/catalog.js';

/**
 * The price cipher that Google, Index Exchange and OpenX share (rule 64): web-safe base64, with or without its padding, of
 *
 *     IV, 16 bytes | price XOR HMAC-SHA1(encryption key, IV), 8 bytes | HMAC-SHA1(integrity key, price then IV), 4 bytes
 *
 * where a pad or signature is the beginning of its HMAC, and the price a whole number, the highest byte first. Four bytes
 * of signature let one forgery in four thousand millions pass, which is the exchanges' choice; it is then held against the bid.
 */
const IV_BYTES = 16;
const PRICE_BYTES = 8;
const SIGNATURE_BYTES = 4;
const TEXT = /^[\w-]{38}(?:==)?$/;

/** @returns the whole number that was encrypted; undefined for what the integrity key has not signed */
export function decryptPrice(text: string, keys: PriceKeys): bigint | undefined {
  if (!TEXT.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  const iv = bytes.subarray(0, IV_BYTES);
  const price = Buffer.from(bytes.subarray(IV_BYTES, IV_BYTES + PRICE_BYTES));
  const pad = createHmac('sha1', keys.encryption()).update(iv).digest();
  for (let i = 0; i < PRICE_BYTES; i++) price[i] = (price[i] as number) ^ (pad[i] as number);
  const signature = createHmac('sha1', keys.integrity()).update(price).update(iv).digest();
  const isGenuine = timingSafeEqual(
    signature.subarray(0, SIGNATURE_BYTES),
    bytes.subarray(IV_BYTES + PRICE_BYTES),
  );
  return isGenuine ? price.readBigUInt64BE() : undefined;
}
