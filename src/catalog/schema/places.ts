import { z } from 'zod';
import type { Choice, Place } from '../../domain/campaign.js';
import { ALPHA2_CODES, alpha3FromAlpha2 } from '../../lib/countries.js';
import { parseIpRange } from '../../lib/ip.js';
import { addSays, group, list, lowerText, number, parsed, ruleOverNames, text } from './fields.js';
import { countryMeant } from './guesses.js';

const EARTH_HALF_ROUND_KM = 20_037;

const COUNTRIES: ReadonlySet<string> = new Set(ALPHA2_CODES.map((code) => alpha3FromAlpha2(code) ?? ''));
const COUNTRY_EXPECTED = 'a three-letter country code, such as "USA", "CHN" or "DEU"';
const country = parsed(text(COUNTRY_EXPECTED), COUNTRY_EXPECTED, parseCountry, countryMeant).describe(
  'Three-letter country code (ISO 3166-1 alpha-3), such as USA.',
);

const RANGE_EXPECTED = 'an IP address or a network, such as "203.0.113.0/24" or "2001:db8::/32"';

const AREA_NAMES = ['country', 'region', 'city', 'zip'] as const;
const CIRCLE_NAMES = ['near', 'km'] as const;
const PLACE_EXPECTED =
  'a place such as {"country": "USA", "region": "CA"}, {"near": [31.23, 121.47], "km": 25} or {"ip": "203.0.113.0/24"}';

const POINT_EXPECTED = 'latitude and longitude, such as [31.23, 121.47]';
const LATITUDE_MAX = 90;
const LONGITUDE_MAX = 180;

/** Their limits are held where both are known, so that two that were swapped are told as that. */
const degrees = (max: number) => z.number({ error: POINT_EXPECTED }).meta({ minimum: -max, maximum: max });
const point = z
  .tuple([degrees(LATITUDE_MAX), degrees(LONGITUDE_MAX)], { error: POINT_EXPECTED })
  .superRefine(([latitude, longitude], context) => {
    if (isPoint(latitude, longitude)) return;
    const isSwapped = isPoint(longitude, latitude);
    const message = isSwapped
      ? 'the latitude first, then the longitude'
      : `${POINT_EXPECTED}: a latitude from -90 to 90, then a longitude from -180 to 180`;
    const params = isSwapped ? { hint: [longitude, latitude] } : {};
    context.addIssue({ code: 'custom', message, params });
  });

function isPoint(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= LATITUDE_MAX && Math.abs(longitude) <= LONGITUDE_MAX;
}

const place = group(PLACE_EXPECTED, {
  country: country.optional(),
  region: lowerText('a region (ISO 3166-2, without the country) as text in quotes, such as "CA" or "31"')
    .optional()
    .describe('Region, ISO 3166-2 without the country, such as "CA" for California.'),
  city: lowerText('the name of a city, such as "Shanghai"').optional().describe('City name.'),
  zip: lowerText('a postal code as text in quotes, such as "02139"')
    .optional()
    .describe('Postal code as the exchange sends it, in quotes.'),
  near: point.optional().describe('Centre of a circle: latitude, then longitude, in degrees.'),
  km: number('a radius in kilometres above 0, such as 25', { min: 0.001, max: EARTH_HALF_ROUND_KM })
    .optional()
    .describe('Radius of the circle in kilometres.'),
  ip: parsed(text(RANGE_EXPECTED), RANGE_EXPECTED, parseIpRange)
    .optional()
    .describe('An IP address or network, such as 203.0.113.0/24.'),
}).transform((given, context): Place => {
  const area = AREA_NAMES.some((name) => given[name] !== undefined);
  const circle = CIRCLE_NAMES.some((name) => given[name] !== undefined);
  const network = given.ip !== undefined;
  if (Number(area) + Number(circle) + Number(network) !== 1) {
    addSays(context, `must be exactly one kind of place: ${PLACE_EXPECTED.slice('a place such as '.length)}`);
    return z.NEVER;
  }
  if (given.ip) return { kind: 'network', range: given.ip };
  if (area) return { kind: 'area', ...areaOf(given) };
  if (!given.near || given.km === undefined) {
    addSays(context, `needs both "near" and "km", such as {"near": [31.23, 121.47], "km": 25}`);
    return z.NEVER;
  }
  return { kind: 'circle', latitude: given.near[0], longitude: given.near[1], radiusKm: given.km };
});

type Area = Record<(typeof AREA_NAMES)[number], string | undefined>;

function areaOf({ country, region, city, zip }: Partial<Area>): Area {
  return { country, region, city, zip };
}

function parseCountry(found: string): string | undefined {
  const code = found.toUpperCase();
  return COUNTRIES.has(code) ? code : undefined;
}

const PLACES_EXPECTED = 'a list of places such as [{"country": "USA"}], or {"include": […], "exclude": […]}';
const places = list(place, 'a list of places such as [{"country": "USA"}]');

const PAIRS = [
  ['include', 'exclude'],
  ['anyOf', 'noneOf'],
] as const;
const chosenPlaces = group(PLACES_EXPECTED, {
  include: places.optional().describe('Wanted: any one of these places will do.'),
  exclude: places.optional().describe('Banned: none of these places, whatever else is wanted.'),
  anyOf: places.optional().describe('The same as "include".'),
  noneOf: places.optional().describe('The same as "exclude".'),
}).check(
  ruleOverNames((has) =>
    PAIRS.filter((pair) => pair.some(has)).length === 1
      ? undefined
      : 'needs "include" or "exclude" or both; leave it out when it should not matter',
  ),
);

export const geo = z.union([
  places.transform((anyOf): Choice<Place> => ({ anyOf, noneOf: [] })),
  chosenPlaces.transform(({ include, exclude, anyOf = include, noneOf = exclude }): Choice<Place> => ({
    anyOf: anyOf ?? [],
    noneOf: noneOf ?? [],
  })),
]);
