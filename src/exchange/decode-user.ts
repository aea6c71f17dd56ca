import type { ExtendedId, Regulations, User } from '../domain/bid-request.js';
import { decodeGeo } from './decode-device.js';
import { readMarkedCodes } from './codes.js';
import {
  isSet,
  isTold,
  readCount,
  readList,
  readObject,
  readSingle,
  readText,
  UNREADABLE,
  type JsonObject,
} from './read.js';

/** Each is looked up in the profile store; further ones are not. */
const EXTENDED_IDS_MAX = 32;
const YEAR_OF_BIRTH_MIN = 1900;
const YEAR_OF_BIRTH_MAX = 2100;

type UserFields = JsonObject<'id' | 'buyeruid' | 'yob' | 'gender' | 'geo' | 'eids' | 'ext'>;
type RegulationFields = JsonObject<'coppa' | 'gdpr' | 'us_privacy' | 'gpp' | 'gpp_sid' | 'gpc' | 'ext'>;

const NO_FIELDS = {};

/** OpenRTB 2.6 §3.2.20; `eids` stood in `ext` before 2.6. */
export function decodeUser(value: unknown): User {
  const user: UserFields = readObject(value) ?? NO_FIELDS;
  return {
    id: readText(user.id),
    buyerId: readText(user.buyeruid),
    extendedIds: decodeExtendedIds(user.eids ?? readObject<'eids'>(user.ext)?.eids),
    yearOfBirth: yearOfBirth(readCount(user.yob)),
    gender: readText(user.gender),
    geo: decodeGeo(user.geo),
    consent: undefined,
  };
}

function yearOfBirth(year: number | undefined): number | undefined {
  return year !== undefined && year >= YEAR_OF_BIRTH_MIN && year <= YEAR_OF_BIRTH_MAX ? year : undefined;
}

function decodeExtendedIds(value: unknown): readonly ExtendedId[] {
  const ids: ExtendedId[] = [];
  for (const entry of readList(value)) {
    const provider = readObject<'source' | 'uids'>(entry);
    const source = readText(provider?.source);
    if (source === undefined) continue;
    for (const uid of readList(provider?.uids)) {
      const id = readText(readObject<'id'>(uid)?.id);
      if (ids.length === EXTENDED_IDS_MAX) return ids;
      if (id !== undefined) ids.push({ source, id });
    }
  }
  return ids;
}

/**
 * OpenRTB 2.6 §3.2.3; all but `coppa` stood in `ext` before 2.6. Where the two places differ, both are believed.
 */
export function decodeRegulations(value: unknown): Regulations {
  const regulations: RegulationFields = readObject(readSingle(value)) ?? NO_FIELDS;
  const extension: RegulationFields = readObject(readSingle(regulations.ext)) ?? NO_FIELDS;
  const sections = readMarkedCodes(regulations.gpp_sid);
  const olderSections = readMarkedCodes(extension.gpp_sid);
  return {
    coppa: isSet(regulations.coppa) || isSet(extension.coppa),
    gdpr: isSet(regulations.gdpr) || isSet(extension.gdpr),
    usPrivacy: usPrivacyTexts(regulations.us_privacy, extension.us_privacy),
    gpp: gppText(regulations.gpp) ?? gppText(extension.gpp),
    gppSections: olderSections.length === 0 ? sections : [...sections, ...olderSections],
    globalPrivacyControl: isSet(regulations.gpc) || isSet(extension.gpc),
    unreadable: isNoObject(value) || isNoObject(regulations.ext),
    dsa: undefined,
  };
}

function gppText(value: unknown): string | undefined {
  return isTold(value) ? (readText(readSingle(value)) ?? UNREADABLE) : undefined;
}

function usPrivacyTexts(...places: readonly unknown[]): readonly string[] {
  return places.filter(isTold).map((place) => readText(readSingle(place)) ?? UNREADABLE);
}

/** Some languages write an object without keys as a list without entries. */
function isNoObject(value: unknown): boolean {
  return readList(value).length > 0 && readObject(readSingle(value)) === undefined;
}
