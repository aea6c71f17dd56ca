/**
 * FNV-1a over UTF-16 code units, finished with the murmur3 mixer so that every output bit depends on every
 * input character (plain FNV-1a has weak high bits on short strings). Not for secrets.
 *
 * @returns an unsigned 32-bit integer
 */
export function hashString(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
