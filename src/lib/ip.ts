/**
 * IP addresses as eight 16-bit groups, the form in which prefixes are cut and compared.
 *
 * IPv4 is kept apart from IPv6 by `version`; an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is read as IPv4,
 * because a visitor does not change by the socket that saw him.
 */
export interface IpAddress {
  readonly version: 4 | 6;
  /** IPv4: 2 groups. IPv6: 8 groups. Each 0 to 65,535. */
  readonly groups: readonly number[];
}

export interface IpRange {
  readonly version: 4 | 6;
  readonly groups: readonly number[];
  /** Prefix length in bits: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly bits: number;
}

const ADDRESS_CHARACTERS_MAX = 45;
const DOT = 0x2e;
const DIGIT_0 = 0x30;

/** @returns the address, or undefined when `text` is not one */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > ADDRESS_CHARACTERS_MAX) return undefined;
  if (!text.includes(':')) {
    const groups = parseIpv4Groups(text);
    return groups && { version: 4, groups };
  }
  const groups = parseIpv6Groups(text);
  if (!groups) return undefined;
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  return mapped ? { version: 4, groups: groups.slice(6) } : { version: 6, groups };
}

/** Reads `203.0.113.0/24`, `2001:db8::/32` or a single address. @returns undefined when `text` is neither */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf('/');
  const address = parseIp(slash < 0 ? text : text.slice(0, slash));
  if (!address) return undefined;
  const bitsMax = address.version === 4 ? 32 : 128;
  const bitsText = slash < 0 ? String(bitsMax) : text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(bitsText)) return undefined;
  const bits = Number(bitsText);
  if (bits > bitsMax) return undefined;
  return { version: address.version, groups: cutGroups(address.groups, bits), bits };
}

/**
 * The canonical text of an address cut to its first `bits` bits, such as `4:cb007100/24`: equal networks give
 * equal texts, so a range lookup becomes a lookup of strings.
 */
export function ipPrefixKey(address: IpAddress, bits: number): string {
  let key = `${address.version}:`;
  for (let i = 0; i < address.groups.length; i++) {
    key += (0x10000 + cutGroup(address.groups[i] as number, bits - i * 16)).toString(16).slice(1);
  }
  return `${key}/${bits}`;
}

function cutGroups(groups: readonly number[], bits: number): number[] {
  return groups.map((group, i) => cutGroup(group, bits - i * 16));
}

/** @param bits that are kept, as far as the group has so many */
function cutGroup(group: number, bits: number): number {
  if (bits >= 16) return group;
  return bits <= 0 ? 0 : group & (0xffff << (16 - bits)) & 0xffff;
}

/** Without `split` and patterns, since every request has an address. */
function parseIpv4Groups(text: string): number[] | undefined {
  let address = 0;
  let dots = 0;
  let digits = 0;
  let byte = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0 || dots === 3) return undefined;
      address = address * 256 + byte;
      dots++;
      digits = 0;
      byte = 0;
    } else {
      const digit = code - DIGIT_0;
      // `01` would be eight to some and one to others.
      if (digit < 0 || digit > 9 || (digits > 0 && byte === 0)) return undefined;
      byte = byte * 10 + digit;
      digits++;
      if (byte > 255) return undefined;
    }
  }
  if (dots !== 3 || digits === 0) return undefined;
  address = address * 256 + byte;
  return [Math.floor(address / 65_536), address % 65_536];
}

function parseIpv6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseHexGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseHexGroups(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** Groups between colons; a dotted IPv4 tail counts as two groups and may only end the address. */
function parseHexGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const dotted = i === parts.length - 1 && mayEndInIpv4 ? parseIpv4Groups(part) : undefined;
      if (!dotted) return undefined;
      groups.push(...dotted);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined;
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}
