import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { ProfileKey } from '../domain/profile.js';
import { hasFrequencyLog, profileKeyText } from '../domain/profile.js';
import type { SecretKey } from '../domain/secret-key.js';
import { assert } from '../lib/assert.js';
import { KeyedHash } from '../secrets/keyed-hash.js';

/**
 * The names of everything that stands in Redis:
 *
 *   nc:{u:<person>}:p                 profile of a person by our cookie, device or extended id
 *   nc:{u:<person>}:f                 frequency log: what the person was shown
 *   nc:{u:<person>}:x                 set of the names of the links that lead to a cookie, so that they can be erased
 *   nc:{ip:<address>}:p               profile of an address or network
 *   nc:{u:<person>}:e                 stands for a minute behind a cookie that was erased: no link is made to it
 *   nc:{x:<exchange>:<person>}        link: an exchange's user id is the person of this cookie of ours
 *   nc:{x:<exchange>:<person>}:p      profile of an exchange's user
 *   nc:{x:<exchange>:<person>}:f      frequency log of an exchange's user
 *   nc:{ip:<address>}:f               frequency log of a household: an IPv4 address or the /64 of an IPv6 address
 *   nc:epoch:{<number>}               a random text; when it is gone or another one, the data were thrown away
 *   nc:{c:<campaign>}:budget          hash, the campaign's account: epoch, what is booked, what is held (ledger-names.ts)
 *   nc:{c:<campaign>}:day:<day>       hash, what is booked for one day of the flight
 *   nc:{c:<campaign>}:leases          hash, who holds how much of the budget
 *   nc:{c:<campaign>}:ends            sorted set, when each lease ends
 *   nc:{c:<campaign>}:inbox:<day>:<holder>        list, what the holder of a lease has yet to hear
 *   nc:{c:<campaign>}:billed:<holder>:<stretch>   set, which of a stretch of a holder's bids are billed
 *   nc:{c:<campaign>}:billed-other:<day>          set, the same of bids whose ids are not ours, by day of the bid
 *   nc:keys                           set of the fingerprints of the secrets that names are made with
 *   nc:changes                        the channel on which changes are announced
 *
 * Person and address are pseudonyms: HMAC-SHA-256 of the kind and the id with a key derived from the operator's secret,
 * cut to 128 bits, base64url. Whoever reads Redis without the secret learns neither who somebody is nor whether a
 * certain person is there. What stands in braces decides the slot in Redis Cluster, so all records of one key lie on one
 * node. A link's value is our cookie id, encrypted, because a pseudonym could not be followed once the key had changed.
 *
 * What stands in the braces of a frequency log is its name everywhere else: links carry it, so that a notice finds the log
 * without knowing whose it is.
 *
 * Keys rotate. The first of the ring names what is written, all of them are asked, so what is there under an older one
 * is found and moved. A new key is first put behind the old one on every process, then in front, so that no process meets
 * a name that it cannot make; the old one may go when the longest time to live has passed.
 *
 * A process with other secrets would find nobody, and file what it loads under names that nobody asks for. So each secret
 * leaves a fingerprint, which tells nothing of it: the first process writes those of its ring, a later one adds its own
 * when one of them is there already, and one of which none is there knows that its secrets are the wrong ones.
 */
export const FINGERPRINTS_NAME = 'nc:keys';
export const CHANGES_CHANNEL = 'nc:changes';
export const PSEUDONYM_BYTES = 16;

const NAME_PURPOSE = 'narrowcast profile name, layout 1';
const FINGERPRINT_PURPOSE = 'narrowcast profile key fingerprint, layout 1';
const LINK_PURPOSE = 'narrowcast profile link, layout 1';
const CIPHER = 'aes-256-gcm';
const FINGERPRINT_BYTES = 12;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const COOKIE_BYTES_MAX = 1_024;
/** Exchange names come from our own file names. A profile file may hold others, which show as `~`. */
const PLAIN_EXCHANGE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** The names of one key's records, each under every secret of the ring, newest first. */
export interface KeyNames {
  /** Under which changes are announced: the pseudonyms. */
  readonly changes: readonly string[];
  readonly profile: readonly string[];
  /** Empty for networks, which have none. */
  readonly frequency: readonly string[];
  /** Only an exchange's user id has one. */
  readonly link: readonly string[];
  /** Only a cookie has these. */
  readonly linksTo: readonly string[];
  readonly erased: readonly string[];
}

const NONE: readonly string[] = [];
const PSEUDONYM_CHARACTERS = 22;
const LOG_NAME = /^(?:u|ip|x:(?:~|[A-Za-z0-9][A-Za-z0-9._-]{0,63})):[A-Za-z0-9_-]{22}$/;

