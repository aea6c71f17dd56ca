import { createHmac, hkdfSync } from 'node:crypto';
import type { SecretKey } from '../domain/secret-key.js';
import { assert } from '../lib/assert.js';

const KEY_PURPOSE = 'narrowcast conversion number, layout 1';
const HEX_DIGITS = 16;

/**
 * A hash for what advertisers number their conversions by, which may be an address or a name: without the key it cannot be found
 * out by trying. With another first key the same number gets another hash, so one that is told before and after a change of
 * keys is counted twice.
 *
 * @param keys at least one; the first is used
 */
export function createConversionHash(keys: readonly SecretKey[]): (text: string) => string {
  const [first] = keys;
  assert(first !== undefined, 'conversion numbers need at least one key');
  const key = Buffer.from(hkdfSync('sha256', first.secret, '', KEY_PURPOSE, 32));
  return (text) => createHmac('sha256', key).update(text).digest('hex').slice(0, HEX_DIGITS);
}
