import { describe, expect, it } from 'vitest';
import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { Currency, Rates } from '../domain/money.js';
import { refusal, responseCurrency } from './admit.js';
import { answerBudgetMs } from './deadline.js';

const exchange = {
  seat: 'narrowcast',
  seats: new Map(),
  currencies: ['USD', 'EUR', 'GBP'],
  tmaxDefaultMs: 200,
  networkMarginMs: 20,
} as unknown as Exchange;

const request = {
  impressions: [{}],
  currencies: ['USD'],
  seatsAllowed: [],
  seatsBlocked: [],
} as unknown as BidRequest;

describe('the time to answer', () => {
  it('is the lesser of tmax and the default, less the network', () => {
    expect(answerBudgetMs(120, exchange)).toBe(100);
    expect(answerBudgetMs(1000, exchange)).toBe(180);
    expect(answerBudgetMs(undefined, exchange)).toBe(180);
    expect(answerBudgetMs(10, exchange)).toBe(-10);
  });
});

describe('refusal', () => {
  it('refuses what cannot be answered in time, before anything else', () => {
    expect(refusal({ ...request, impressions: [] }, exchange, 0)).toBe('too-late');
    expect(refusal(request, exchange, 5)).toBeUndefined();
  });

  it('refuses requests without an impression that we serve', () => {
    expect(refusal({ ...request, impressions: [] }, exchange, 100)).toBe('no-match');
  });

  it('honours both seat lists', () => {
    expect(refusal({ ...request, seatsAllowed: ['other'] }, exchange, 100)).toBe('seat');
    expect(refusal({ ...request, seatsBlocked: ['narrowcast'] }, exchange, 100)).toBe('seat');
    expect(
      refusal({ ...request, seatsAllowed: ['narrowcast'], seatsBlocked: ['narrowcast'] }, exchange, 100),
    ).toBe('seat');
    expect(refusal({ ...request, seatsAllowed: ['other', 'narrowcast'] }, exchange, 100)).toBeUndefined();
  });
});

describe('responseCurrency', () => {
  const rates: Rates = {
    date: '2026-11-20',
    validUntilMs: Infinity,
    perUsd: new Map([
      ['USD' as Currency, 1],
      ['EUR' as Currency, 0.86],
    ]),
  };

  it('takes the first currency of the exchange that the request allows and that has a rate', () => {
    expect(responseCurrency({ ...request, currencies: ['EUR', 'USD'] }, exchange, rates)).toBe('USD');
    expect(responseCurrency({ ...request, currencies: ['GBP', 'EUR'] }, exchange, rates)).toBe('EUR');
    expect(responseCurrency({ ...request, currencies: ['GBP'] }, exchange, rates)).toBeUndefined();
    expect(responseCurrency({ ...request, currencies: ['CHF'] }, exchange, rates)).toBeUndefined();
  });
});
