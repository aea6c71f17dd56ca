import type { DsaWish, ExtendedId, Regulations, User } from '../domain/bid-request.js';
import { decodeGeo } from './decode-device.js';
import { readMarkedCodes } from './codes.js';
import {
  isSet,
  isTold,
  readCount,
  readInteger,
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

type UserFields = JsonObject<'id' | 'buyeruid' | 'yob' | 'gender' | 'geo' | 'eids' | 'consent' | 'ext'>;
type RegulationFields = JsonObject<
  'coppa' | 'gdpr' | 'us_privacy' | 'gpp' | 'gpp_sid' | 'gpc' | 'dsa' | 'ext'
>;

const NO_FIELDS = {};

/** OpenRTB 2.6 §3.2.20; `eids` and `consent` stood in `ext` before 2.6, and some still send either place or both. */
export function decodeUser(value: unknown): User {
  const user: UserFields = readObject(value) ?? NO_FIELDS;
  const extension: JsonObject<'eids' | 'consent'> = readObject(readSingle(user.ext)) ?? NO_FIELDS;
  return {
    id: readText(user.id),
    buyerId: readText(user.buyeruid),
    extendedIds: decodeExtendedIds(user.eids, extension.eids),
    yearOfBirth: yearOfBirth(readCount(user.yob)),
    gender: readText(user.gender),
    geo: decodeGeo(user.geo),
    consent: textOfTwo(user.consent, extension.consent),
  };
}

function yearOfBirth(year: number | undefined): number | undefined {
  return year !== undefined && year >= YEAR_OF_BIRTH_MIN && year <= YEAR_OF_BIRTH_MAX ? year : undefined;
}

const NO_IDS: readonly ExtendedId[] = [];

/** Those of both places, each once. */
function decodeExtendedIds(value: unknown, older: unknown): readonly ExtendedId[] {
  if (!isTold(value) && !isTold(older)) return NO_IDS;
  const ids: ExtendedId[] = [];
  addExtendedIds(value, ids);
  addExtendedIds(older, ids);
  return ids;
}

function addExtendedIds(value: unknown, ids: ExtendedId[]): void {
  for (const entry of readList(value)) {
    const provider = readObject<'source' | 'uids'>(entry);
    const source = readText(provider?.source);
    if (source === undefined) continue;
    for (const uid of readList(provider?.uids)) {
      const id = readText(readObject<'id'>(uid)?.id);
      if (ids.length === EXTENDED_IDS_MAX) return;
      if (id === undefined || ids.some((known) => known.id === id && known.source === source)) continue;
      ids.push({ source, id });
    }
  }
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
    gdpr: flagOfTwo(regulations.gdpr, extension.gdpr),
    usPrivacy: usPrivacyTexts(regulations.us_privacy, extension.us_privacy),
    gpp: textOfTwo(regulations.gpp, extension.gpp),
    gppSections: olderSections.length === 0 ? sections : [...sections, ...olderSections],
    globalPrivacyControl: isSet(regulations.gpc) || isSet(extension.gpc),
    unreadable: isNoObject(value) || isNoObject(regulations.ext),
    dsa: decodeDsa(regulations.dsa) ?? decodeDsa(extension.dsa),
  };
}

/** IAB Tech Lab "DSA Transparency". */
function decodeDsa(value: unknown): DsaWish | undefined {
  const dsa = readObject<'dsarequired' | 'pubrender' | 'datatopub'>(readSingle(value));
  if (!dsa) return undefined;
  return {
    required: readInteger(dsa.dsarequired) ?? 0,
    publisherRenders: readInteger(dsa.pubrender) ?? 1,
    dataToPublisher: readInteger(dsa.datatopub) ?? 1,
  };
}

/** Undefined when neither place tells. */
function flagOfTwo(value: unknown, older: unknown): boolean | undefined {
  return (value ?? older ?? undefined) === undefined ? undefined : isSet(value) || isSet(older);
}

/** Of two texts that differ neither is believed. */
function textOfTwo(value: unknown, older: unknown): string | undefined {
  const text = markedText(value);
  const olderText = markedText(older);
  if (text === undefined || olderText === undefined) return text ?? olderText;
  return text === olderText ? text : UNREADABLE;
}

function markedText(value: unknown): string | undefined {
  return isTold(value) ? (readText(readSingle(value)) ?? UNREADABLE) : undefined;
}

function usPrivacyTexts(...places: readonly unknown[]): readonly string[] {
  return places.filter(isTold).map((place) => readText(readSingle(place)) ?? UNREADABLE);
}

/** Some languages write an object without keys as a list without entries. */
function isNoObject(value: unknown): boolean {
  return readList(value).length > 0 && readObject(readSingle(value)) === undefined;
}
