import { parseIp } from '../lib/ip.js';
import { isConsent, isDomain, isSmall, isVersion, LANGUAGE, withoutPersonal } from './forms.js';
import type { Pseudonyms } from './pseudonyms.js';

type Json = Readonly<Record<string, unknown>>;

/** What is recorded of a person: everything that can be told without saying who it is, or only what is told of the device. */
export type Extent = 'pseudonymous' | 'nothing-personal';

/** @returns what is recorded of a text; undefined leaves it out */
type Recorded = (text: string, pseudonyms: Pseudonyms) => string | undefined;
/** Fields that are told, by what their texts look like; numbers are told where they are small. */
type Fields = Readonly<Record<string, Recorded>>;

const SMALL_NUMBER = /^-?\d{1,5}(\.\d{1,3})?$/;
const DEVICE_FIELDS = fields(
  named('ua', withoutPersonal),
  named('make model os hwv carrier', label),
  named('osv', (text) => (isVersion(text) ? text : undefined)),
  named('dnt lmt devicetype h w ppi pxratio js geofetch connectiontype', like(SMALL_NUMBER)),
  named('language langb', like(LANGUAGE)),
  named('mccmnc', like(/^\d{3}-?\d{2,3}$/)),
);
const DEVICE_IDS = 'ifa didsha1 didmd5 dpidsha1 dpidmd5 macsha1 macmd5'.split(' ');
const PLACE_FIELDS = fields(
  named('type utcoffset ipservice metro', like(SMALL_NUMBER)),
  named('country region regionfips104', like(/^([a-z]{2}-?)?[a-z\d]{1,3}$/i)),
  named('city', like(/^[\p{L}\p{M} .'’()-]{1,60}$/u)),
);
const HINT_FIELDS = fields(
  named('mobile source bitness', like(SMALL_NUMBER)),
  named('architecture', like(/^[a-z\d_]{1,8}$/i)),
  named('model', label),
);
const EXTENDED_ID_FIELDS = fields(named('source inserter matcher', domain), named('mm', like(SMALL_NUMBER)));
const CONSENT_FIELDS: Fields = { consent: (text) => (isConsent(text) ? text : undefined) };
/** 2002::/16, with an IPv4 address behind it. Teredo and NAT64 have it at their ends, which are cut off anyway. */
const SIX_TO_FOUR = 0x2002;
/** Of ratios; coordinates have more. */
const DECIMALS_FACTOR = 1_000;
const ZIP_CHARACTERS = 3;
/** About a kilometre. */
const DEGREES_PER_UNIT = 100;
const DEGREES_MAX = 180;
const YEARS_TOGETHER = 5;
const YEARS = { from: 1900, to: 2100 } as const;

/** Of `device`, only what is named here. */
export function recordedDevice(device: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const recorded = picked(device, DEVICE_FIELDS, pseudonyms);
  if (isObject(device['sua'])) recorded['sua'] = recordedHints(device['sua'], pseudonyms);
  if (isObject(device['geo'])) recorded['geo'] = recordedPlace(device['geo'], extent, pseudonyms);
  if (extent === 'nothing-personal') return recorded;
  for (const name of DEVICE_IDS) copyId(device, name, recorded, pseudonyms);
  for (const name of ['ip', 'ipv6']) {
    const network = typeof device[name] === 'string' ? networkOf(device[name]) : undefined;
    if (network !== undefined) recorded[name] = network;
  }
  return recorded;
}

/** Of `user`, only what is named here. A consent string has no id, but the moment of consent, which few share. */
export function recordedUser(user: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const recorded: Record<string, unknown> = {};
  if (isObject(user['geo'])) recorded['geo'] = recordedPlace(user['geo'], extent, pseudonyms);
  if (extent === 'nothing-personal') return recorded;
  const extension = isObject(user['ext']) ? user['ext'] : {};
  const recordedExtension = {
    ...picked(extension, CONSENT_FIELDS, pseudonyms),
    ...(extension['eids'] === undefined ? {} : { eids: recordedEids(extension['eids'], pseudonyms) }),
  };
  for (const name of ['id', 'buyeruid']) copyId(user, name, recorded, pseudonyms);
  Object.assign(recorded, picked(user, { ...CONSENT_FIELDS, gender: like(/^[mfo]$/i) }, pseudonyms));
  const born = Number(user['yob']);
  if (born > YEARS.from && born < YEARS.to)
    recorded['yob'] = Math.floor(born / YEARS_TOGETHER) * YEARS_TOGETHER;
  if (user['eids'] !== undefined) recorded['eids'] = recordedEids(user['eids'], pseudonyms);
  if (Object.keys(recordedExtension).length > 0) recorded['ext'] = recordedExtension;
  return recorded;
}

/** Client hints: what browser, what system. */
function recordedHints(hints: Json, pseudonyms: Pseudonyms): Json {
  const brands = (value: unknown): Json[] =>
    objectsOf(value).map((brand) => ({
      ...picked(brand, { brand: label }, pseudonyms),
      ...(Array.isArray(brand['version']) ? { version: brand['version'].filter(isVersionPart) } : {}),
    }));
  const [platform] = brands(hints['platform']);
  return {
    ...picked(hints, HINT_FIELDS, pseudonyms),
    ...(hints['browsers'] === undefined ? {} : { browsers: brands(hints['browsers']) }),
    ...(platform === undefined ? {} : { platform }),
  };
}

function isVersionPart(value: unknown): boolean {
  return typeof value === 'string' && isVersion(value);
}

function recordedPlace(geo: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const recorded = picked(geo, PLACE_FIELDS, pseudonyms);
  if (extent === 'nothing-personal') return recorded;
  for (const name of ['lat', 'lon']) {
    const degrees = geo[name];
    if (typeof degrees === 'number' && Math.abs(degrees) <= DEGREES_MAX)
      recorded[name] = Math.round(degrees * DEGREES_PER_UNIT) / DEGREES_PER_UNIT;
  }
  const { zip } = geo;
  if (typeof zip === 'string' || typeof zip === 'number')
    recorded['zip'] = String(zip).slice(0, ZIP_CHARACTERS);
  return recorded;
}

function recordedEids(eids: unknown, pseudonyms: Pseudonyms): unknown {
  return objectsOf(eids).map((eid) => ({
    ...picked(eid, EXTENDED_ID_FIELDS, pseudonyms),
    uids: objectsOf(eid['uids']).map((uid) => {
      const recorded = picked(uid, { atype: like(SMALL_NUMBER) }, pseudonyms);
      copyId(uid, 'id', recorded, pseudonyms);
      return recorded;
    }),
  }));
}

function copyId(from: Json, name: string, to: Record<string, unknown>, pseudonyms: Pseudonyms): void {
  const id = from[name];
  if (typeof id === 'string') to[name] = pseudonyms.of(id);
  else if (typeof id === 'number') to[name] = pseudonyms.ofNumber(id);
}

/** @returns the /24 or /48 of an address, of one with an IPv4 address in it (6to4) the same part of that; undefined for what is none */
function networkOf(text: string): string | undefined {
  const address = parseIp(text.trim());
  if (!address) return undefined;
  const { version, groups } = address;
  const [first = 0, second = 0, third = 0] = groups;
  if (version === 4) return `${first >> 8}.${first & 255}.${second >> 8}.0`;
  const shown = first === SIX_TO_FOUR ? third & 0xff00 : third;
  return `${[first, second, shown].map((group) => group.toString(16)).join(':')}::`;
}

function fields(...some: readonly (readonly [string, Recorded])[][]): Fields {
  return Object.fromEntries(some.flat());
}

function named(names: string, recorded: Recorded): [string, Recorded][] {
  return names.split(' ').map((name) => [name, recorded]);
}

function like(form: RegExp): Recorded {
  return (text) => (form.test(text) ? text : undefined);
}

/** What somebody calls his device is none of a maker's names. */
function label(text: string, pseudonyms: Pseudonyms): string | undefined {
  return /^[\p{L}\p{M}\d .,;+()/_-]{1,64}$/u.test(text) ? withoutPersonal(text, pseudonyms) : undefined;
}

function domain(text: string): string | undefined {
  return isDomain(text) ? text : undefined;
}

/** Copies flags, small numbers and what texts are recorded as; an object or a list where none belongs may hold anything. */
function picked(from: Json, fields: Fields, pseudonyms: Pseudonyms): Record<string, unknown> {
  const recorded: Record<string, unknown> = {};
  for (const [name, textOf] of Object.entries(fields)) {
    const value = from[name];
    const told = typeof value === 'string' ? textOf(value, pseudonyms) : value;
    if (typeof told === 'string' || typeof told === 'boolean') recorded[name] = told;
    else if (typeof told === 'number' && isSmall(told))
      recorded[name] = Math.round(told * DECIMALS_FACTOR) / DECIMALS_FACTOR;
  }
  return recorded;
}

function objectsOf(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isObject);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
