import { describe, expect, it } from 'vitest';
import { ENCRYPTED, PUBLISHED_PRICE } from '../../test/support/notice-desk.js';
import { PLAIN_PRICE } from '../domain/catalog.js';
import type { Micros } from '../domain/money.js';
import { readPrice } from './price.js';

/** A bid of 3.2 USD CPM. */
const bid = { priceMicros: 3_200_000 as Micros, currency: 'USD' };
const plain = (query: string) => readPrice(query, bid, PLAIN_PRICE);
const told = (micros: number) => ({ kind: 'told', micros });
const unbelievable = (why: string) => ({ kind: 'unbelievable', why });

describe('the price that a notice tells', () => {
  it.each([
    ['p=1.25', 1_250_000],
    ['p=3.2&c=USD', 3_200_000],
    ['c=usd&p=3.2', 3_200_000],
    ['p=3.2&c=${AUCTION_CURRENCY}', 3_200_000],
    ['p=3.2&c=', 3_200_000],
    ['p=0', 0],
    ['p=-0', 0],
    ['p=.5', 500_000],
    ['p=2.', 2_000_000],
    ['p=%20%32.5%20', 2_500_000],
    ['p=1.25e0', 1_250_000],
    ['p=1.2E-4', 120],
    ['p=1e+0', 1_000_000],
    ['p=0.0000004', 0],
    ['p=2.0099999', 2_010_000],
    ['p=1.5&p=1.5', 1_500_000],
    // What rounding on the way makes of the bid itself.
    ['p=3.200001', 3_200_000],
    ['p=3.2000032', 3_200_000],
  ])('%s is believed', (query, micros) => {
    expect(plain(query)).toEqual(told(micros));
  });

  it.each(['', 'p', 'p=', 'price=2', 'xp=2', 'p=${AUCTION_PRICE}', 'p=%24%7BAUCTION_PRICE%7D'])(
    '%j tells none',
    (query) => {
      expect(plain(query)).toEqual({ kind: 'not-told' });
    },
  );

  it.each([
    'p=%2524%257BAUCTION_PRICE%257D',
    'p=${AUCTION_PRICE:B64}',
    'p=%%WINNING_PRICE%%',
    'p=%25%25WINNING_PRICE%25%25',
  ])('%j is a macro that nobody replaced', (query) => {
    expect(plain(query)).toEqual({ kind: 'not-told' });
  });

  it('is none in a review', () => {
    expect(plain('p=AUDIT&c=AUDIT')).toEqual({ kind: 'audit' });
    expect(readPrice('p=AUDIT', bid, ENCRYPTED)).toEqual({ kind: 'audit' });
  });

  it.each([
    ['p=NaN', 'bad-number'],
    ['p=Infinity', 'bad-number'],
    ['p=1e999', 'bad-number'],
    ['p=0x10', 'bad-number'],
    ['p=1,25', 'bad-number'],
    ['p=%241.25', 'bad-number'],
    ['p=free', 'bad-number'],
    ['p=1%00', 'bad-number'],
    ['p=%E0%A4%A', 'bad-number'],
    [`p=${'1'.repeat(21)}`, 'bad-number'],
    [`p=0.${'1'.repeat(21)}`, 'bad-number'],
    ['p=1&p=2', 'bad-number'],
    ['p=-1', 'negative'],
    ['p=-1e99', 'negative'],
    ['p=3.200005', 'above-bid'],
    ['p=1e99', 'above-bid'],
    ['p=3200000', 'above-bid'],
    ['p=1&c=EUR', 'other-currency'],
    ['p=1&c=dollars', 'other-currency'],
    ['p=1&c=USD&c=EUR', 'other-currency'],
  ])('%s is not believed: %s', (query, why) => {
    expect(plain(query)).toEqual(unbelievable(why));
  });

  it('is taken in micros or in base64 where the exchange tells it so', () => {
    const micros = { ...PLAIN_PRICE, unit: 'micros' } as const;
    expect(readPrice('p=1250000', bid, micros)).toEqual(told(1_250_000));
    const base64 = { ...PLAIN_PRICE, macro: '${AUCTION_PRICE:B64}' };
    const inBase64 = (text: string) => readPrice(`p=${Buffer.from(text).toString('base64')}`, bid, base64);
    expect(inBase64('1.25')).toEqual(told(1_250_000));
    expect(inBase64('1.25€')).toEqual(unbelievable('bad-number'));
    expect(readPrice('p=${AUCTION_PRICE:B64}', bid, base64)).toEqual({ kind: 'not-told' });
  });

  it('is decrypted where the exchange encrypts it, and then nothing else is believed', () => {
    const read = (query: string, settings = ENCRYPTED) => readPrice(query, bid, settings);
    expect(read(`p=${PUBLISHED_PRICE}`)).toEqual(told(1_200_000));
    expect(read(`p=${encodeURIComponent(PUBLISHED_PRICE)}&c=USD`)).toEqual(told(1_200_000));
    expect(read(`p=${PUBLISHED_PRICE}`, { ...ENCRYPTED, unit: 'units' })).toEqual(unbelievable('above-bid'));
    expect(read('p=1.2')).toEqual(unbelievable('bad-ciphertext'));
    expect(read(`p=${PUBLISHED_PRICE.replace('O', 'P')}`)).toEqual(unbelievable('bad-ciphertext'));
    expect(read('p=')).toEqual({ kind: 'not-told' });
  });
});
