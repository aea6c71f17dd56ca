import { parseIpRange, type IpRange } from '../../src/lib/ip.js';

/**
 * Writes small files in MaxMind's database format 2.0, for tests: a binary search tree over the bits of an address, whose
 * leaves point into a section of records, followed by metadata.
 *
 * Whole numbers of 0 and above are written as 32-bit integers, other numbers as doubles; texts may have up to 284 bytes.
 */
export type MmdbValue = string | number | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

interface MmdbOptions {
  readonly ipVersion: 4 | 6;
  readonly recordBits?: 24 | 32;
}

/** A child of a node: another node's number, the place of a record in the data section, or nothing. */
type Child = { node: number } | { offset: number } | undefined;
type TreeNode = [Child, Child];

const SEPARATOR = Buffer.alloc(16);
const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

/** @param networks record by network, such as `203.0.113.0/24`; none may contain another */
export function writeMmdb(
  networks: Readonly<Record<string, MmdbValue>>,
  { ipVersion, recordBits = 24 }: MmdbOptions,
): Buffer {
  const nodes: TreeNode[] = [[undefined, undefined]];
  const records: Buffer[] = [];
  let offset = 0;
  for (const [network, value] of Object.entries(networks)) {
    const range = parseIpRange(network);
    if (!range) throw new Error(`not a network: ${network}`);
    insert(nodes, bitsOf(range, ipVersion), offset);
    const record = encode(value);
    records.push(record);
    offset += record.length;
  }
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_763_596_800,
    database_type: 'Narrowcast-Test-City',
    description: { en: 'made for a test' },
    ip_version: ipVersion,
    languages: ['en'],
    node_count: nodes.length,
    record_size: recordBits,
  });
  return Buffer.concat([encodeTree(nodes, recordBits), SEPARATOR, ...records, MARKER, metadata]);
}

/** In a tree of IPv6 addresses the IPv4 ones stand under ninety-six zero bits. */
function bitsOf({ version, groups, bits }: IpRange, ipVersion: 4 | 6): number[] {
  if (version > ipVersion) throw new Error('an IPv6 network in a tree of IPv4 addresses');
  const own = Array.from({ length: bits }, (_, i) => ((groups[i >> 4] ?? 0) >> (15 - (i & 15))) & 1);
  return version === ipVersion ? own : [...Array<number>(96).fill(0), ...own];
}

function insert(nodes: TreeNode[], bits: readonly number[], offset: number): void {
  let node = 0;
  for (const [depth, bit] of bits.entries()) {
    const parent = nodes[node] as TreeNode;
    const child = parent[bit];
    if (depth === bits.length - 1) {
      if (child !== undefined) throw new Error('a network within a network');
      parent[bit] = { offset };
    } else if (child === undefined) {
      node = nodes.push([undefined, undefined]) - 1;
      parent[bit] = { node };
    } else if ('node' in child) {
      node = child.node;
    } else {
      throw new Error('a network within a network');
    }
  }
}

function encodeTree(nodes: readonly TreeNode[], recordBits: 24 | 32): Buffer {
  const recordBytes = recordBits / 8;
  const bytes = Buffer.alloc(nodes.length * recordBytes * 2);
  for (const [i, child] of nodes.flat().entries()) {
    bytes.writeUIntBE(recordOf(child, nodes.length), i * recordBytes, recordBytes);
  }
  return bytes;
}

function recordOf(child: Child, nodeCount: number): number {
  if (child === undefined) return nodeCount;
  return 'node' in child ? child.node : nodeCount + SEPARATOR.length + child.offset;
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') return encodeNumber(value);
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value);
  return Buffer.concat([control(7, entries.length), ...entries.flat().map(encode)]);
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  if (!Number.isInteger(value) || value < 0) {
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  bytes.writeUInt32BE(value);
  return Buffer.concat([control(6, 4), bytes.subarray(0, 4)]);
}

/** The control byte: the type in the upper three bits, or in a byte of its own when above 7; the size in the rest. */
function control(type: number, size: number): Buffer {
  if (size > 284) throw new Error(`size too large: ${size}`);
  const sizeBits = Math.min(size, 29);
  const head = type <= 7 ? [(type << 5) | sizeBits] : [sizeBits, type - 7];
  return Buffer.from(size < 29 ? head : [...head, size - 29]);
}
