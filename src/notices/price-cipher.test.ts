import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PUBLISHED_KEYS, PUBLISHED_PRICE } from '../../test/support/notice-desk.js';
import type { PriceKeys } from '../domain/catalog.js';
import { decryptPrice } from './price-cipher.js';

/** As an exchange does it, written from rule 64. */
function encrypt(price: bigint, iv: Uint8Array, keys: PriceKeys): string {
  const plain = Buffer.alloc(8);
  plain.writeBigUInt64BE(price);
  const pad = createHmac('sha1', keys.encryption()).update(iv).digest();
  const hidden = plain.map((byte, i) => byte ^ (pad[i] ?? 0));
  const signature = createHmac('sha1', keys.integrity())
    .update(Buffer.concat([plain, iv]))
    .digest();
  return Buffer.concat([iv, hidden, signature.subarray(0, 4)]).toString('base64url');
}

const anyIv = fc.uint8Array({ minLength: 16, maxLength: 16 });
const anyPrice = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const anyKey = fc.uint8Array({ minLength: 16, maxLength: 64 }).map((bytes) => () => bytes);

describe('the price cipher of Google, Index Exchange and OpenX (rule 64)', () => {
  it('decrypts the published price, with and without its padding', () => {
    expect(decryptPrice(PUBLISHED_PRICE, PUBLISHED_KEYS)).toBe(1_200_000n);
    expect(decryptPrice(PUBLISHED_PRICE.replace('==', ''), PUBLISHED_KEYS)).toBe(1_200_000n);
  });

  it('gives back whatever price was encrypted', () => {
    fc.assert(
      fc.property(anyPrice, anyIv, anyKey, anyKey, (price, iv, encryption, integrity) => {
        const keys = { encryption, integrity };
        expect(decryptPrice(encrypt(price, iv, keys), keys)).toBe(price);
      }),
    );
  });

  it('believes no text in which one bit of iv, price or signature is another', () => {
    const bytes = Buffer.from(PUBLISHED_PRICE, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decryptPrice(changed.toString('base64url'), PUBLISHED_KEYS), `bit ${bit}`).toBeUndefined();
    }
  });

  it('believes nothing of other keys, lengths and alphabets, and never throws', () => {
    const { encryption, integrity } = PUBLISHED_KEYS;
    const swapped = { encryption: integrity, integrity: encryption };
    expect(decryptPrice(PUBLISHED_PRICE, swapped)).toBeUndefined();
    expect(decryptPrice(PUBLISHED_PRICE.replaceAll('-', '+'), PUBLISHED_KEYS)).toBeUndefined();
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
        expect(decryptPrice(text, PUBLISHED_KEYS)).toBeUndefined();
      }),
    );
  });
});
