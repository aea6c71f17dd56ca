import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SecretKey } from '../domain/secret-key.js';
import { assert } from '../lib/assert.js';

const NAME = 'nc';
const OPTED_OUT = 'optout';
const KEY_PURPOSE = 'narrowcast cookie, layout 1';
const ID_BYTES = 16;
const SIGNATURE_BYTES = 12;
/** As long as the link of an exchange's user id lives by default. */
const ID_SECONDS = 180 * 24 * 60 * 60;
/** The longest that browsers keep a cookie. */
const OPTED_OUT_SECONDS = 400 * 24 * 60 * 60;
const SIGNED_ID = /^([\w-]{22})\.([\w-]{16})$/;
const HEADER_CHARACTERS_MAX = 8_192;

/** What a browser's cookies say of its visitor. */
type CookieFound =
  | { readonly kind: 'id'; readonly id: string }
  /** The visitor wants no cookie. */
  | { readonly kind: 'opted-out' }
  | { readonly kind: 'none' };

export interface Cookies {
  /** @param header the `Cookie` header, of several all of them with `;` between */
  read(header: string): CookieFound;
  newId(): string;
  /** The `Set-Cookie` header of an id. */
  setId(id: string): string;
  readonly setOptedOut: string;
}

/**
 * Our cookie is an id of 128 random bits and its signature: who sends another's id, or one of his own making, is not
 * believed, for with an id goes the right to link user ids to it and to have what is known of it erased.
 *
 * It must be sent from pages of others (`SameSite=None`), which browsers take only with `Secure`; no script may read it.
 *
 * @param keys at least one; the first signs, all of them verify
 */
export function createCookies(keys: readonly SecretKey[]): Cookies {
  const derived = keys.map(({ secret }) => Buffer.from(hkdfSync('sha256', secret, '', KEY_PURPOSE, 32)));
  const [signingKey] = derived;
  assert(signingKey !== undefined, 'cookies need at least one key');
  const idOf = (value: string): string | undefined => {
    const [, id, sent] = SIGNED_ID.exec(value) ?? [];
    if (id === undefined || sent === undefined) return undefined;
    const bytes = Buffer.from(sent, 'base64url');
    return derived.some((key) => timingSafeEqual(signature(key, id), bytes)) ? id : undefined;
  };
  return {
    read(header) {
      const values = valuesOf(header);
      if (values.includes(OPTED_OUT)) return { kind: 'opted-out' };
      for (const value of values) {
        const id = idOf(value);
        if (id !== undefined) return { kind: 'id', id };
      }
      return { kind: 'none' };
    },
    newId: () => randomBytes(ID_BYTES).toString('base64url'),
    setId: (id) => setCookie(`${id}.${signature(signingKey, id).toString('base64url')}`, ID_SECONDS),
    setOptedOut: setCookie(OPTED_OUT, OPTED_OUT_SECONDS),
  };
}

function signature(key: Buffer, id: string): Buffer {
  return createHmac('sha256', key).update(id).digest().subarray(0, SIGNATURE_BYTES);
}

function setCookie(value: string, seconds: number): string {
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=None`;
}

function valuesOf(header: string): string[] {
  const values: string[] = [];
  for (const pair of header.slice(0, HEADER_CHARACTERS_MAX).split(';')) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && pair.slice(0, equals).trim() === NAME) values.push(pair.slice(equals + 1).trim());
  }
  return values;
}
