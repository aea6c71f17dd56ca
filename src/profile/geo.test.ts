import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMmdb, type MmdbValue } from '../../test/support/mmdb-writer.js';
import type { GeoLookupResult } from '../domain/ports.js';
import { openGeoLocator } from './geo.js';

const LONDON: MmdbValue = {
  country: { iso_code: 'GB', names: { en: 'United Kingdom' } },
  subdivisions: [{ iso_code: 'ENG' }, { iso_code: 'LND' }],
  city: { names: { en: 'London', de: 'London' } },
  postal: { code: 'SW1A' },
  location: { latitude: 51.5, longitude: -0.12, time_zone: 'Europe/London' },
};
const FRANCE: MmdbValue = { country: { iso_code: 'FR' } };
const NETWORKS = { '192.0.2.0/24': LONDON, '203.0.113.0/24': FRANCE };

const UNKNOWN = {
  country: undefined,
  region: undefined,
  city: undefined,
  zip: undefined,
  latitude: undefined,
  longitude: undefined,
  utcOffsetMinutes: undefined,
};
const IN_LONDON = {
  ...UNKNOWN,
  country: 'GBR',
  region: 'ENG',
  city: 'London',
  zip: 'SW1A',
  latitude: 51.5,
  longitude: -0.12,
};

let dir: string;
let results: GeoLookupResult[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'narrowcast-geo-'));
  results = [];
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function open(bytes: Buffer) {
  const file = join(dir, 'geo.mmdb');
  writeFileSync(file, bytes);
  return openGeoLocator(file, { geoLookup: (result) => void results.push(result) });
}

describe.each([
  { ipVersion: 4, recordBits: 24 },
  { ipVersion: 4, recordBits: 32 },
  { ipVersion: 6, recordBits: 24 },
  { ipVersion: 6, recordBits: 32 },
] as const)('a geo file with a tree of IPv$ipVersion addresses in $recordBits bits', (options) => {
  it('tells the place of an address', () => {
    const locator = open(writeMmdb(NETWORKS, options));
    expect(locator.locate('192.0.2.77')).toEqual(IN_LONDON);
    expect(locator.locate('203.0.113.0')).toEqual({ ...UNKNOWN, country: 'FRA' });
    expect(locator.locate('203.0.113.255')).toEqual({ ...UNKNOWN, country: 'FRA' });
    expect(results).toEqual(['found', 'found', 'found']);
  });

  it('tells the same place for the address written as a mapped one', () => {
    const locator = open(writeMmdb(NETWORKS, options));
    expect(locator.locate('::ffff:192.0.2.77')).toEqual(IN_LONDON);
    expect(locator.locate('::FFFF:c000:024d')).toEqual(IN_LONDON);
  });

  it.each([
    '192.0.3.0',
    '203.0.112.255',
    '0.0.0.0',
    '2001:db8::1',
    'c000:0200::',
    '',
    'localhost',
    '192.0.2.1/24',
  ])('knows no place for %j', (ip) => {
    const locator = open(writeMmdb(NETWORKS, options));
    expect(locator.locate(ip)).toBeUndefined();
    expect(results).toEqual(['not-found']);
  });
});

describe('a geo file', () => {
  it('of IPv6 addresses knows both kinds', () => {
    const locator = open(writeMmdb({ ...NETWORKS, '2001:db8::/32': FRANCE }, { ipVersion: 6 }));
    expect(locator.locate('2001:db8:ffff::1')?.country).toBe('FRA');
    expect(locator.locate('2001:db9::')).toBeUndefined();
    expect(locator.locate('192.0.2.1')?.country).toBe('GBR');
  });

  it('of IPv4 addresses is never asked for an IPv6 one, which it would answer wrongly', () => {
    // c000:200:: begins with the same bits as 192.0.2.0.
    const locator = open(writeMmdb(NETWORKS, { ipVersion: 4 }));
    expect(locator.locate('c000:200::1')).toBeUndefined();
  });

  it.each<[string, MmdbValue]>([
    ['an empty record', {}],
    ['an unknown country', { country: { iso_code: 'ZZ' } }],
    ['a record of another kind', { autonomous_system_number: 64_500 }],
    [
      'values of other types',
      { country: { iso_code: 7 }, city: { names: 'x' }, location: { latitude: 'x', longitude: 1 } },
    ],
    ['half a position', { location: { latitude: 51.5 } }],
    ['a record that is no map', 'text'],
  ])('with %s knows no place there', (_, record) => {
    const locator = open(writeMmdb({ '192.0.2.0/24': record }, { ipVersion: 4 }));
    expect(locator.locate('192.0.2.1')).toBeUndefined();
    expect(results).toEqual(['not-found']);
  });

  it('is not needed: without one no address has a place, and nothing is counted', () => {
    const metrics = { geoLookup: (result: GeoLookupResult) => void results.push(result) };
    expect(openGeoLocator(undefined, metrics).locate('192.0.2.1')).toBeUndefined();
    expect(openGeoLocator('', metrics).locate('192.0.2.1')).toBeUndefined();
    expect(results).toEqual([]);
  });

  it('that is missing stops the start with a message that names it', () => {
    const file = join(dir, 'missing.mmdb');
    expect(() => openGeoLocator(file, { geoLookup: () => undefined })).toThrow(
      `geo file ${file} cannot be used: ENOENT`,
    );
  });

  it.each<[string, Buffer]>([
    ['empty', Buffer.alloc(0)],
    ['text', Buffer.from('not a database')],
    ['cut off', writeMmdb(NETWORKS, { ipVersion: 4 }).subarray(0, -200)],
    ['cut in front', writeMmdb(NETWORKS, { ipVersion: 4 }).subarray(7)],
    ['only metadata', writeMmdb(NETWORKS, { ipVersion: 4 }).subarray(-200)],
  ])('that is %s stops the start with a message that names it', (_, bytes) => {
    expect(() => open(bytes)).toThrow(/^geo file .*geo\.mmdb cannot be used: .*expected a \.mmdb file/);
  });

  it('with a damaged record counts it and knows no place there', () => {
    const bytes = writeMmdb(NETWORKS, { ipVersion: 4 });
    // The byte before a text says that a text follows; 0 says that an unknown type does.
    bytes[bytes.indexOf('iso_code') - 1] = 0;
    const locator = open(bytes);
    expect(locator.locate('192.0.2.1')).toBeUndefined();
    expect(locator.locate('203.0.113.1')?.country).toBe('FRA');
    expect(results).toEqual(['damaged', 'found']);
  });

  it('damaged anywhere is refused at the start or answers without an exception', () => {
    const good = writeMmdb(NETWORKS, { ipVersion: 6 });
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 }), (at, byte) => {
        const damaged = Buffer.from(good);
        damaged[at] = byte;
        results = [];
        const refusal = tryToLocate(damaged, ['192.0.2.1', '203.0.113.1', '2001:db8::1', '::']);
        expect(refusal?.includes('cannot be used') ?? results.length === 4).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

/** @returns why the file was refused, undefined when it was not */
function tryToLocate(bytes: Buffer, addresses: readonly string[]): string | undefined {
  let locator;
  try {
    locator = open(bytes);
  } catch (error) {
    return String(error);
  }
  for (const address of addresses) locator.locate(address);
  return undefined;
}
