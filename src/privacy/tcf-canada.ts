import { BitReader } from './bits.js';
import { purposeBit } from './tcf.js';

/** What a Canadian TC string says to one vendor. Purposes are bits: 1 is the lowest one. */
export interface CanadaReading {
  readonly purposesExpress: number;
  readonly purposesImplied: number;
  readonly vendorExpress: boolean;
  readonly vendorImplied: boolean;
  /** What the publisher allows this vendor not at all, or with express consent only. */
  readonly purposesForbidden: number;
  readonly purposesExpressOnly: number;
}

const CHARACTERS_MAX = 16_384;
const VERSION = 1;
const PURPOSES = 24;
const EXPRESS_ONLY = 1;

/**
 * Reads the core of a section 5 of a GPP string (IAB Canada, TCF Canada 1.1). Older encoders wrote ranges of vendors in another way, which looks
 * like this one; so where there are ranges, the last of them must end with the highest vendor that was announced, or it cannot be read.
 *
 * @param vendor id in the Global Vendor List
 * @returns undefined for what cannot be read
 */
export function readTcfCanada(text: string, vendor: number): CanadaReading | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const end = text.indexOf('.');
  const bits = new BitReader(text, 0, end < 0 ? text.length : end);
  if (bits.read(6) !== VERSION) return undefined;
  bits.skip(36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 12); // Dates, the consent platform, the language, versions, special features.
  const purposesExpress = readPurposes(bits);
  const purposesImplied = readPurposes(bits);
  const vendorExpress = readVendors(bits, vendor);
  const vendorImplied = readVendors(bits, vendor);
  let purposesForbidden = 0;
  let purposesExpressOnly = 0;
  for (let left = bits.read(12); left > 0 && !bits.failed; left--) {
    const purpose = bits.read(6);
    const type = bits.read(2);
    const concerns = readVendors(bits, vendor);
    if (purpose === 0) return undefined;
    if (!concerns || purpose > PURPOSES) continue;
    // What other restriction there may be allows no more than none at all.
    if (type === EXPRESS_ONLY) purposesExpressOnly |= purposeBit(purpose);
    else purposesForbidden |= purposeBit(purpose);
  }
  if (bits.failed) return undefined;
  return {
    purposesExpress,
    purposesImplied,
    vendorExpress,
    vendorImplied,
    purposesForbidden,
    purposesExpressOnly,
  };
}

function readPurposes(bits: BitReader): number {
  let purposes = 0;
  for (let purpose = 1; purpose <= PURPOSES; purpose++) if (bits.readBit()) purposes |= purposeBit(purpose);
  return purposes;
}

/** Flags for all vendors up to the highest, or ranges of Fibonacci-coded steps. */
function readVendors(bits: BitReader, vendor: number): boolean {
  const vendorMax = bits.read(16);
  if (!bits.readBit()) {
    const start = bits.bit;
    bits.skip(vendorMax);
    return vendor <= vendorMax && bits.isSetAt(start + vendor - 1);
  }
  let isIn = false;
  let last = 0;
  for (let left = bits.read(12); left > 0 && !bits.failed; left--) {
    const isRange = bits.readBit();
    const first = last + bits.readFibonacci();
    last = isRange ? first + bits.readFibonacci() : first;
    if (first <= vendor && vendor <= last) isIn = true;
  }
  if (last !== vendorMax) bits.fail();
  return isIn;
}
