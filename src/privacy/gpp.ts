import { BitReader } from './bits.js';

const CHARACTERS_MAX = 32_768;
const HEADER_TYPE = 3;
const HEADER_VERSION = 1;
/** More laws than there will be. */
const SECTIONS_MAX = 64;

/**
 * Takes a GPP string apart (IAB Tech Lab "Global Privacy Platform String", version 1): a header that names its sections by
 * ranges of Fibonacci-coded numbers, and the sections, with `~` between them.
 *
 * Refuses what the IAB's library refuses, and besides more than 64 sections, numbers above a hundred thousand, and more than
 * 32,768 characters.
 *
 * @returns the sections as they stand there, by id, none of them empty; undefined for what cannot be read
 */
export function readGpp(text: string): ReadonlyMap<number, string> | undefined {
  if (text.length > CHARACTERS_MAX) return undefined;
  const parts = text.split('~', SECTIONS_MAX + 2);
  const header = parts[0] as string;
  const ids = readHeader(header);
  if (ids === undefined || ids.length !== parts.length - 1) return undefined;
  const sections = new Map<number, string>();
  for (const [i, id] of ids.entries()) {
    const section = parts[i + 1] as string;
    if (section.trim() === '') return undefined;
    sections.set(id, section);
  }
  return sections;
}

/** @returns the ids of the sections, rising */
function readHeader(header: string): readonly number[] | undefined {
  const end = header.indexOf('.');
  const bits = new BitReader(header, 0, end < 0 ? header.length : end);
  if (bits.read(6) !== HEADER_TYPE || bits.read(6) !== HEADER_VERSION) return undefined;
  const ids: number[] = [];
  let last = 0;
  for (let left = bits.read(12); left > 0; left--) {
    const isRange = bits.readBit();
    const first = last + bits.readFibonacci();
    last = isRange ? first + bits.readFibonacci() : first;
    if (bits.failed || ids.length + last - first >= SECTIONS_MAX) return undefined;
    for (let id = first; id <= last; id++) ids.push(id);
  }
  return bits.failed ? undefined : ids;
}
