import { describe, expect, it } from 'vitest';
import {
  anImpression,
  aVisit,
  lineItemWith,
  profileWith,
  sized,
  type VisitParts,
} from '../../test/support/targeting-samples.js';
import { never, only } from '../../test/support/wants.js';
import type { Targeting } from '../domain/campaign.js';
import { DIMENSIONS, type DimensionName } from '../domain/dimensions.js';
import { parseIpRange, type IpRange } from '../lib/ip.js';
import { versionNumber } from '../lib/version.js';
import { describeFound, describeWish } from './describe.js';

function words(
  name: DimensionName,
  targeting: Partial<Targeting>,
  visitParts: VisitParts = {},
  impression = anImpression(),
): [wish: string, found: string] {
  const { lineItem } = lineItemWith(targeting);
  return [describeWish(name, lineItem), describeFound(name, aVisit(visitParts), impression, lineItem)];
}

describe('explanations in words', () => {
  it('has words for every dimension, chosen or not, told or not', () => {
    for (const name of DIMENSIONS) {
      const [wish, found] = words(name, {});
      expect(wish).toBe({ deals: 'the open auction', sizes: '300x250' }[name as string] ?? 'anything');
      expect(found).not.toBe('');
    }
  });

  it('tells wishes and bans, and what was there', () => {
    const segments = { anyOf: ['runner', 'outdoor'], noneOf: ['bought-shoes-30d'] };
    const profile = profileWith({ segments: new Map([['traveller', Infinity]]) });
    expect(words('segments', { segments }, { profile })).toEqual([
      'one of runner, outdoor; not bought-shoes-30d',
      'the visitor is in: traveller',
    ]);
    expect(words('segments', { segments })[1]).toBe('not told');
    expect(
      words('domains', { domains: never('bad.example') }, { inventory: { domain: 'a.bad.example' } }),
    ).toEqual(['not bad.example', 'a.bad.example']);
  });

  it('shortens long lists and says how much is left out', () => {
    const segments = only(...Array.from({ length: 25 }, (_, i) => `s${i}`));
    expect(words('segments', { segments })[0]).toBe(
      'one of s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 15 more',
    );
  });

  it('writes numbers, versions, places and hours as people do', () => {
    const profile = profileWith({ interests: new Map([['sport', 0.4]]) });
    const ofWeek = Array.from({ length: 168 }, (_, hour) => hour === 7 || hour === 8);
    const version = { min: versionNumber('10') as number, max: versionNumber('12.1', 999) as number };
    expect(words('age', { age: only({ min: 25, max: 44 }) }, { user: { yearOfBirth: 2000 } })).toEqual([
      '25 to 44',
      '26 years',
    ]);
    expect(
      words('os', { os: only({ name: 'ios', version }) }, { device: { os: 'iPhone', osVersion: '9.3' } }),
    ).toEqual(['ios 10 to 12.1', 'ios 9.3']);
    expect(words('interests', { interests: only({ name: 'sport', weightMin: 0.5 }) }, { profile })).toEqual([
      'sport from 0.5',
      'the visitor likes: sport 0.4',
    ]);
    expect(words('hours', { hours: { ofWeek, timeZone: 'Asia/Shanghai' } })).toEqual([
      'mon 07-09 (Asia/Shanghai)',
      'fri 20-21',
    ]);
  });

  it('shows of a place only what the line item asks about', () => {
    const range = parseIpRange('203.0.113.0/24') as IpRange;
    const place = { geo: { country: 'USA', latitude: 1, longitude: 2 }, device: { ip: '10.0.0.1' } };
    expect(words('geo', { geo: only({ kind: 'network', range }) }, place)).toEqual([
      '203.0.113.0/24',
      '10.0.0.1',
    ]);
    const circle = { kind: 'circle', latitude: 31.23, longitude: 121.47, radiusKm: 25 } as const;
    expect(words('geo', { geo: only(circle) }, place)).toEqual(['within 25 km of 31.23, 121.47', '1, 2']);
    const area = { kind: 'area', country: 'CHN', region: '31', city: undefined, zip: undefined } as const;
    expect(words('geo', { geo: only(area) }, place)).toEqual(['CHN region 31', 'USA']);
    expect(words('geo', { geo: only(area) }, { device: { ip: '10.0.0.1' } })[1]).toBe('not told');
  });

  it('names each size once', () => {
    const { lineItem } = lineItemWith({}, { creatives: [sized(300, 250), sized(300, 250), sized(728, 90)] });
    expect(describeWish('sizes', lineItem)).toBe('one of 300x250, 728x90');
  });
});
