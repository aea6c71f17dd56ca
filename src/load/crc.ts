/**
 * The checksum of gzip (CRC-32), and how it changes with single bytes. It is linear: if two texts of the same length differ, the
 * exclusive or of their checksums depends on the differing bits and on how far they are from the end, and on nothing else.
 */

const POLYNOMIAL = 0xedb88320;
const BITS = 8;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < BITS; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

/** @returns 32 bits, unsigned */
export function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

/** @returns what the checksum is to be xored with when byte `index` of the stretch is xored with `difference` */
export type CrcChanges = (index: number, difference: number) => number;

/** For a stretch of `length` bytes with `bytesBehind` more bytes after it. */
export function crcChanges(length: number, bytesBehind: number): CrcChanges {
  const changes = new Uint32Array(length * BITS);
  // What each bit of the last byte does, moved over the bytes behind it; then the byte before that, one further away, and so on.
  const bits = Uint32Array.from({ length: BITS }, (_, bit) => TABLE[1 << bit] as number);
  const move = () => bits.forEach((crc, bit) => (bits[bit] = (crc >>> 8) ^ (TABLE[crc & 0xff] as number)));
  for (let i = 0; i < bytesBehind; i += 1) move();
  for (let index = length - 1; index >= 0; index -= 1) {
    changes.set(bits, index * BITS);
    move();
  }
  return (index, difference) => {
    let change = 0;
    for (let bit = 0; bit < BITS; bit += 1) {
      if (difference & (1 << bit)) change ^= changes[index * BITS + bit] as number;
    }
    return change;
  };
}
