import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HmacSha256 } from './hmac-sha256.js';

it('is what the crypto module says', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.nat(200).map((length) => 'x'.repeat(length)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(text), (key, texts) => {
      const hmac = new HmacSha256(key);
      for (const one of [...texts, '', 'ü'.repeat(5_000)]) {
        const expected = createHmac('sha256', key).update(one, 'utf8').digest('hex');
        expect(Buffer.from(hmac.digest(one)).toString('hex')).toBe(expected);
      }
    }),
  );
});

it('refuses a key that would have to be hashed first', () => {
  expect(() => new HmacSha256(new Uint8Array(65))).toThrow('65 bytes');
});
