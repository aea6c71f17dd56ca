import { parseIp } from '../lib/ip.js';
import type { Pseudonyms } from './pseudonyms.js';

type Json = Readonly<Record<string, unknown>>;

/** What is recorded of a person: everything that can be told without saying who it is, or only what is told of the device. */
export type Extent = 'pseudonymous' | 'nothing-personal';

const DEVICE_FIELDS =
  'ua dnt lmt devicetype make model os osv hwv h w ppi pxratio js geofetch language langb carrier mccmnc connectiontype'.split(
    ' ',
  );
const DEVICE_IDS = 'ifa didsha1 didmd5 dpidsha1 dpidmd5 macsha1 macmd5'.split(' ');
const PLACE_FIELDS = 'type country region regionfips104 metro city utcoffset ipservice'.split(' ');
const ZIP_CHARACTERS = 3;
/** About a kilometre. */
const DEGREES_PER_UNIT = 100;
const YEARS_TOGETHER = 5;

/** Of `device`, only what is named here. */
export function recordedDevice(device: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const recorded = picked(device, DEVICE_FIELDS);
  if (isObject(device['sua'])) recorded['sua'] = recordedHints(device['sua']);
  if (isObject(device['geo'])) recorded['geo'] = recordedPlace(device['geo'], extent);
  if (extent === 'nothing-personal') return recorded;
  for (const name of DEVICE_IDS) copyId(device, name, recorded, pseudonyms);
  for (const name of ['ip', 'ipv6']) {
    const network = typeof device[name] === 'string' ? networkOf(device[name]) : undefined;
    if (network !== undefined) recorded[name] = network;
  }
  return recorded;
}

/** Of `user`, only what is named here; consent strings hold no ids. */
export function recordedUser(user: Json, extent: Extent, pseudonyms: Pseudonyms): Json {
  const extension = isObject(user['ext']) ? user['ext'] : {};
  const recorded = picked(user, ['consent']);
  const recordedExtension = picked(extension, ['consent']);
  if (isObject(user['geo'])) recorded['geo'] = recordedPlace(user['geo'], extent);
  if (extent === 'pseudonymous') {
    for (const name of ['id', 'buyeruid']) copyId(user, name, recorded, pseudonyms);
    Object.assign(recorded, picked(user, ['gender']));
    const born = Number(user['yob']);
    if (born > 0) recorded['yob'] = Math.floor(born / YEARS_TOGETHER) * YEARS_TOGETHER;
    if (user['eids'] !== undefined) recorded['eids'] = recordedEids(user['eids'], pseudonyms);
    if (extension['eids'] !== undefined)
      recordedExtension['eids'] = recordedEids(extension['eids'], pseudonyms);
    if (user['data'] !== undefined) recorded['data'] = recordedData(user['data']);
  }
  if (Object.keys(recordedExtension).length > 0) recorded['ext'] = recordedExtension;
  return recorded;
}

/** Client hints: what browser, what system. */
function recordedHints(hints: Json): Json {
  const versions = (brands: unknown): Json[] =>
    objectsOf(brands).map((brand) => ({
      ...picked(brand, ['brand']),
      ...(Array.isArray(brand['version']) ? { version: brand['version'].filter(isPlain) } : {}),
    }));
  const [platform] = versions(hints['platform']);
  return {
    ...picked(hints, ['mobile', 'architecture', 'bitness', 'model', 'source']),
    ...(hints['browsers'] === undefined ? {} : { browsers: versions(hints['browsers']) }),
    ...(platform === undefined ? {} : { platform }),
  };
}

function recordedPlace(geo: Json, extent: Extent): Json {
  const recorded = picked(geo, PLACE_FIELDS);
  if (extent === 'nothing-personal') return recorded;
  for (const name of ['lat', 'lon']) {
    const degrees = geo[name];
    if (typeof degrees === 'number')
      recorded[name] = Math.round(degrees * DEGREES_PER_UNIT) / DEGREES_PER_UNIT;
  }
  const { zip } = geo;
  if (typeof zip === 'string' || typeof zip === 'number')
    recorded['zip'] = String(zip).slice(0, ZIP_CHARACTERS);
  return recorded;
}

function recordedEids(eids: unknown, pseudonyms: Pseudonyms): unknown {
  return objectsOf(eids).map((eid) => ({
    ...picked(eid, ['source', 'inserter', 'matcher', 'mm']),
    uids: objectsOf(eid['uids']).map((uid) => {
      const recorded = picked(uid, ['atype']);
      copyId(uid, 'id', recorded, pseudonyms);
      return recorded;
    }),
  }));
}

/** Segments are what many share. */
function recordedData(data: unknown): unknown {
  return objectsOf(data).map((each) => ({
    ...picked(each, ['id', 'name']),
    segment: objectsOf(each['segment']).map((segment) => picked(segment, ['id', 'name', 'value'])),
  }));
}

function copyId(from: Json, name: string, to: Record<string, unknown>, pseudonyms: Pseudonyms): void {
  const id = from[name];
  if (typeof id === 'string') to[name] = pseudonyms.of(id);
  else if (typeof id === 'number') to[name] = pseudonyms.ofNumber(id);
}

/** @returns the /24 or /48 of an address; undefined for what is none */
function networkOf(text: string): string | undefined {
  const address = parseIp(text.trim());
  if (!address) return undefined;
  const { version, groups } = address;
  const [first = 0, second = 0, third = 0] = groups;
  if (version === 6) return `${[first, second, third].map((group) => group.toString(16)).join(':')}::`;
  return `${first >> 8}.${first & 255}.${second >> 8}.0`;
}

/** Copies texts, numbers and flags; an object or a list where none belongs may hold anything. */
function picked(from: Json, names: readonly string[]): Record<string, unknown> {
  const recorded: Record<string, unknown> = {};
  for (const name of names) if (isPlain(from[name])) recorded[name] = from[name];
  return recorded;
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function objectsOf(value: unknown): readonly Json[] {
  return (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isObject);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
