import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { never, only, wants } from '../../../test/support/wants.js';
import { decodePercent } from './words.js';

function finds(keyword: string, inventory: { keywords?: string[]; page?: string }): boolean {
  return wants({ keywords: only(keyword) }, { inventory });
}

describe('keywords', () => {
  it('finds whole phrases and their single words, whatever the case', () => {
    const keywords = ['Trail Running , marathon', 'Shoes'];
    expect(finds('trail running', { keywords })).toBe(true);
    expect(finds('running', { keywords })).toBe(true);
    expect(finds('marathon', { keywords })).toBe(true);
    expect(finds('shoes', { keywords })).toBe(true);
    expect(finds('run', { keywords })).toBe(false);
    expect(finds('running marathon', { keywords })).toBe(false);
  });

  it('finds words of the path and the query, not of the host or the fragment', () => {
    const page = 'https://skiing.example/Sport/berlin-marathon.html?topic=trail+running#tennis';
    for (const word of ['sport', 'berlin', 'marathon', 'html', 'topic', 'trail', 'running']) {
      expect(finds(word, { page })).toBe(true);
    }
    for (const word of ['skiing', 'example', 'https', 'tennis']) expect(finds(word, { page })).toBe(false);
    expect(finds('b', { page: 'https://a.example?b' })).toBe(true);
    expect(finds('b', { page: 'a.example/b' })).toBe(true);
  });

  it('reads every script, also percent-encoded', () => {
    expect(finds('马拉松', { keywords: ['跑步,马拉松'] })).toBe(true);
    expect(finds('马拉松', { page: 'https://a.example/%E9%A9%AC%E6%8B%89%E6%9D%BE/x' })).toBe(true);
    expect(finds('größe', { page: 'https://a.example/Gr%C3%B6%C3%9Fe' })).toBe(true);
    expect(finds('𠮷野', { keywords: ['𠮷野 家'] })).toBe(true);
  });

  it('is not told only where there is neither a keyword nor a page', () => {
    const policy = { unknown: { lineItem: 'accept', byDimension: new Map() } } as const;
    const accepts = (inventory: { keywords?: string[]; page?: string }): boolean =>
      wants({ keywords: only('x'), ...policy }, { inventory });
    expect(accepts({})).toBe(true);
    expect(accepts({ keywords: ['', ' , '] })).toBe(true);
    expect(accepts({ keywords: ['y'] })).toBe(false);
    expect(accepts({ page: 'https://a.example/' })).toBe(false);
    expect(wants({ keywords: never('x') })).toBe(true);
  });

  it('finds a banned word behind hundreds of others, and in the page behind hundreds of keywords', () => {
    const many = Array.from({ length: 300 }, (_, i) => `word ${i}`).join(',');
    expect(finds('murder', { keywords: [`${many},murder`] })).toBe(true);
    expect(finds('murder', { keywords: [many], page: 'https://a.example/murder' })).toBe(true);
  });

  it('reads the first 8,192 characters and no word longer than 64', () => {
    expect(finds('x'.repeat(64), { keywords: ['x'.repeat(64)] })).toBe(true);
    expect(finds('x'.repeat(65), { keywords: ['x'.repeat(65)] })).toBe(false);
    expect(finds('late', { keywords: [' '.repeat(9_000), 'late'] })).toBe(false);
  });
});

describe('decodePercent', () => {
  it.each([
    ['%', '%'],
    ['100%', '100%'],
    ['%4', '%4'],
    ['%zz%41', '%zzA'],
    ['%C3', '\uFFFD'],
    ['a%20b%', 'a b%'],
  ])('reads %s leniently', (text, expected) => {
    expect(decodePercent(text)).toBe(expected);
  });

  it('undoes what encodeURIComponent does, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodePercent(encodeURIComponent(text))).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('%', '0', 'F', 'g', 'é') }), (text) => {
        expect(decodePercent(text).length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
