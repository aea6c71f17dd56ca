import type { ProfileKey } from '../domain/profile.js';
import { ipPrefixKey, type IpAddress, type IpRange } from '../lib/ip.js';

/**
 * The keys under which profiles are stored and asked for. Both sides make them here, so that an id is spelt the same
 * way when it is looked up as when it was loaded, and what cannot be stored is never looked up.
 */
export const ID_CHARACTERS_MAX = 256;

/**
 * The address prefixes that a lookup asks for, narrowest first; at equal rank IPv6, which fewer people share, goes first.
 * A profile stored under any other length would never be found.
 */
export const ADDRESS_PREFIXES = [
  { version: 6, bits: 128 },
  { version: 4, bits: 32 },
  { version: 6, bits: 64 },
  { version: 4, bits: 24 },
  { version: 6, bits: 48 },
] as const;

/** Our own cookie id. @returns undefined when the text cannot be an id */
export function cookieKey(id: string): ProfileKey | undefined {
  return isId(id) ? { kind: 'cookie', id } : undefined;
}

/** An exchange's own id of a user. @returns undefined when one of the texts cannot be an id */
export function userKey(exchange: string, id: string): ProfileKey | undefined {
  return isId(exchange) && isId(id) ? { kind: 'user', exchange, id } : undefined;
}

/** A device's advertising id, whose case does not count. @returns undefined also for the id of those who said no */
export function ifaKey(id: string): ProfileKey | undefined {
  return isId(id) && !isAllZero(id) ? { kind: 'ifa', id: id.toLowerCase() } : undefined;
}

/** An extended id; its source is a domain, whose case does not count. */
export function eidKey(source: string, id: string): ProfileKey | undefined {
  return isId(source) && isId(id) ? { kind: 'eid', source: source.toLowerCase(), id } : undefined;
}

/** @returns undefined when the range has a length that no lookup asks for */
export function rangeKey(range: IpRange): ProfileKey | undefined {
  const isAskedFor = ADDRESS_PREFIXES.some(
    ({ version, bits }) => version === range.version && bits === range.bits,
  );
  return isAskedFor ? addressKey(range, range.bits) : undefined;
}

export function addressKey(address: IpAddress, bits: number): ProfileKey {
  return { kind: 'ip', prefix: ipPrefixKey(address, bits) };
}

/** Neither empty nor longer than ids are stored. */
export function isId(text: string): boolean {
  return text.length > 0 && text.length <= ID_CHARACTERS_MAX;
}

/** `00000000-0000-0000-0000-000000000000` is what devices send instead of an id. */
function isAllZero(id: string): boolean {
  for (let i = 0; i < id.length; i++) {
    const character = id[i];
    if (character !== '0' && character !== '-') return false;
  }
  return true;
}
