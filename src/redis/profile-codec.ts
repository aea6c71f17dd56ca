import { STAGES, type Profile } from '../domain/profile.js';
import { assert } from '../lib/assert.js';
import { ByteReader, ByteWriter } from './bytes.js';

/**
 * How profiles are laid down in Redis.
 *
 * A value is one byte that says what it is and in which major version, then sections: a tag byte, the length of what
 * follows as a varint, and the content. A fact that is not known has no section. A reader skips the sections whose tag
 * it does not know, so facts can be added without a new version and while older processes still read; a change that an
 * older reader would misunderstand gets a new version, which that reader takes for nothing stored.
 *
 * Chosen by measurement over JSON and MessagePack: see the table "Profile encoding" of the benchmark.
 */
const PROFILE_VERSION = 0x11;

/**
 * More than the limits of a profile line allow. A longer value was not written by us, and is not worth the time on
 * the bid path that reading it would take.
 */
const VALUE_BYTES_MAX = 2 * 1024 * 1024;

/** The tags of a profile's sections. They are stored: a number that was ever used keeps its meaning. */
const TAG = {
  segments: 1,
  interests: 2,
  stage: 3,
  updatedMs: 4,
  // Figures from here.
  age: 5,
  recency: 6,
  frequency: 7,
  monetary: 8,
  lifetime: 9,
  // Texts from here.
  gender: 10,
  education: 11,
  occupation: 12,
  marital: 13,
  income: 14,
  country: 15,
  region: 16,
  city: 17,
  zip: 18,
} as const;

const AGE_MAX = 120;

/**
 * Texts are stored as UTF-8; half of a surrogate pair, which UTF-8 cannot express, becomes U+FFFD.
 *
 * @returns bytes of the caller's own, at most 2 MiB, which the limits of a profile line stay well below
 */
export function encodeProfile(profile: Profile): Buffer {
  const { people, value, geo, stage, updatedMs } = profile;
  const writer = new ByteWriter(PROFILE_VERSION);
  writeMap(writer, TAG.segments, profile.segments, 'time');
  writeMap(writer, TAG.interests, profile.interests, 'weight');
  if (stage !== undefined) {
    writer.beginSection(TAG.stage);
    writer.varint(STAGES.indexOf(stage));
    writer.endSection();
  }
  if (updatedMs !== undefined) {
    writer.beginSection(TAG.updatedMs);
    writer.time(updatedMs);
    writer.endSection();
  }
  writeFigure(writer, TAG.age, people.age);
  writeText(writer, TAG.gender, people.gender);
  writeText(writer, TAG.education, people.education);
  writeText(writer, TAG.occupation, people.occupation);
  writeText(writer, TAG.marital, people.marital);
  writeText(writer, TAG.income, people.income);
  writeFigure(writer, TAG.recency, value.recency);
  writeFigure(writer, TAG.frequency, value.frequency);
  writeFigure(writer, TAG.monetary, value.monetary);
  writeFigure(writer, TAG.lifetime, value.lifetime);
  writeText(writer, TAG.country, geo.country);
  writeText(writer, TAG.region, geo.region);
  writeText(writer, TAG.city, geo.city);
  writeText(writer, TAG.zip, geo.zip);
  return finish(writer);
}

/**
 * Never throws, and takes time and memory in proportion to the bytes at hand.
 *
 * @returns undefined when the bytes are no profile of a version that this reader knows
 */
export function decodeProfile(bytes: Uint8Array): Profile | undefined {
  if (bytes.length > VALUE_BYTES_MAX) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.varint() !== PROFILE_VERSION) return undefined;
  const sections = readSections(reader);
  return reader.failed ? undefined : profileOf(sections);
}

/**
 * Most profiles know little. What they do not know they share, which saves each of them some hundreds of bytes in the
 * cache.
 */
const NO_ENTRIES: ReadonlyMap<string, number> = new Map();
const NO_PEOPLE: Profile['people'] = {
  age: undefined,
  gender: undefined,
  education: undefined,
  occupation: undefined,
  marital: undefined,
  income: undefined,
};
const NO_VALUE: Profile['value'] = {
  recency: undefined,
  frequency: undefined,
  monetary: undefined,
  lifetime: undefined,
};
const NO_GEO: Profile['geo'] = { country: undefined, region: undefined, city: undefined, zip: undefined };

