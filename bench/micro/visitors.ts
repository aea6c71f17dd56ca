import type { Profile, ProfileKey } from '../../src/domain/profile.js';
import { seededRandom } from '../../src/lib/prng.js';
import { EXCHANGE } from './exchange.js';
import { makeProfile, TYPICAL } from './sample-profiles.js';

const PROFILES = 1_000;
/** 10.0.0.0 */
const NETWORK = 0x0a000000;
const ADDRESSES_PER_NETWORK = 256;

export interface VisitorIds {
  readonly cookie: string;
  readonly user: string;
  readonly ifa: string;
  readonly ip: string;
}

/** The ids that an app's request carries: of visitor 0 to 2^24 - 1, each at an address of its own, 256 in a network. */
export function visitorIds(number: number): VisitorIds {
  const hex = number.toString(16).padStart(12, '0');
  return {
    cookie: `c-${number.toString(36).padStart(8, '0')}`,
    user: `7f2b1f8cf2c8${hex}`,
    ifa: `6d92078a-8246-4ba4-ae5b-${hex}`,
    ip: `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`,
  };
}

/** The keys that a bid request with these ids is looked up by. */
export function visitorKeys(number: number): ProfileKey[] {
  const { cookie, user, ifa } = visitorIds(number);
  const address = NETWORK + number;
  return [
    { kind: 'cookie', id: cookie },
    { kind: 'user', exchange: EXCHANGE.id, id: user },
    { kind: 'ifa', id: ifa },
    { kind: 'ip', prefix: `4:${addressHex(address)}/32` },
    { kind: 'ip', prefix: `4:${addressHex(address - (number % ADDRESSES_PER_NETWORK))}/24` },
  ];
}

/** Typical profiles of every second visitor by cookie, and of the networks; of other keys nothing is known. */
export function visitorProfiles(count: number): { key: ProfileKey; profile: Profile }[] {
  const random = seededRandom(21);
  const profiles = Array.from({ length: PROFILES }, () => makeProfile(random, TYPICAL));
  const known: { key: ProfileKey; profile: Profile }[] = [];
  for (let number = 0; number < count; number++) {
    const [cookie, , , , network] = visitorKeys(number);
    const profile = profiles[number % PROFILES] as Profile;
    if (number % 2 === 0) known.push({ key: cookie as ProfileKey, profile });
    if (number % ADDRESSES_PER_NETWORK === 0) known.push({ key: network as ProfileKey, profile });
  }
  return known;
}

function addressHex(address: number): string {
  return address.toString(16).padStart(8, '0');
}
