import { BitReader } from './bits.js';

/** What a TC string says to one vendor. Purposes are bits: 1 is the lowest one. */
export interface TcfReading {
  /** When it was made, and last changed; milliseconds since 1970. */
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly policyVersion: number;
  readonly isServiceSpecific: boolean;
  readonly purposesConsented: number;
  readonly purposesOfInterest: number;
  readonly vendorConsented: boolean;
  readonly vendorOfInterest: boolean;
  /** What the publisher allows this vendor less than the visitor does: not at all, with consent only, with interest only. */
  readonly purposesForbidden: number;
  readonly purposesOnConsentOnly: number;
  readonly purposesOnInterestOnly: number;
  /** Was the vendor shown to the visitor? Undefined when the string does not say. */
  readonly vendorDisclosed: boolean | undefined;
}

/** Three lists of two thousand vendors take about a thousand characters. */
const CHARACTERS_MAX = 16_384;
const VERSION = 2;
const PURPOSES = 24;

const CORE = 0;
const DISCLOSED_VENDORS = 1;
const ALLOWED_VENDORS = 2;
const PUBLISHER_PURPOSES = 3;

const FORBIDDEN = 0;
const CONSENT_ONLY = 1;
const INTEREST_ONLY = 2;

/**
 * Reads a TC string of version 2 (IAB Tech Lab "Transparency and Consent String with Global Vendor & CMP List Formats",
 * 2.3): the core, and of the segments behind it the vendors disclosed. The others are read for nothing but their form.
 *
 * Reads what the IAB's library reads and refuses what that refuses, and is stricter in these: the core comes first and each
 * segment once, version 1 is no consent, the publisher's country is two letters, and nothing is longer than 16,384 characters.
 *
 * @param vendor id in the Global Vendor List
 * @returns undefined for what cannot be read
 */
export function readTcf(text: string, vendor: number): TcfReading | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  let end = endOfSegment(text, 0);
  const core = readCore(new BitReader(text, 0, end), vendor);
  if (!core) return undefined;
  let seen = 0;
  while (end < text.length) {
    const start = end + 1;
    end = endOfSegment(text, start);
    const bits = new BitReader(text, start, end);
    const type = bits.read(3);
    if (bits.failed || type === CORE || type > PUBLISHER_PURPOSES || (seen & (1 << type)) !== 0)
      return undefined;
    seen |= 1 << type;
    if (type === DISCLOSED_VENDORS) core.vendorDisclosed = readVendors(bits, vendor);
    else if (type === ALLOWED_VENDORS) readVendors(bits, vendor);
    else skipPublisherPurposes(bits);
    if (bits.failed) return undefined;
  }
  return core;
}

function endOfSegment(text: string, start: number): number {
  const end = text.indexOf('.', start);
  return end < 0 ? text.length : end;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function readCore(bits: BitReader, vendor: number): Writable<TcfReading> | undefined {
  if (bits.read(6) !== VERSION) return undefined;
  const createdMs = bits.read(36) * 100;
  const updatedMs = bits.read(36) * 100;
  // 0 and 1 are nobody's: the platform that asked for consent is not known.
  if (bits.read(12) <= 1) return undefined;
  bits.skip(12 + 6 + 12 + 12); // Its version and screen, the language, the version of the vendor list.
  const policyVersion = bits.read(6);
  const isServiceSpecific = bits.readBit();
  bits.skip(1 + 12); // Other texts than the standard's, special features.
  const purposesConsented = readPurposes(bits);
  const purposesOfInterest = readPurposes(bits);
  bits.skip(1); // Was purpose 1 shown at all? Where it was not, nobody has consented to it.
  if (!isLetter(bits.read(6)) || !isLetter(bits.read(6))) return undefined;
  const reading: Writable<TcfReading> = {
    createdMs,
    updatedMs,
    policyVersion,
    isServiceSpecific,
    purposesConsented,
    purposesOfInterest,
    vendorConsented: readVendors(bits, vendor),
    vendorOfInterest: readVendors(bits, vendor),
    purposesForbidden: 0,
    purposesOnConsentOnly: 0,
    purposesOnInterestOnly: 0,
    vendorDisclosed: undefined,
  };
  return readRestrictions(bits, vendor, reading) && !bits.failed ? reading : undefined;
}

/** 24 flags, the first of them that of purpose 1. */
function readPurposes(bits: BitReader): number {
  let purposes = 0;
  for (let purpose = 1; purpose <= PURPOSES; purpose++) if (bits.readBit()) purposes |= purposeBit(purpose);
  return purposes;
}

export function purposeBit(purpose: number): number {
  return 1 << (purpose - 1);
}

/** Counted from `A`; some write lower case. */
function isLetter(code: number): boolean {
  return code <= 25 || (code >= 32 && code <= 57);
}

/** Flags for all vendors up to the highest, or ranges. */
function readVendors(bits: BitReader, vendor: number): boolean {
  const vendorMax = bits.read(16);
  if (!bits.readBit()) {
    const start = bits.bit;
    bits.skip(vendorMax);
    return vendor <= vendorMax && bits.isSetAt(start + vendor - 1);
  }
  let isIn = false;
  for (let left = bits.read(12); left > 0 && !bits.failed; left--) {
    const isRange = bits.readBit();
    const first = bits.read(16);
    const last = isRange ? bits.read(16) : first;
    if (first === 0) bits.fail();
    if (first <= vendor && vendor <= last) isIn = true;
  }
  return isIn;
}

/** @returns false when a restriction is none that there is */
function readRestrictions(bits: BitReader, vendor: number, reading: Writable<TcfReading>): boolean {
  for (let left = bits.read(12); left > 0 && !bits.failed; left--) {
    const purpose = bits.read(6);
    const type = bits.read(2);
    const entries = bits.read(12);
    if (entries > 0 && (purpose === 0 || type > INTEREST_ONLY)) return false;
    let concerns = false;
    for (let entry = 0; entry < entries && !bits.failed; entry++) {
      const isRange = bits.readBit();
      const first = bits.read(16);
      const last = isRange ? bits.read(16) : first;
      if (last < first) return false;
      if (first <= vendor && vendor <= last) concerns = true;
    }
    if (!concerns || purpose > PURPOSES) continue;
    if (type === FORBIDDEN) reading.purposesForbidden |= purposeBit(purpose);
    else if (type === CONSENT_ONLY) reading.purposesOnConsentOnly |= purposeBit(purpose);
    else reading.purposesOnInterestOnly |= purposeBit(purpose);
  }
  return true;
}

/** What the publisher may do itself. */
function skipPublisherPurposes(bits: BitReader): void {
  bits.skip(PURPOSES + PURPOSES);
  bits.skip(2 * bits.read(6));
}
