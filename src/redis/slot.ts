/**
 * The slot of a key in Redis Cluster: CRC-16/XMODEM of what stands between the first `{` and the next `}`, or of the
 * whole key when nothing does, modulo 16384. Our names are ASCII.
 */
export const SLOTS = 16_384;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
  return crc;
});

/** @param name of ASCII characters */
export function slotOf(name: string): number {
  let start = name.indexOf('{') + 1;
  let end = start === 0 ? -1 : name.indexOf('}', start);
  if (end <= start) {
    start = 0;
    end = name.length;
  }
  let crc = 0;
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ (TABLE[(crc >> 8) ^ (name.charCodeAt(i) & 0xff)] as number);
  }
  return crc % SLOTS;
}
