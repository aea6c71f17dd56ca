import { readFileSync } from 'node:fs';
import { Reader, type CityResponse } from 'mmdb-lib';
import type { Geo } from '../domain/bid-request.js';
import type { BidMetrics, GeoLocator } from '../domain/ports.js';
import { alpha3FromAlpha2 } from '../lib/countries.js';
import { parseIp, type IpAddress } from '../lib/ip.js';

const NOWHERE: GeoLocator = { locate: () => undefined };
/** Stands before the metadata, which ends the file: a file that was cut off has lost it. */
const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const METADATA_BYTES_MAX = 128 * 1024;
/** Zero bytes between the search tree and the data. */
const SEPARATOR = Buffer.alloc(16);

/**
 * Tells places by address, from a file in MaxMind's format with records like those of GeoLite2 City. The search tree is
 * checked when the file is opened; a record that turns out to be damaged later is counted and is no place.
 *
 * @param file path of the .mmdb file; undefined or empty = no address has a place
 * @throws an error that names the file and what is wrong with it
 */
export function openGeoLocator(file: string | undefined, metrics: Pick<BidMetrics, 'geoLookup'>): GeoLocator {
  if (file === undefined || file === '') return NOWHERE;
  const reader = openReader(file);
  return {
    locate(ip) {
      try {
        const geo = locate(reader, ip);
        metrics.geoLookup(geo === undefined ? 'not-found' : 'found');
        return geo;
      } catch {
        metrics.geoLookup('damaged');
        return undefined;
      }
    },
  };
}

function locate(reader: Reader<CityResponse>, ip: string): Geo | undefined {
  const address = parseIp(ip);
  if (address === undefined) return undefined;
  // A tree of IPv4 addresses would be walked by the first bits of an IPv6 address to somewhere, without an error.
  if (address.version === 6 && reader.metadata.ipVersion !== 6) return undefined;
  const record = reader.get(address.version === 4 ? dottedText(address) : ip);
  return record === null ? undefined : toGeo(record);
}

/** IPv4 addresses may have been written as IPv6 ones, under which the tree does not hold them. */
function dottedText({ groups: [high = 0, low = 0] }: IpAddress): string {
  return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
}

/** Files of other makers have records with fields missing or of other types: what is not text is not told. */
function toGeo(record: CityResponse): Geo | undefined {
  const { country, subdivisions, city, postal, location } = record;
  const alpha2 = text(country?.iso_code);
  const latitude = degrees(location?.latitude);
  const longitude = degrees(location?.longitude);
  const geo: Geo = {
    country: alpha2 === undefined ? undefined : alpha3FromAlpha2(alpha2),
    region: text(subdivisions?.[0]?.iso_code),
    city: text(city?.names?.en),
    zip: text(postal?.code),
    latitude: longitude === undefined ? undefined : latitude,
    longitude: latitude === undefined ? undefined : longitude,
    utcOffsetMinutes: undefined,
  };
  return Object.values(geo).some((fact) => fact !== undefined) ? geo : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function degrees(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function openReader(file: string): Reader<CityResponse> {
  try {
    const bytes = readFileSync(file);
    assertHas(bytes.subarray(-METADATA_BYTES_MAX).includes(METADATA_MARKER), 'it has no metadata at its end');
    const reader = new Reader<CityResponse>(bytes);
    const { ipVersion, searchTreeSize } = reader.metadata;
    assertHas(ipVersion === 4 || ipVersion === 6, 'its IP version is neither 4 nor 6');
    const separator = bytes.subarray(searchTreeSize, searchTreeSize + SEPARATOR.length);
    assertHas(separator.equals(SEPARATOR), 'its search tree does not end where it should');
    return reader;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`geo file ${file} cannot be used: ${why}; expected a .mmdb file like GeoLite2-City`, {
      cause: error,
    });
  }
}

function assertHas(condition: boolean, problem: string): void {
  if (!condition) throw new Error(problem);
}
