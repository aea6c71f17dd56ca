import type { BidRequest, Device, User } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { ProfileKey } from '../domain/profile.js';
import { unreachable } from '../lib/assert.js';
import { parseIp, type IpAddress } from '../lib/ip.js';
import { ADDRESS_PREFIXES, addressKey, cookieKey, eidKey, ifaKey, userKey } from './keys.js';

/** Extended ids beyond this many are not asked for: each is a key more to look up. */
const EXTENDED_IDS_MAX = 8;

export interface VisitorKeys {
  /** Keys of the person, the most trusted first, as the exchange's file ranks them. */
  readonly person: readonly ProfileKey[];
  /** Keys of the address, the narrowest first. */
  readonly address: readonly ProfileKey[];
}

/**
 * Under which keys a visitor may be known. A screen in public is nobody's: there the device's id and address tell
 * nothing about who looks (OpenRTB 2.6 §7.9).
 *
 * @param exchange the one whose user id the request carries, and whose file ranks the ids and the sources of extended ones
 */
export function profileKeys(
  request: BidRequest,
  exchange: Pick<Exchange, 'id' | 'idOrder' | 'extendedIdSources'>,
): VisitorKeys {
  const { user, device, inventory } = request;
  const isPublicScreen = inventory.kind === 'dooh';
  const person: ProfileKey[] = [];
  for (const kind of exchange.idOrder) {
    switch (kind) {
      case 'cookie':
        if (user.buyerId !== undefined) add(person, cookieKey(user.buyerId));
        break;
      case 'exchange-user':
        if (user.id !== undefined) add(person, userKey(exchange.id, user.id));
        break;
      case 'ifa':
        if (device.ifa !== undefined && !isPublicScreen) add(person, ifaKey(device.ifa));
        break;
      case 'eids':
        for (const { source, id } of rankedExtendedIds(user, exchange.extendedIdSources)) {
          add(person, eidKey(source, id));
        }
        break;
      default:
        unreachable(kind);
    }
  }
  return { person, address: isPublicScreen ? [] : addressKeys(device) };
}

function rankedExtendedIds(user: User, sources: readonly string[] | undefined): User['extendedIds'] {
  if (user.extendedIds.length === 0 || sources === undefined)
    return user.extendedIds.slice(0, EXTENDED_IDS_MAX);
  return sources
    .flatMap((source) => user.extendedIds.filter((extended) => extended.source.toLowerCase() === source))
    .slice(0, EXTENDED_IDS_MAX);
}

function addressKeys(device: Device): readonly ProfileKey[] {
  const first = device.ip === undefined ? undefined : parseIp(device.ip);
  const second = device.ipv6 === undefined ? undefined : parseIp(device.ipv6);
  const keys: ProfileKey[] = [];
  for (const { version, bits } of ADDRESS_PREFIXES) {
    const address = ofVersion(version, first, second);
    if (address !== undefined) keys.push(addressKey(address, bits));
  }
  return keys;
}

/** Exchanges send either kind of address in either field. */
function ofVersion(
  version: 4 | 6,
  first: IpAddress | undefined,
  second: IpAddress | undefined,
): IpAddress | undefined {
  if (first?.version === version) return first;
  return second?.version === version ? second : undefined;
}

function add(keys: ProfileKey[], key: ProfileKey | undefined): void {
  if (key !== undefined) keys.push(key);
}
