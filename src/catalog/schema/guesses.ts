import { ALPHA2_CODES, alpha3FromAlpha2 } from '../../lib/countries.js';
import { nearestWord } from '../../lib/words.js';

/**
 * What people write in place of the codes that a file wants, and the code that they mean: `China` is `CHN`, `PST` is
 * `America/Los_Angeles`, `Mon to Fri` is `mon-fri`, `24 hours` is `24h`. Guesses only: they are offered, never taken.
 */

/** Shorter words are within a letter or two of some country whatever they mean. */
const NAME_CHARACTERS_MIN = 4;

/** Beside the English names: other names, and the letters of sport and number plates. */
const COUNTRY_ALIASES = new Map(
  Object.entries({
    GBR: ['uk', 'u.k.', 'great britain', 'britain', 'england', 'scotland', 'wales', 'northern ireland'],
    USA: ['u.s.', 'u.s.a.', 'america', 'united states of america', 'the united states'],
    DEU: ['ger', 'deutschland'],
    NLD: ['ned', 'holland', 'the netherlands'],
    CHE: ['sui'],
    DNK: ['den'],
    PRT: ['por'],
    GRC: ['gre'],
    HRV: ['cro'],
    ZAF: ['rsa'],
    ARE: ['uae', 'u.a.e.', 'emirates'],
    SAU: ['ksa'],
    KOR: ['korea', 'republic of korea'],
    CZE: ['czech republic'],
    TUR: ['turkey'],
    CIV: ['ivory coast'],
    HKG: ['hong kong'],
    MAC: ['macau', 'macao'],
    MMR: ['burma', 'myanmar'],
    CHN: ['prc', 'mainland china'],
  }).flatMap(([code, names]) => names.map((name) => [name, code] as const)),
);

let countriesByName: ReadonlyMap<string, string> | undefined;

/** @returns a three-letter country code */
export function countryMeant(found: string): string | undefined {
  const name = found.trim().toLowerCase();
  const ofCode = alpha3FromAlpha2(name.toUpperCase());
  if (ofCode !== undefined) return ofCode;
  countriesByName ??= new Map([...namedCountries(), ...COUNTRY_ALIASES]);
  const exact = countriesByName.get(name);
  if (exact !== undefined || name.length < NAME_CHARACTERS_MIN) return exact;
  return countriesByName.get(nearestWord(name, [...countriesByName.keys()]) ?? '');
}

function namedCountries(): [string, string][] {
  const english = new Intl.DisplayNames('en', { type: 'region' });
  return ALPHA2_CODES.map((alpha2) => [
    (english.of(alpha2) ?? '').toLowerCase().replace(' & ', ' and '),
    alpha3FromAlpha2(alpha2) ?? '',
  ]);
}

/** Several zones share some of these letters; the one meant most often is offered. */
const ZONE_ALIASES: readonly (readonly [zone: string, names: string])[] = [
  ['UTC', 'gmt z zulu etc/utc'],
  ['America/Los_Angeles', 'pst pdt pt pacific san_francisco seattle california'],
  ['America/Denver', 'mst mdt mt mountain'],
  ['America/Chicago', 'cst cdt ct central texas'],
  ['America/New_York', 'est edt et eastern washington boston nyc'],
  ['Europe/London', 'bst uk'],
  ['Europe/Paris', 'cet cest france'],
  ['Europe/Berlin', 'mez mesz munich hamburg frankfurt germany'],
  ['Europe/Athens', 'eet eest'],
  ['Europe/Moscow', 'msk'],
  ['Asia/Shanghai', 'beijing china shenzhen guangzhou prc'],
  ['Asia/Hong_Kong', 'hkt'],
  ['Asia/Singapore', 'sgt'],
  ['Asia/Tokyo', 'jst japan'],
  ['Asia/Seoul', 'kst korea'],
  ['Asia/Kolkata', 'ist india delhi mumbai bangalore kolkata'],
  ['Asia/Dubai', 'gst'],
  ['Australia/Sydney', 'aest aedt'],
];

let zonesByName: ReadonlyMap<string, string> | undefined;

/** @returns a zone of the IANA data base */
export function timeZoneMeant(found: string): string | undefined {
  const name = found.trim().toLowerCase().replaceAll(/\s+/g, '_');
  zonesByName ??= new Map([
    ...Intl.supportedValuesOf('timeZone').flatMap((zone) => [
      [zone.slice(zone.lastIndexOf('/') + 1).toLowerCase(), zone] as const,
      [zone.toLowerCase(), zone] as const,
    ]),
    ...ZONE_ALIASES.flatMap(([zone, names]) =>
      [zone.toLowerCase(), ...names.split(' ')].map((alias) => [alias, zone] as const),
    ),
  ]);
  const exact = zonesByName.get(name);
  if (exact !== undefined || name.length < NAME_CHARACTERS_MIN) return exact;
  return zonesByName.get(nearestWord(name, [...zonesByName.keys()]) ?? '');
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const SHORT_DAYS = WEEKDAYS.map((day) => day.slice(0, 3));
const DAY_GROUPS = new Map([
  ['everyday', 'daily'],
  ['all', 'daily'],
  ['weekday', 'weekdays'],
  ['workdays', 'weekdays'],
  ['weekend', 'weekends'],
]);

/** @returns days such as `mon-fri`, without a promise that they are well-formed */
export function daysMeant(found: string): string {
  return found
    .toLowerCase()
    .replace('every day', 'daily')
    .replaceAll(/\s*(–|—|-|\bto\b|\buntil\b)\s*/g, '-')
    .replaceAll(/\s*(,|;|&|\+|\band\b)\s*|\s+/g, ',')
    .replaceAll(/[a-z]+/g, dayMeant);
}

function dayMeant(word: string): string {
  const isDay = WEEKDAYS.some((day) => word.length >= 3 && day.startsWith(word.replace(/s$/, '')));
  if (isDay) return word.slice(0, 3);
  return DAY_GROUPS.get(word) ?? nearestWord(word, [...SHORT_DAYS, ...WEEKDAYS])?.slice(0, 3) ?? word;
}

const PERIOD = /^(?:per|every|each|a|an|one)?\s*(\d{1,6})?\s*([a-z]+?)s?$/;
const PERIOD_WORDS = new Map([
  ['m', '1m'],
  ['min', '1m'],
  ['minute', '1m'],
  ['h', '1h'],
  ['hr', '1h'],
  ['hour', '1h'],
  ['hourly', '1h'],
  ['d', '1d'],
  ['day', '1d'],
  ['daily', '1d'],
  ['w', '7d'],
  ['week', '7d'],
  ['weekly', '7d'],
  ['month', '30d'],
  ['monthly', '30d'],
  ['year', '365d'],
]);

/** @returns a time such as `24h`, without a promise that it is one of the times allowed */
export function periodMeant(found: string): string | undefined {
  const [, count = '1', word = ''] = PERIOD.exec(found.trim().toLowerCase()) ?? [];
  const unit = PERIOD_WORDS.get(word);
  return unit && `${Number(count) * Number.parseInt(unit)}${unit.at(-1)}`;
}
