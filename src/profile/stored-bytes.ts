import type { StoredProfile } from '../domain/ports.js';
import type { Profile } from '../domain/profile.js';

/**
 * How much memory an entry of the profile cache takes, estimated: what V8 needs for the objects, maps and texts of a
 * decoded profile on a 64-bit machine. `npm run bench` prints it next to the heap that entries really take.
 */
const ENTRY_BYTES = 500;
const PROFILE_BYTES = 600;
const MAP_ITEM_BYTES = 56;
const TEXT_BYTES = 24;
const COUNTER_BYTES = 96;

export function storedBytes(
  key: string,
  stored: StoredProfile | undefined,
  changeNames: readonly string[],
): number {
  let bytes = ENTRY_BYTES + textBytes(key);
  for (const name of changeNames) bytes += textBytes(name) + MAP_ITEM_BYTES;
  return stored === undefined ? bytes : bytes + recordBytes(stored);
}

function recordBytes({ profile, frequency, linked }: StoredProfile): number {
  let bytes = 0;
  if (profile !== undefined) bytes += profileBytes(profile);
  if (frequency !== undefined) {
    for (const name of frequency.keys()) bytes += textBytes(name) + MAP_ITEM_BYTES + COUNTER_BYTES;
  }
  return linked === undefined ? bytes : bytes + recordBytes(linked);
}

function profileBytes({ segments, interests, people, geo }: Profile): number {
  let bytes = PROFILE_BYTES;
  for (const name of segments.keys()) bytes += textBytes(name) + MAP_ITEM_BYTES;
  for (const name of interests.keys()) bytes += textBytes(name) + MAP_ITEM_BYTES;
  const texts = [people.education, people.occupation, people.marital, people.income, geo.region, geo.city];
  for (const text of texts) if (text !== undefined) bytes += textBytes(text);
  return bytes;
}

/** Two bytes a character at worst. */
function textBytes(text: string): number {
  return TEXT_BYTES + 2 * text.length;
}
