import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Micros } from '../domain/money.js';
import { BILLING_MODES, FREQUENCY_NAMES_MAX, type NoticeFacts } from '../domain/notice.js';
import type { SecretKey } from '../domain/secret-key.js';
import { SAMPLE_NOTICE } from '../../test/support/sample-notice.js';
import { createNoticeTokens } from './token.js';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function key(id: string, fill: number): SecretKey {
  return { id, secret: Uint8Array.from({ length: 32 }, (_, i) => (i * 7 + fill) & 0xff) };
}

const facts = SAMPLE_NOTICE;
const clickFacts: NoticeFacts = { ...facts, landing: 'https://acme.example/trail?from=ad' };

const tokens = createNoticeTokens([key('a', 1)]);

const anyName = fc.string({ unit: 'grapheme', maxLength: 60 });
const anyFacts: fc.Arbitrary<NoticeFacts> = fc.record({
  exchange: anyName,
  bidId: anyName,
  advertiser: anyName,
  campaign: anyName,
  lineItem: anyName,
  creative: anyName,
  currency: fc.constantFrom('USD', 'CNY', 'EUR'),
  priceMicros: fc.nat({ max: Number.MAX_SAFE_INTEGER }) as fc.Arbitrary<Micros>,
  budgetCurrency: fc.constantFrom('USD', 'CNY'),
  budgetRate: fc.oneof(fc.constant(1), fc.double({ min: 1e-9, max: 1e9, noNaN: true })),
  billing: fc.constantFrom(...BILLING_MODES),
  flightDay: fc.nat({ max: 100_000 }),
  holdSeconds: fc.nat({ max: 1_000_000 }),
  frequencyNames: fc.array(anyName, { maxLength: FREQUENCY_NAMES_MAX }),
  bidAtMs: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  test: fc.boolean(),
  isForPage: fc.boolean(),
  landing: fc.option(fc.webUrl(), { nil: undefined }),
});

describe('notice tokens', () => {
  it('give back exactly the facts that were signed, in URL-safe text', () => {
    fc.assert(
      fc.property(anyFacts, (signed) => {
        const token = tokens.sign(signed);
        expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(tokens.verify(token)).toEqual(signed);
      }),
    );
  });

  it('of one bid are signed at once as they would be one by one', () => {
    fc.assert(
      fc.property(anyFacts, fc.webUrl(), (signed, landing) => {
        const facts = { ...signed, isForPage: false, landing: undefined };
        expect(tokens.signBid(facts, landing)).toEqual({
          notice: tokens.sign(facts),
          pixel: tokens.sign({ ...facts, isForPage: true }),
          click: tokens.sign({ ...facts, landing }),
        });
      }),
    );
  });

  it('are signed with HMAC-SHA256 under a key for this purpose', () => {
    const secret = key('a', 1).secret;
    const derived = hkdfSync('sha256', secret, '', 'narrowcast notice token, layout 2', 32);
    fc.assert(
      fc.property(anyFacts, (signed) => {
        const token = Buffer.from(tokens.sign(signed), 'base64url');
        const expected = createHmac('sha256', new Uint8Array(derived))
          .update(token.subarray(0, -16))
          .digest();
        expect(token.subarray(-16)).toEqual(expected.subarray(0, 16));
      }),
    );
  });

  it('are short: an ordinary bid takes fewer than 130 characters', () => {
    expect(tokens.sign(facts).length).toBeLessThan(130);
  });

  it('are refused when any one character is another', () => {
    for (const signed of [facts, clickFacts]) {
      const token = tokens.sign(signed);
      for (let i = 0; i < token.length; i++) {
        for (const character of `${BASE64URL}+/=. \u0000`) {
          if (character === token[i]) continue;
          const mutated = token.slice(0, i) + character + token.slice(i + 1);
          expect(tokens.verify(mutated), `${character} at ${i}`).toBeUndefined();
        }
      }
    }
  });

  it('are refused when cut, lengthened or padded', () => {
    // Facts of every length modulo three, so that each kind of padding is met.
    for (const creative of ['', 'a', 'ab', 'abc']) {
      const token = tokens.sign({ ...clickFacts, creative });
      for (let end = 0; end < token.length; end++) {
        expect(tokens.verify(token.slice(0, end))).toBeUndefined();
        expect(tokens.verify(token.slice(end + 1))).toBeUndefined();
      }
      for (const added of ['A', 'AAAA', '=', '==', ' ', '\n', '%3D', '&x=1']) {
        expect(tokens.verify(token + added)).toBeUndefined();
        expect(tokens.verify(added + token)).toBeUndefined();
      }
    }
  });

  it('are refused in the other base64 alphabet, which decodes to the same bytes', () => {
    const token = Array.from({ length: 100 }, (_, i) => tokens.sign({ ...facts, bidId: `b${i}` })).find(
      (text) => /[-_]/.test(text),
    );
    const standard = (token ?? '').replaceAll('-', '+').replaceAll('_', '/');
    expect(tokens.verify(token ?? '')).toBeDefined();
    expect(tokens.verify(standard)).toBeUndefined();
  });

  it('are refused when they are anything at all but ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), (text) => {
        expect(tokens.verify(text)).toBeUndefined();
      }),
    );
    expect(tokens.verify('A'.repeat(1_000_000))).toBeUndefined();
    expect(tokens.verify('__proto__')).toBeUndefined();
  });

  it('do not let one field flow into the next', () => {
    const left = tokens.sign({ ...facts, campaign: 'ab', lineItem: 'c' });
    const right = tokens.sign({ ...facts, campaign: 'a', lineItem: 'bc' });
    expect(left).not.toBe(right);
  });

  it('of an old key stay good while that key is still listed behind the new one', () => {
    const token = tokens.sign(facts);
    const rotated = createNoticeTokens([key('b', 2), key('a', 1)]);
    expect(rotated.verify(token)).toEqual(facts);
    expect(tokens.verify(rotated.sign(facts))).toBeUndefined();
    expect(createNoticeTokens([key('b', 2)]).verify(token)).toBeUndefined();
  });

  it('take a landing page of the longest allowed length, and names of none longer than theirs', () => {
    const landing = `https://acme.example/${'a'.repeat(2_000 - 21)}`;
    expect(tokens.verify(tokens.sign({ ...facts, landing }))).toEqual({ ...facts, landing });
    expect(() => tokens.sign({ ...facts, landing: `${landing}a` })).toThrow('landing');
    expect(() => tokens.sign({ ...facts, bidId: 'x'.repeat(10_000) })).toThrow('longer than 256');
  });

  it('need a key', () => {
    expect(() => createNoticeTokens([])).toThrow('at least one key');
  });
});
