import { describe, expect, it } from 'vitest';
import type { Targeting } from '../domain/campaign.js';
import { compileDsaAnswer, dsaExtension, meetsDsa } from './dsa.js';

const TRANSPARENCY = { behalf: 'ACME "Shoes" Inc.', paid: 'ACME Holding' };
const wish = (required: number, publisherRenders = 1, dataToPublisher = 1) => ({
  required,
  publisherRenders,
  dataToPublisher,
});

function answerOf(targeting: Partial<Targeting> = {}, shownByCreatives = false) {
  const transparency = { ...TRANSPARENCY, shownByCreatives };
  return compileDsaAnswer(transparency, { targeting: targeting as Targeting }, 'bidder.example');
}

const told = (extension: string) => (JSON.parse(`{${extension}}`) as { dsa: Record<string, unknown> }).dsa;
const parametersOf = (targeting: Partial<Targeting>, isPersonal = true) => {
  const { transparency } = told(dsaExtension(wish(2), answerOf(targeting), isPersonal));
  return (transparency as { dsaparams: number[] }[])[0]?.dsaparams;
};

describe('what is told under the Digital Services Act', () => {
  it('names who advertises, who pays, what by, and who shows it', () => {
    expect(told(dsaExtension(wish(3), answerOf(), true))).toEqual({
      ...TRANSPARENCY,
      transparency: [{ domain: 'bidder.example', dsaparams: [2] }],
      adrender: 0,
    });
  });

  it('names profiles and precise places where they were used', () => {
    const segments = { anyOf: ['runner'], noneOf: [] };
    const circle = { kind: 'circle', latitude: 31, longitude: 121, radiusKm: 5 } as const;
    const country = {
      kind: 'area',
      country: 'DEU',
      region: undefined,
      city: undefined,
      zip: undefined,
    } as const;
    expect(parametersOf({ segments })).toEqual([1, 2]);
    expect(parametersOf({ segments }, false)).toEqual([2]);
    expect(parametersOf({ geo: { anyOf: [circle], noneOf: [] } })).toEqual([2, 3]);
    expect(parametersOf({ geo: { anyOf: [], noneOf: [{ ...country, zip: '10115' }] } })).toEqual([2, 3]);
    expect(parametersOf({ geo: { anyOf: [country], noneOf: [] } })).toEqual([2]);
    expect(parametersOf({ segments, geo: { anyOf: [circle], noneOf: [] } }, false)).toEqual([2]);
  });

  it.each([
    // required, pubrender, do creatives show it: may it bid, adrender
    [2, 0, false, false, undefined],
    [2, 0, true, true, 1],
    [2, 1, false, true, 0],
    [2, 1, true, true, 1],
    [3, 2, false, true, 0],
    [3, 2, true, false, undefined],
    [1, 0, false, true, undefined],
    [0, 2, true, true, undefined],
    [0, 2, false, true, 0],
  ])('required %i, pubrender %i, shown by creatives %s', (required, renders, shown, mayBid, adrender) => {
    const answer = answerOf({}, shown);
    const asked = wish(required, renders);
    expect(meetsDsa(asked, answer)).toBe(mayBid);
    const extension = dsaExtension(asked, answer, true);
    expect(extension === '' ? undefined : told(extension)['adrender']).toBe(adrender);
  });

  it('is nothing without a wish, without an answer, or where it is not wanted', () => {
    expect(dsaExtension(undefined, answerOf(), true)).toBe('');
    expect(dsaExtension(wish(1), undefined, true)).toBe('');
    expect(dsaExtension(wish(1, 1, 0), answerOf(), true)).toBe('');
    expect(dsaExtension(wish(2, 1, 0), answerOf(), true)).not.toBe('');
    expect([
      meetsDsa(undefined, undefined),
      meetsDsa(wish(1), undefined),
      meetsDsa(wish(2), undefined),
    ]).toEqual([true, true, false]);
  });
});
