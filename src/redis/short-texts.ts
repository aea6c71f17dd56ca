/** Texts up to this length are written and read byte by byte, which beats the call into the engine's own converter. */
export const SHORT_TEXT_BYTES_MAX = 24;

/**
 * Short texts that were read before, by the hash of their bytes. Segments, interests and cities are few and come again
 * in every profile: found here they cost no allocation, and a million profiles in memory share one copy of each. A text
 * that comes later takes the place of an earlier one with the same hash, so the table never grows.
 */
const KNOWN_TEXTS: string[] = Array<string>(4096).fill('');

/** @param end at most `SHORT_TEXT_BYTES_MAX` behind `start` */
export function readShortText(bytes: Buffer, start: number, end: number): string {
  let hash = end - start;
  let bits = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    bits |= byte;
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  if (bits > 127) return bytes.toString('utf8', start, end);
  const place = (hash ^ (hash >>> 12)) & (KNOWN_TEXTS.length - 1);
  const known = KNOWN_TEXTS[place] as string;
  if (isAsciiText(known, bytes, start, end)) return known;
  const text = bytes.toString('latin1', start, end);
  KNOWN_TEXTS[place] = text;
  return text;
}

function isAsciiText(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
