import { describe, expect, it } from 'vitest';
import { isRegionCode, regionMeant } from './regions.js';

describe('regions', () => {
  it.each<[string, string | undefined, boolean, string | undefined]>([
    ['CA', 'USA', true, undefined],
    ['dc', 'USA', true, undefined],
    ['California', 'USA', false, 'CA'],
    ['Californa', undefined, false, 'CA'],
    ['US-CA', 'USA', false, 'CA'],
    ['Ontario', 'CAN', false, 'ON'],
    ['Ontario', 'USA', false, undefined],
    ['31', 'CHN', true, undefined],
    ['Shanghai', 'CHN', false, undefined],
  ])('%s of %s: a code %s, means %s', (text, country, isCode, meant) => {
    expect(isRegionCode(text, country)).toBe(isCode);
    if (!isCode) expect(regionMeant(text, country)).toBe(meant);
  });
});