/** What the sections of a profile tell, before it is put together. Figures and texts stand at their tags. */
interface Sections {
  segments: ReadonlyMap<string, number> | undefined;
  interests: ReadonlyMap<string, number> | undefined;
  stage: Profile['stage'];
  updatedMs: number | undefined;
  readonly figures: (number | undefined)[];
  readonly texts: (string | undefined)[];
}

function readSections(reader: ByteReader): Sections {
  const sections: Sections = {
    segments: undefined,
    interests: undefined,
    stage: undefined,
    updatedMs: undefined,
    figures: [],
    texts: [],
  };
  while (reader.hasMore()) {
    const tag = reader.beginSection();
    if (tag === TAG.segments) sections.segments = readMap(reader, 'time');
    else if (tag === TAG.interests) sections.interests = readMap(reader, 'weight');
    // A stage that came later than this reader is not known to it.
    else if (tag === TAG.stage) sections.stage = STAGES[reader.varint()];
    else if (tag === TAG.updatedMs) sections.updatedMs = finite(reader, reader.time());
    else if (tag === TAG.age) sections.figures[tag] = within(reader, reader.figure(), 0, AGE_MAX);
    else if (tag > TAG.age && tag <= TAG.lifetime) sections.figures[tag] = finite(reader, reader.figure());
    else if (tag >= TAG.gender && tag <= TAG.zip) sections.texts[tag] = reader.lastText();
    else reader.skipSection();
    reader.endSection();
  }
  return sections;
}

function profileOf({ segments, interests, stage, updatedMs, figures, texts }: Sections): Profile {
  const knowsPeople = figures[TAG.age] !== undefined || hasAny(texts, TAG.gender, TAG.income);
  return {
    segments: segments ?? NO_ENTRIES,
    people: knowsPeople
      ? {
          age: figures[TAG.age],
          gender: texts[TAG.gender],
          education: texts[TAG.education],
          occupation: texts[TAG.occupation],
          marital: texts[TAG.marital],
          income: texts[TAG.income],
        }
      : NO_PEOPLE,
    interests: interests ?? NO_ENTRIES,
    value: hasAny(figures, TAG.recency, TAG.lifetime)
      ? {
          recency: figures[TAG.recency],
          frequency: figures[TAG.frequency],
          monetary: figures[TAG.monetary],
          lifetime: figures[TAG.lifetime],
        }
      : NO_VALUE,
    stage,
    geo: hasAny(texts, TAG.country, TAG.zip)
      ? {
          country: texts[TAG.country],
          region: texts[TAG.region],
          city: texts[TAG.city],
          zip: texts[TAG.zip],
        }
      : NO_GEO,
    updatedMs,
  };
}

function hasAny(list: readonly unknown[], from: number, to: number): boolean {
  for (let i = from; i <= to; i++) if (list[i] !== undefined) return true;
  return false;
}

function readMap(reader: ByteReader, unit: 'time' | 'weight'): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  while (reader.hasMore()) {
    const name = reader.text();
    map.set(name, unit === 'time' ? reader.time() : within(reader, reader.figure(), 0, 1));
  }
  return map;
}

function within(reader: ByteReader, number: number, min: number, max: number): number {
  if (number < min || number > max) reader.fail();
  return number;
}

function finite(reader: ByteReader, number: number): number {
  if (!Number.isFinite(number)) reader.fail();
  return number;
}

function writeMap(
  writer: ByteWriter,
  tag: number,
  map: ReadonlyMap<string, number>,
  unit: 'time' | 'weight',
): void {
  if (map.size === 0) return;
  writer.beginSection(tag);
  for (const [name, number] of map) {
    writer.text(name);
    if (unit === 'time') writer.time(number);
    else writer.figure(number);
  }
  writer.endSection();
}

function writeFigure(writer: ByteWriter, tag: number, figure: number | undefined): void {
  if (figure === undefined) return;
  writer.beginSection(tag);
  writer.figure(figure);
  writer.endSection();
}

function writeText(writer: ByteWriter, tag: number, text: string | undefined): void {
  if (text === undefined) return;
  writer.beginSection(tag);
  writer.lastText(text);
  writer.endSection();
}

function finish(writer: ByteWriter): Buffer {
  const bytes = writer.finish();
  assert(
    bytes.length <= VALUE_BYTES_MAX,
    `a value has at most ${VALUE_BYTES_MAX} bytes, not ${bytes.length}`,
  );
  return bytes;
}
