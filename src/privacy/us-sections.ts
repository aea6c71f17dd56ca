import { BitReader } from './bits.js';

/** What a section of one of the United States, or of all of them, says. */
export interface UsReading {
  /** Out of sale, sharing or targeted advertising, or no consent to what data are used for besides. */
  readonly optsOut: boolean;
  /** Refuses the use of some kind of sensitive data, such as health or a precise place. */
  readonly refusesSensitive: boolean;
  /** Is the visitor known to be a child, whatever its parents agreed to? */
  readonly isChild: boolean;
  /** Global Privacy Control. */
  readonly globalPrivacyControl: boolean;
}

/** What is in a core of two bits a field, and in the segment that may follow. */
interface Layout {
  readonly version: number;
  /** A letter a field; see FIELDS. */
  readonly fields: string;
  readonly second: 'gpc' | 'sensitive' | 'none';
}

/**
 * By letter: `s` opt-out of sale, `h` of sharing, `t` of targeted advertising; `x` a kind of sensitive data, `k` consent for a
 * known child, `p` consent to further processing; `n` notices and the publisher's contracts, which bind others than us.
 */
const OPT_OUT = 'sht';

/** IAB Tech Lab "US Privacy Multi-State" technical specifications of the Global Privacy Platform, by section id. */
const LAYOUTS: ReadonlyMap<number, readonly Layout[]> = new Map(
  Object.entries({
    7: [
      layout(1, 'gpc', 'nnnnnn', 'sht', 'x'.repeat(12), 'kk', 'p', 'nnn'),
      layout(2, 'gpc', 'nnnnnn', 'sht', 'x'.repeat(16), 'kkk', 'p', 'nnn'),
    ],
    8: [layout(1, 'gpc', 'nnn', 'sh', 'x'.repeat(9), 'kk', 'p', 'nnn')], // California
    9: [layout(1, 'none', 'nnn', 'st', 'x'.repeat(8), 'k', 'nnn')], // Virginia
    10: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(7), 'k', 'nnn')], // Colorado
    11: [layout(1, 'none', 'nnnn', 'st', 'x'.repeat(8), 'k', 'nnn')], // Utah
    12: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'kkk', 'nnn')], // Connecticut
    13: [layout(1, 'none', 'nnn', 'st', 'x'.repeat(8), 'kkk', 'p', 'nnn')], // Florida
    14: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'kkk', 'p', 'nnn')], // Montana
    15: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(11), 'kkk', 'p', 'nnn')], // Oregon
    16: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'k', 'p', 'nnn')], // Texas
    17: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(9), 'kkkkk', 'p', 'nnn')], // Delaware
    18: [layout(1, 'gpc', 'nnnn', 'st', 'x'.repeat(8), 'k', 'nnn')], // Iowa
    19: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'k', 'p', 'nnn')], // Nebraska
    20: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'kkk', 'p', 'nnn')], // New Hampshire
    21: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(10), 'kkkkk', 'p', 'nnn')], // New Jersey
    22: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'k', 'p', 'nnn')], // Tennessee
    23: [layout(1, 'gpc', 'nnn', 'st', 'x'.repeat(8), 'k', 'p', 'nnn')], // Minnesota
    24: [layout(1, 'gpc', 'nnnnn', 'st', 'p')], // Maryland
    25: [layout(1, 'sensitive', 'nnnnn', 'st', 'k', 'p')], // Indiana
    26: [layout(1, 'sensitive', 'nnnnn', 'st', 'k', 'p')], // Kentucky
    27: [layout(1, 'sensitive', 'nnnnn', 'st', 'k', 'p')], // Rhode Island
  }).map(([id, layouts]) => [Number(id), layouts]),
);

function layout(version: number, second: Layout['second'], ...fields: readonly string[]): Layout {
  return { version, second, fields: fields.join('') };
}

const VERSION_BITS = 6;
/** Padding to whole bytes and then to whole characters. */
const PADDING_BITS_MAX = 12;
const GPC_SEGMENT = 1;
const SENSITIVE_KINDS = 8;
/** 0 = it does not apply; 3 is no value. */
const REFUSED = 1;
const VALUES_MAX = 2;

export function isUsSection(id: number): boolean {
  return LAYOUTS.has(id);
}

/**
 * Reads a section of a state's law, or of the national one (7).
 *
 * Reads what the IAB's library reads, and refuses besides: versions without a layout, values that the specification does not have, cores
 * longer than their layout, second segments of another type, and further segments. In each of them an opt-out could stand that is not known here.
 *
 * @param id one of `isUsSection`
 * @returns undefined for what cannot be read
 */
export function readUsSection(id: number, text: string): UsReading | undefined {
  const [core = '', second, ...others] = text.split('.', 3);
  const bits = new BitReader(core);
  const version = bits.read(VERSION_BITS);
  const found = LAYOUTS.get(id)?.find((each) => each.version === version);
  if (!found || others.length > 0) return undefined;
  const bitsNeeded = VERSION_BITS + 2 * found.fields.length;
  if (bits.bitCount >= bitsNeeded + PADDING_BITS_MAX) return undefined;
  let optsOut = false;
  let refusesSensitive = false;
  let isChild = false;
  for (const field of found.fields) {
    const value = bits.read(2);
    if (value > VALUES_MAX) return undefined;
    if (value === REFUSED && (OPT_OUT.includes(field) || field === 'p')) optsOut = true;
    else if (value === REFUSED && field === 'x') refusesSensitive = true;
    else if (value > 0 && field === 'k') isChild = true;
  }
  if (bits.failed) return undefined;
  const reading = { optsOut, refusesSensitive, isChild, globalPrivacyControl: false };
  return second === undefined ? reading : withSecond(reading, second, found.second);
}

function withSecond(reading: UsReading, text: string, kind: Layout['second']): UsReading | undefined {
  const bits = new BitReader(text);
  if (kind === 'gpc') {
    const type = bits.read(2);
    const globalPrivacyControl = bits.readBit();
    return bits.failed || type !== GPC_SEGMENT ? undefined : { ...reading, globalPrivacyControl };
  }
  if (kind === 'none') return undefined;
  let { refusesSensitive } = reading;
  for (let left = SENSITIVE_KINDS; left > 0; left--) {
    const value = bits.read(2);
    if (value > VALUES_MAX) return undefined;
    if (value === REFUSED) refusesSensitive = true;
  }
  return bits.failed ? undefined : { ...reading, refusesSensitive };
}
