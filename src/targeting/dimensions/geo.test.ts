import { describe, expect, it } from 'vitest';
import { never, only, wants } from '../../../test/support/wants.js';
import type { VisitParts } from '../../../test/support/targeting-samples.js';
import type { Place } from '../../domain/campaign.js';
import { parseIpRange, type IpRange } from '../../lib/ip.js';

const accepting = { lineItem: 'accept', byDimension: new Map() } as const;

function area(parts: Partial<Extract<Place, { kind: 'area' }>>): Place {
  return { kind: 'area', country: undefined, region: undefined, city: undefined, zip: undefined, ...parts };
}

function circle(latitude: number, longitude: number, radiusKm: number): Place {
  return { kind: 'circle', latitude, longitude, radiusKm };
}

function network(text: string): Place {
  return { kind: 'network', range: parseIpRange(text) as IpRange };
}

function at(latitude: number, longitude: number): VisitParts {
  return { geo: { latitude, longitude } };
}

describe('areas', () => {
  const california = area({ country: 'USA', region: 'us-ca' });

  it('wants every name that is given, and no other', () => {
    expect(wants({ geo: only(california) }, { geo: { country: 'USA', region: 'CA', city: 'Fresno' } })).toBe(
      true,
    );
    expect(wants({ geo: only(california) }, { geo: { country: 'USA', region: 'US-CA' } })).toBe(true);
    expect(wants({ geo: only(california) }, { geo: { country: 'MEX', region: 'CA' } })).toBe(false);
    expect(wants({ geo: only(california) }, { geo: { country: 'USA' } })).toBe(false);
    expect(wants({ geo: only(area({ city: 'köln' })) }, { geo: { city: 'KÖLN' } })).toBe(true);
    expect(wants({ geo: only(area({ zip: 'ec1a 1bb' })) }, { geo: { zip: 'EC1A 1BB' } })).toBe(true);
  });

  it('takes any one of several areas, and none that is banned', () => {
    const geo = { anyOf: [area({ country: 'USA' }), area({ country: 'CHN' })], noneOf: [california] };
    expect(wants({ geo }, { geo: { country: 'CHN' } })).toBe(true);
    expect(wants({ geo }, { geo: { country: 'USA', region: 'NV' } })).toBe(true);
    expect(wants({ geo }, { geo: { country: 'USA', region: 'CA' } })).toBe(false);
  });
});

describe('circles', () => {
  // One degree of a great circle is 111.195 km.
  it('ends at its radius', () => {
    expect(wants({ geo: only(circle(0, 0, 111.2)) }, at(0, 1))).toBe(true);
    expect(wants({ geo: only(circle(0, 0, 111.19)) }, at(0, 1))).toBe(false);
    expect(wants({ geo: only(circle(31.23, 121.47, 0)) }, at(31.23, 121.47))).toBe(true);
    expect(wants({ geo: only(circle(31.23, 121.47, 0)) }, at(31.23, 121.4701))).toBe(false);
  });

  it('reaches over the date line and the poles', () => {
    expect(wants({ geo: only(circle(0, 179.5, 120)) }, at(0, -179.5))).toBe(true);
    expect(wants({ geo: only(circle(0, 179.5, 110)) }, at(0, -179.5))).toBe(false);
    expect(wants({ geo: only(circle(89.5, 0, 120)) }, at(89.5, 180))).toBe(true);
    expect(wants({ geo: only(circle(-90, 0, 1)) }, at(-90, 77))).toBe(true);
  });

  it('covers the Earth when it is wide enough', () => {
    expect(wants({ geo: only(circle(10, 20, 20_016)) }, at(-10, -160))).toBe(true);
    expect(wants({ geo: only(circle(10, 20, 1e9)) }, at(-10, -160))).toBe(true);
  });
});

describe('networks', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.255', true],
    ['203.0.113.0/24', '203.0.114.0', false],
    ['203.0.113.7/32', '203.0.113.7', true],
    ['203.0.113.7/32', '203.0.113.6', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::/0', '2001:db8::1', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['0.0.0.0/0', 'nonsense', false],
  ])('%s and the address %s: %s', (range, ip, expected) => {
    expect(wants({ geo: only(network(range)) }, { device: { ip } })).toBe(expected);
    expect(wants({ geo: only(network(range)) }, { device: { ipv6: ip } })).toBe(expected);
  });
});

describe('what of the place is told', () => {
  const china = area({ country: 'CHN' });

  it('does not take an address for an area, nor an area for a point', () => {
    expect(wants({ geo: only(china), unknown: accepting }, { device: { ip: '10.0.0.1' } })).toBe(true);
    expect(wants({ geo: only(circle(0, 0, 1)), unknown: accepting }, { geo: { country: 'USA' } })).toBe(true);
    expect(wants({ geo: only(network('10.0.0.0/8')), unknown: accepting }, { geo: { country: 'USA' } })).toBe(
      true,
    );
    expect(wants({ geo: only(china), unknown: accepting }, { geo: { country: 'USA' } })).toBe(false);
  });

  it('is satisfied with one kind of several', () => {
    const geo = only(china, network('10.0.0.0/8'));
    expect(wants({ geo }, { device: { ip: '10.0.0.1' } })).toBe(true);
    expect(wants({ geo, unknown: accepting }, { device: { ip: '11.0.0.1' } })).toBe(false);
    expect(wants({ geo: never(china, network('10.0.0.0/8')) }, { device: { ip: '11.0.0.1' } })).toBe(true);
  });
});
