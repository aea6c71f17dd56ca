import { GENDERS, type Gender } from '../domain/campaign.js';
import {
  STAGES,
  type CustomerValue,
  type People,
  type Profile,
  type ProfileGeo,
  type ProfileKey,
} from '../domain/profile.js';
import { alpha3FromAlpha2 } from '../lib/countries.js';
import { readEnd, readInstant } from './dates.js';
import {
  FieldProblem,
  kindOf,
  readInteger,
  readMap,
  readNumber,
  readObjectOf,
  readText,
  readWord,
} from './fields.js';
import { readProfileId } from './profile-id.js';

/** One line of a profile file, understood, or the first thing that is wrong with it. */
export type ProfileLine =
  | {
      readonly kind: 'profile';
      readonly key: ProfileKey;
      readonly profile: Profile;
      /** Segments that had ended already and were left out. */
      readonly segmentsEnded: number;
    }
  | { readonly kind: 'problem'; readonly problem: FieldProblem };

const SEGMENTS_MAX = 1_000;
const INTERESTS_MAX = 1_000;
const AGE_MAX = 120;
const DAYS_MAX = 36_500;
const COUNT_MAX = 1_000_000_000;
const MONEY_MAX = 1_000_000_000_000;

const LINE_KEYS = ['id', 'segments', 'people', 'interests', 'value', 'stage', 'geo', 'updated'] as const;
const PEOPLE_KEYS = ['age', 'gender', 'education', 'occupation', 'marital', 'income'] as const;
const VALUE_KEYS = ['recency', 'frequency', 'monetary', 'lifetime'] as const;
const GEO_KEYS = ['country', 'region', 'city', 'zip'] as const;

/** Letters that OpenRTB uses for genders, taken besides the words. */
const GENDER_LETTERS: ReadonlyMap<string, Gender> = new Map([
  ['f', 'female'],
  ['m', 'male'],
  ['o', 'other'],
]);

/**
 * Reads a line such as `{"id": {"cookie": "c-81f3"}, "segments": {"runner": "2026-12-31"}, "people": {"age": 31}}`.
 *
 * @param nowMs segments that ended before this are left out
 */
export function parseProfileLine(line: string, nowMs: number): ProfileLine {
  try {
    return readLine(line, nowMs);
  } catch (error) {
    if (error instanceof FieldProblem) return { kind: 'problem', problem: error };
    throw error;
  }
}

function readLine(line: string, nowMs: number): ProfileLine {
  const fields = readObjectOf(parseJson(line), '', LINE_KEYS);
  const key = readProfileId(fields['id']);
  const { segments, ended } = readSegments(fields['segments'], nowMs);
  const profile: Profile = {
    segments,
    people: readPeople(fields['people']),
    interests: readMap(fields['interests'], 'interests', INTERESTS_MAX, (weight, path) =>
      readNumber(weight, path, 0, 1),
    ),
    value: readValue(fields['value']),
    stage: readWord(fields['stage'], 'stage', STAGES),
    geo: readGeo(fields['geo']),
    updatedMs: readInstant(fields['updated'], 'updated'),
  };
  return { kind: 'profile', key, profile, segmentsEnded: ended };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // The engine's own message quotes the line, and the line is about a person.
    throw new FieldProblem('', 'not valid JSON', 'one JSON object');
  }
}

function readSegments(
  value: unknown,
  nowMs: number,
): { readonly segments: ReadonlyMap<string, number>; readonly ended: number } {
  let ended = 0;
  const segments = readMap(value, 'segments', SEGMENTS_MAX, (end, path) => {
    const endMs = readEnd(end, path);
    if (endMs > nowMs) return endMs;
    ended++;
    return undefined;
  });
  return { segments, ended };
}

function readPeople(value: unknown): People {
  const people = readObjectOf(value, 'people', PEOPLE_KEYS);
  return {
    age: readInteger(people['age'], 'people.age', 0, AGE_MAX),
    gender: readGender(people['gender']),
    education: readText(people['education'], 'people.education'),
    occupation: readText(people['occupation'], 'people.occupation'),
    marital: readText(people['marital'], 'people.marital'),
    income: readText(people['income'], 'people.income'),
  };
}

function readGender(value: unknown): Gender | undefined {
  const letter = typeof value === 'string' && value.length === 1 ? value.toLowerCase() : '';
  return GENDER_LETTERS.get(letter) ?? readWord(value, 'people.gender', GENDERS);
}

function readValue(value: unknown): CustomerValue {
  const figures = readObjectOf(value, 'value', VALUE_KEYS);
  return {
    recency: readNumber(figures['recency'], 'value.recency', 0, DAYS_MAX),
    frequency: readNumber(figures['frequency'], 'value.frequency', 0, COUNT_MAX),
    monetary: readNumber(figures['monetary'], 'value.monetary', -MONEY_MAX, MONEY_MAX),
    lifetime: readNumber(figures['lifetime'], 'value.lifetime', -MONEY_MAX, MONEY_MAX),
  };
}

function readGeo(value: unknown): ProfileGeo {
  const geo = readObjectOf(value, 'geo', GEO_KEYS);
  return {
    country: readCountry(geo['country']),
    region: readText(geo['region'], 'geo.region'),
    city: readText(geo['city'], 'geo.city'),
    zip: readText(geo['zip'], 'geo.zip'),
  };
}

/** ISO 3166-1 in upper case: alpha-3 as it is, alpha-2 turned into it. */
function readCountry(value: unknown): string | undefined {
  const code = readText(value, 'geo.country')?.toUpperCase();
  if (code === undefined) return undefined;
  const alpha3 = code.length === 2 ? alpha3FromAlpha2(code) : code;
  if (alpha3 !== undefined && /^[A-Z]{3}$/.test(alpha3)) return alpha3;
  throw new FieldProblem('geo.country', kindOf(value), 'an ISO 3166 code such as CHN or CN');
}
