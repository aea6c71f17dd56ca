import type { Device, Geo } from '../domain/bid-request.js';
import { alpha3FromAlpha2 } from '../lib/countries.js';
import {
  isSet,
  readInteger,
  readList,
  readNumber,
  readObject,
  readText,
  readTexts,
  type JsonObject,
} from './read.js';

const UTC_OFFSET_MINUTES_MAX = 14 * 60;

type DeviceFields = JsonObject<
  | 'ua'
  | 'devicetype'
  | 'sua'
  | 'os'
  | 'osv'
  | 'make'
  | 'model'
  | 'carrier'
  | 'connectiontype'
  | 'language'
  | 'langb'
  | 'ip'
  | 'ipv6'
  | 'ifa'
  | 'lmt'
  | 'dnt'
  | 'geo'
>;

type UserAgentFields = JsonObject<'browsers' | 'platform' | 'model'>;

/** Browsers send 300 at most; what comes behind is nobody's. */
const USER_AGENT_CHARACTERS_MAX = 2_048;
const BRANDS_MAX = 16;
const BRAND_CHARACTERS_MAX = 128;

const NO_FIELDS = {};

const NO_GEO: Geo = {
  country: undefined,
  region: undefined,
  city: undefined,
  zip: undefined,
  latitude: undefined,
  longitude: undefined,
  utcOffsetMinutes: undefined,
};

/** OpenRTB 2.6 §3.2.18. What `sua` says goes before `os` and `model`: browsers freeze the older texts (rule 50). */
export function decodeDevice(value: unknown): Device {
  const device: DeviceFields = readObject(value) ?? NO_FIELDS;
  const agent: UserAgentFields = readObject(device.sua) ?? NO_FIELDS;
  const platform = readObject<'brand' | 'version'>(agent.platform);
  return {
    userAgent: readText(device.ua)?.slice(0, USER_AGENT_CHARACTERS_MAX),
    browsers: brandsOf(agent.browsers),
    type: readInteger(device.devicetype),
    os: readText(platform?.brand) ?? readText(device.os),
    osVersion: joinedVersion(platform?.version) ?? readText(device.osv),
    make: readText(device.make),
    model: readText(agent.model) ?? readText(device.model),
    carrier: readText(device.carrier),
    connection: readInteger(device.connectiontype),
    language: readText(device.langb) ?? readText(device.language),
    ip: readText(device.ip),
    ipv6: readText(device.ipv6),
    ifa: readText(device.ifa),
    limitAdTracking: isSet(device.lmt),
    doNotTrack: isSet(device.dnt),
    geo: decodeGeo(device.geo),
  };
}

const NO_BRANDS: readonly string[] = [];

/** Names that browsers give themselves in client hints (OpenRTB 2.6 §3.2.30): most requests have none. */
function brandsOf(value: unknown): readonly string[] {
  const list = readList(value);
  if (list.length === 0) return NO_BRANDS;
  const brands: string[] = [];
  for (const entry of list) {
    const brand = readText(readObject<'brand'>(entry)?.brand)?.slice(0, BRAND_CHARACTERS_MAX);
    if (brand !== undefined && brands.push(brand) === BRANDS_MAX) break;
  }
  return brands;
}

/** `["10", "0", "19041"]` is version 10.0.19041. */
function joinedVersion(value: unknown): string | undefined {
  return readText(readTexts(value).join('.'));
}

/** OpenRTB 2.6 §3.2.19, of a device or a user. */
export function decodeGeo(value: unknown): Geo {
  const geo = readObject<'country' | 'region' | 'city' | 'zip' | 'lat' | 'lon' | 'utcoffset'>(value);
  if (!geo) return NO_GEO;
  const latitude = readNumber(geo.lat);
  const longitude = readNumber(geo.lon);
  const located = isPlace(latitude, longitude);
  return {
    country: countryCode(readText(geo.country)),
    region: readText(geo.region),
    city: readText(geo.city),
    zip: readText(geo.zip),
    latitude: located ? latitude : undefined,
    longitude: located ? longitude : undefined,
    utcOffsetMinutes: utcOffset(readInteger(geo.utcoffset)),
  };
}

/** 0, 0 is how an empty field is sent, not where a visitor swims. */
function isPlace(latitude: number | undefined, longitude: number | undefined): boolean {
  if (latitude === undefined || longitude === undefined) return false;
  if (latitude === 0 && longitude === 0) return false;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Some exchanges send alpha-2 codes against the specification. What is neither length is no country. */
function countryCode(text: string | undefined): string | undefined {
  if (text?.length === 3) return text.toUpperCase();
  return text?.length === 2 ? alpha3FromAlpha2(text.toUpperCase()) : undefined;
}

function utcOffset(minutes: number | undefined): number | undefined {
  return minutes !== undefined && Math.abs(minutes) <= UTC_OFFSET_MINUTES_MAX ? minutes : undefined;
}
