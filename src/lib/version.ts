const PART_MAX = 999;
const DIGITS = /\d+/g;

/**
 * A dotted version as one comparable number: `10.1.1` is 10,001,001. At most three parts of at most 999 count.
 *
 * @param missing what absent parts count as: 0 for the start of a release line, 999 for its end, so that
 *   "up to 10" includes 10.3
 * @returns undefined when `text` holds no number
 */
export function versionNumber(text: string, missing = 0): number | undefined {
  const parts = text.match(DIGITS);
  if (!parts) return undefined;
  let version = 0;
  for (let i = 0; i < 3; i++) {
    const part = parts[i];
    version = version * (PART_MAX + 1) + (part === undefined ? missing : Math.min(PART_MAX, Number(part)));
  }
  return version;
}
