import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextFinder } from './text-finder.js';

it('finds words at the front, in the middle and at the end, in any case, and nothing that is cut short', () => {
  const finder = new TextFinder(['Googlebot', 'bingbot']);
  expect(finder.find('googlebot/2.1')).toBe('googlebot');
  expect(finder.find('Mozilla/5.0 (compatible; BingBot/2.0)')).toBe('bingbot');
  expect(finder.find('it is a GOOGLEBOT')).toBe('googlebot');
  expect(finder.find('Mozilla/5.0 (Linux; Android 14; CUBOT P80)')).toBeUndefined();
  expect(finder.find('googlebo')).toBeUndefined();
  expect(finder.find('')).toBeUndefined();
  expect(new TextFinder([]).find('googlebot')).toBeUndefined();
});

it.each([2, 4])('agrees with a look for each word in turn, the shortest of %i letters', (lettersMin) => {
  const letters = fc.constantFrom(...Array.from('abAB-é'));
  const limits = { minLength: lettersMin, maxLength: lettersMin + 3 };
  const word = fc.array(fc.constantFrom(...Array.from('abB-')), limits).map((all) => all.join(''));
  const text = fc.array(letters, { maxLength: 24 }).map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), text, (words, within) => {
      const isThere = words.some((each) => within.toLowerCase().includes(each.toLowerCase()));
      expect(new TextFinder(words).find(within) !== undefined).toBe(isThere);
    }),
    { numRuns: 3_000 },
  );
});
