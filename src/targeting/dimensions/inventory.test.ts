import { describe, expect, it } from 'vitest';
import { never, only, wants } from '../../../test/support/wants.js';

describe('domains', () => {
  it.each([
    ['news.example', true],
    ['a.news.example', true],
    ['a.b.news.example', true],
    ['xnews.example', false],
    ['news.example.evil', false],
    ['example', false],
  ])('news.example is %s: %s', (domain, expected) => {
    expect(wants({ domains: only('news.example') }, { inventory: { domain } })).toBe(expected);
    expect(wants({ domains: never('news.example') }, { inventory: { domain } })).toBe(!expected);
  });

  it('lets a ban below a wish win', () => {
    const targeting = { domains: { anyOf: ['news.example'], noneOf: ['bad.news.example'] } };
    expect(wants(targeting, { inventory: { domain: 'good.news.example' } })).toBe(true);
    expect(wants(targeting, { inventory: { domain: 'x.bad.news.example' } })).toBe(false);
  });

  it('takes a name longer than any domain for not told, however many dots it has', () => {
    const domain = `${'a.'.repeat(100_000)}news.example`;
    expect(wants({ domains: only('news.example') }, { inventory: { domain } })).toBe(false);
    expect(wants({ domains: never('news.example') }, { inventory: { domain } })).toBe(true);
  });
});

describe('bundles, publishers and exchanges', () => {
  it('compares them whole', () => {
    expect(wants({ bundles: only('com.game') }, { inventory: { bundle: 'com.game' } })).toBe(true);
    expect(wants({ bundles: only('com.game') }, { inventory: { bundle: 'com.game.pro' } })).toBe(false);
    expect(wants({ publishers: only('P1') }, { inventory: { publisherId: 'P1' } })).toBe(true);
    expect(wants({ publishers: only('P1') }, { inventory: { publisherId: 'p1' } })).toBe(false);
    expect(wants({ exchanges: never('north') }, { exchange: 'north' })).toBe(false);
    expect(wants({ exchanges: never('north') }, { exchange: 'south' })).toBe(true);
  });
});

describe('categories', () => {
  const sports = { categories: only('IAB17') };

  it('includes the children of a category, and no neighbour', () => {
    expect(wants(sports, { inventory: { categories: ['iab17-3'] } })).toBe(true);
    expect(wants(sports, { inventory: { categories: ['IAB1', 'IAB17'] } })).toBe(true);
    expect(wants(sports, { inventory: { categories: ['IAB1', 'IAB18', 'IAB1-7'] } })).toBe(false);
    expect(wants({ categories: only('IAB17-3') }, { inventory: { categories: ['IAB17'] } })).toBe(false);
  });

  it('knows its codes by their form, whatever taxonomy the request names, and takes others for not told', () => {
    const misnamed = { categories: ['483', 'IAB17-3'] };
    expect(wants(sports, { inventory: misnamed })).toBe(true);
    expect(wants({ categories: never('IAB17') }, { inventory: misnamed })).toBe(false);
    const foreign = { categories: ['483'] };
    expect(wants(sports, { inventory: foreign })).toBe(false);
    expect(wants({ categories: never('IAB17') }, { inventory: foreign })).toBe(true);
  });
});
