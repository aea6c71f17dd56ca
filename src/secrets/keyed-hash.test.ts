import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyedHash } from './keyed-hash.js';

it('is HMAC-SHA256, of texts and of bytes, short and long', () => {
  const keys = fc.uint8Array({ maxLength: 64 });
  const messages = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 1_000, maxLength: 3_000 }));
  fc.assert(
    fc.property(keys, fc.array(messages, { minLength: 1, maxLength: 4 }), (key, texts) => {
      const keyed = new KeyedHash(key);
      for (const text of texts) {
        const expected = createHmac('sha256', key).update(text).digest();
        expect(Buffer.from(keyed.ofText(text))).toEqual(expected);
        expect(Buffer.from(keyed.ofBytes(Buffer.from(text)))).toEqual(expected);
      }
    }),
  );
});

it('takes no key that HMAC would shorten first', () => {
  expect(() => new KeyedHash(new Uint8Array(65))).toThrow('longer key');
});
