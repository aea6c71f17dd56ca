import { describe, expect, it } from 'vitest';
import { microsFromUnits, ratesAt, USD, type Currency, type Rates } from '../domain/money.js';
import { describePrice } from './describe.js';
import { priceBid, type PriceQuestion } from './price.js';

const EUR = 'EUR' as Currency;
const rates: Rates = {
  date: '2026-11-20',
  validUntilMs: Infinity,
  perUsd: new Map([
    [USD, 1],
    [EUR, 0.86],
  ]),
};
const question: PriceQuestion = {
  bidMicros: microsFromUnits(3.2),
  bidCurrency: USD,
  floorMicros: microsFromUnits(2),
  floorCurrency: 'USD',
  auctionType: 1,
  responseCurrency: USD,
  bidMultiplier: 1,
  isAgreed: false,
};

describe('priceBid', () => {
  it('bids the full value in first-price and second-price auctions', () => {
    const price = { valueMicros: 3_200_000, floorMicros: 2_000_000, priceMicros: 3_200_000 };
    expect(priceBid(question, rates)).toEqual(price);
    expect(priceBid({ ...question, auctionType: 2 }, rates)).toEqual(price);
  });

  it('bids what pacing makes of the value, and never below the floor', () => {
    expect(priceBid({ ...question, bidMultiplier: 0.75 }, rates)).toMatchObject({ priceMicros: 2_400_000 });
    expect(priceBid({ ...question, bidMultiplier: 0.1 }, rates)).toMatchObject({ priceMicros: 2_000_000 });
    const free = { ...question, floorMicros: microsFromUnits(0), bidMicros: microsFromUnits(0.000001) };
    expect(priceBid({ ...free, bidMultiplier: 0.1 }, rates)).toMatchObject({ priceMicros: 1 });
    expect(priceBid({ ...question, auctionType: 3, bidMultiplier: 0.1 }, rates)).toMatchObject({
      priceMicros: 2_000_000,
    });
  });

  it('pays exactly the floor at a fixed-price deal', () => {
    expect(priceBid({ ...question, auctionType: 3 }, rates)).toMatchObject({ priceMicros: 2_000_000 });
  });

  it('refuses a fixed-price deal that names no price', () => {
    expect(priceBid({ ...question, auctionType: 3, floorMicros: microsFromUnits(0) }, rates)).toBe(
      'deal-without-price',
    );
  });

  it('pays what was agreed at a fixed-price deal that names no price', () => {
    const agreed = { ...question, auctionType: 3, floorMicros: microsFromUnits(0), isAgreed: true };
    expect(priceBid(agreed, rates)).toMatchObject({ priceMicros: 3_200_000 });
  });

  it('takes a bid that equals the floor and refuses one a micro below', () => {
    expect(priceBid({ ...question, floorMicros: microsFromUnits(3.2) }, rates)).toMatchObject({
      priceMicros: 3_200_000,
    });
    expect(priceBid({ ...question, floorMicros: microsFromUnits(3.200001) }, rates)).toBe('below-floor');
  });

  it('never bids nothing', () => {
    const free = { ...question, bidMicros: microsFromUnits(0), floorMicros: microsFromUnits(0) };
    expect(priceBid(free, rates)).toBe('below-floor');
  });

  it('compares in the currency of the response and rounds a converted floor up', () => {
    const inEuros = { ...question, responseCurrency: EUR, floorMicros: microsFromUnits(1.000001) };
    expect(priceBid(inEuros, rates)).toEqual({
      valueMicros: 2_752_000,
      floorMicros: 860_001, // 860,000.86 micros
      priceMicros: 2_752_000,
    });
  });

  it('refuses currencies without a rate, whatever stands there', () => {
    expect(priceBid({ ...question, floorCurrency: 'XXX' }, rates)).toBe('no-exchange-rate');
    expect(priceBid({ ...question, floorCurrency: '__proto__' }, rates)).toBe('no-exchange-rate');
  });
});

describe('rates that are too old', () => {
  const old = ratesAt({ ...rates, validUntilMs: 1_000 }, 1_000);

  it('are as good as any until then', () => {
    const fresh = { ...rates, validUntilMs: 1_000 };
    expect(ratesAt(fresh, 999)).toBe(fresh);
  });

  it('convert nothing, and leave alone what is in one currency', () => {
    expect(priceBid({ ...question, responseCurrency: EUR }, old)).toBe('no-exchange-rate');
    expect(priceBid({ ...question, floorCurrency: 'EUR' }, old)).toBe('no-exchange-rate');
    expect(priceBid(question, old)).toEqual(priceBid(question, rates));
    const euros = { ...question, bidCurrency: EUR, floorCurrency: 'EUR', responseCurrency: EUR };
    expect(priceBid(euros, old)).toMatchObject({ priceMicros: 3_200_000 });
  });

  it('are named in an explanation', () => {
    expect(describePrice({ ...question, floorCurrency: 'EUR' }, undefined, old)[1]).toBe(
      'floor 2 EUR (the rates of 2026-11-20 are too old to convert it to USD)',
    );
  });
});

describe('describePrice', () => {
  it('tells first and second price apart', () => {
    const price = priceBid(question, rates);
    if (typeof price === 'string') throw new Error(price);
    expect(describePrice(question, price, rates).at(-1)).toBe(
      'first-price auction: 3.2 USD is bid, and paid if it wins',
    );
    expect(describePrice({ ...question, auctionType: 2 }, price, rates).at(-1)).toBe(
      'second-price auction: 3.2 USD is bid; a win pays the next best offer, from 2 to 3.2 USD',
    );
  });

  it('shows the conversion with the date of its rates', () => {
    expect(describePrice({ ...question, responseCurrency: EUR }, undefined, rates)).toEqual([
      'bid 3.2 USD x 0.860000 (rates of 2026-11-20) = 2.752 EUR per thousand impressions',
      'floor 2 USD x 0.860000 (rates of 2026-11-20) = 1.72 EUR',
    ]);
  });
});