export function epochName(number: number): string {
  return `nc:epoch:{${number}}`;
}

/** @param link name of a link. @returns the name of the profile of the same user id */
export function profileNameOfLink(link: string): string {
  return `${link}:p`;
}

/** @param link name of a link. @returns the name of the frequency log of the same user id */
export function frequencyNameOfLink(link: string): string {
  return `${link}:f`;
}

/**
 * Where the log of a name stands, and under which name its changes are announced.
 *
 * @returns undefined for a text that is no name of ours: names come back in links
 */
export function frequencyLogOf(name: string): { readonly key: string; readonly change: string } | undefined {
  if (!LOG_NAME.test(name)) return undefined;
  return { key: `nc:{${name}}:f`, change: name.slice(-PSEUDONYM_CHARACTERS) };
}

/** @param link name of a link. @returns the name under which changes of that user id are announced */
export function changeNameOfLink(link: string): string {
  return link.slice(link.lastIndexOf(':') + 1, -1);
}

/** Makes names and seals links with a ring of secrets. */
export class KeyRing {
  /** One a secret, newest first. */
  readonly fingerprints: readonly string[];
  readonly #secrets: readonly { readonly naming: KeyedHash; readonly sealing: Buffer }[];

  /** @param ring at least one; the first is used for what is written */
  constructor(ring: readonly SecretKey[]) {
    assert(ring.length > 0, 'profile names need at least one key');
    this.fingerprints = ring.map(({ secret }) =>
      derive(secret, FINGERPRINT_PURPOSE).toString('base64url', 0, FINGERPRINT_BYTES),
    );
    this.#secrets = ring.map(({ secret }) => ({
      naming: new KeyedHash(derive(secret, NAME_PURPOSE)),
      sealing: derive(secret, LINK_PURPOSE),
    }));
  }

  namesOf(key: ProfileKey): KeyNames {
    const changes = this.#pseudonyms(key);
    const prefix = prefixOf(key);
    const named = (suffix: string) => changes.map((name) => `nc:{${prefix}:${name}}${suffix}`);
    const ofCookie = (suffix: string) => (key.kind === 'cookie' ? named(suffix) : NONE);
    return {
      changes,
      profile: named(':p'),
      frequency: hasFrequencyLog(key) ? named(':f') : NONE,
      link: key.kind === 'user' ? named('') : NONE,
      linksTo: ofCookie(':x'),
      erased: ofCookie(':e'),
    };
  }

  /**
   * @param changes of the key and, behind them, of the cookie that it is linked to, a pseudonym for each secret; made where undefined
   * @returns names of frequency logs under the newest secret, as ProfileStore has them
   */
  logNames(key: ProfileKey, changes: readonly string[] | undefined): readonly string[] {
    if (!hasFrequencyLog(key)) return NONE;
    const own = changes?.[0] ?? this.#pseudonyms(key)[0];
    const linked = changes?.[this.#secrets.length];
    const name = `${prefixOf(key)}:${own}`;
    return linked === undefined ? [name] : [name, `u:${linked}`];
  }

  #pseudonyms(key: ProfileKey): readonly string[] {
    const text = profileKeyText(key);
    return this.#secrets.map(({ naming }) => pseudonym(naming, text));
  }

  /** @returns nonce, cipher text, tag: another text each time */
  sealCookie(cookie: string): Buffer {
    const [first] = this.#secrets;
    assert(first !== undefined, 'the ring has a key');
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, first.sealing, nonce);
    return Buffer.concat([nonce, cipher.update(cookie, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  /** @returns undefined for what no key of the ring has sealed */
  openCookie(sealed: Buffer): string | undefined {
    const length = sealed.length - NONCE_BYTES - TAG_BYTES;
    if (length < 1 || length > COOKIE_BYTES_MAX) return undefined;
    for (const { sealing } of this.#secrets) {
      const decipher = createDecipheriv(CIPHER, sealing, sealed.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const cookie = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
      try {
        decipher.final();
        return cookie.toString('utf8');
      } catch {
        // Sealed with another key of the ring, or by nobody.
      }
    }
    return undefined;
  }
}

/** What stands before the pseudonym. */
function prefixOf(key: ProfileKey): string {
  if (key.kind === 'ip') return 'ip';
  if (key.kind !== 'user') return 'u';
  return `x:${PLAIN_EXCHANGE.test(key.exchange) ? key.exchange : '~'}`;
}

/** A key of its own for each purpose, so that one secret may serve several without their texts mixing. */
function derive(secret: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
}

function pseudonym(key: KeyedHash, text: string): string {
  return key.ofText(text).toString('base64url', 0, PSEUDONYM_BYTES);
}
