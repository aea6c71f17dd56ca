import type { StoredProfile } from '../domain/ports.js';
import type { Profile } from '../domain/profile.js';

/**
 * How much memory an entry of the profile cache takes, estimated: what V8 needs on a 64-bit machine for the objects, maps
 * and texts of a decoded profile, an object being three words and one a field. `npm run bench` prints it next to the
 * heap that entries really take, which is mostly a tenth less: the maps and lists of the cache grow by leaps, and the
 * difference is for these.
 *
 * Short names in ASCII are charged at what is left of them when most profiles share them, as decoded profiles do; all
 * other texts in full.
 */
const ENTRY_BYTES = 88;
/** A place in the map and the lists of the cache. */
const KEY_BYTES = 128;
const CHANGE_NAME_BYTES = 112;
const STORED_BYTES = 48;
const PROFILE_BYTES = 80;
const PEOPLE_BYTES = 72;
const VALUE_BYTES = 56;
const GEO_BYTES = 56;
/** Its fields, its bid id, and the numbers that are no small integers. */
const RECORD_BYTES = 168;
const LIST_BYTES = 32;
/** A number that is no small integer, such as a time, lies on the heap by itself. */
const NUMBER_BYTES = 16;
const SMALL_INTEGER_LIMIT = 2 ** 31;
const SHARED_TEXT_BYTES = 8;
const SHARED_CHARACTERS_MAX = 24;

export function storedBytes(
  key: string,
  stored: StoredProfile | undefined,
  changeNames: readonly string[],
): number {
  let bytes = ENTRY_BYTES + KEY_BYTES + ownTextBytes(key);
  for (const name of changeNames) bytes += CHANGE_NAME_BYTES + ownTextBytes(name);
  return stored === undefined ? bytes : bytes + recordBytes(stored);
}

function recordBytes({ profile, frequency, linked }: StoredProfile): number {
  let bytes = STORED_BYTES;
  if (profile !== undefined) bytes += profileBytes(profile);
  if (frequency !== undefined) bytes += LIST_BYTES + RECORD_BYTES * frequency.length;
  return linked === undefined ? bytes : bytes + recordBytes(linked);
}

function profileBytes({ segments, interests, people, value, geo }: Profile): number {
  return (
    PROFILE_BYTES +
    NUMBER_BYTES +
    weightsBytes(segments) +
    weightsBytes(interests) +
    factsBytes(PEOPLE_BYTES, Object.values(people)) +
    factsBytes(VALUE_BYTES, Object.values(value)) +
    factsBytes(GEO_BYTES, Object.values(geo))
  );
}

function weightsBytes(weights: ReadonlyMap<string, number>): number {
  if (weights.size === 0) return 0;
  let bytes = mapBytes(weights.size);
  for (const [name, number] of weights) bytes += nameBytes(name) + numberBytes(number);
  return bytes;
}

/** What nothing is known of is shared by all profiles. */
function factsBytes(objectBytes: number, facts: readonly unknown[]): number {
  let bytes = 0;
  let isKnown = false;
  for (const fact of facts) {
    isKnown ||= fact !== undefined;
    if (typeof fact === 'string') bytes += nameBytes(fact);
    else if (typeof fact === 'number') bytes += numberBytes(fact);
  }
  return isKnown ? objectBytes + bytes : 0;
}

/** A map has room for a power of two, at least four; a place takes three and a half words. */
function mapBytes(size: number): number {
  return 72 + 28 * Math.max(4, 2 ** Math.ceil(Math.log2(size)));
}

function numberBytes(number: number): number {
  return Number.isInteger(number) && Math.abs(number) < SMALL_INTEGER_LIMIT ? 0 : NUMBER_BYTES;
}

function nameBytes(name: string): number {
  return name.length <= SHARED_CHARACTERS_MAX && isAscii(name) ? SHARED_TEXT_BYTES : ownTextBytes(name);
}

function ownTextBytes(text: string): number {
  return 24 + (isAscii(text) ? text.length : 2 * text.length);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
