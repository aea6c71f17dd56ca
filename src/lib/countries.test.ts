import { describe, expect, it } from 'vitest';
import { alpha3FromAlpha2 } from './countries.js';

const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const EVERY_ALPHA2 = LETTERS.flatMap((first) => LETTERS.map((second) => first + second));

describe('alpha3FromAlpha2', () => {
  it.each([
    ['CN', 'CHN'],
    ['DE', 'DEU'],
    ['US', 'USA'],
    ['GB', 'GBR'],
    ['CH', 'CHE'],
    ['AT', 'AUT'],
    ['AU', 'AUS'],
    ['ZW', 'ZWE'],
  ])('knows %s as %s', (alpha2, alpha3) => {
    expect(alpha3FromAlpha2(alpha2)).toBe(alpha3);
  });

  it('knows the 249 countries of the standard, each under a code of its own', () => {
    const codes = EVERY_ALPHA2.map(alpha3FromAlpha2).filter((code) => code !== undefined);
    expect(codes).toHaveLength(249);
    expect(new Set(codes).size).toBe(249);
    expect(codes.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true);
  });

  it.each(['', 'cn', 'UK', 'EU', 'ZZ', 'CHN', '__proto__'])('does not know %j', (code) => {
    expect(alpha3FromAlpha2(code)).toBeUndefined();
  });
});
