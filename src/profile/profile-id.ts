import type { ProfileKey } from '../domain/profile.js';
import { parseIpRange } from '../lib/ip.js';
import { FieldProblem, kindOf, readObjectOf } from './fields.js';
import { cookieKey, eidKey, ID_CHARACTERS_MAX, ifaKey, isId, rangeKey, userKey } from './keys.js';

const FORMS = 'one of cookie, ip, ifa, exchange with user, or eid with source and id';
const ID_EXPECTED = `text of 1 to ${ID_CHARACTERS_MAX} characters that is not all zeros`;
const ADDRESS_EXPECTED =
  'an address, or a network of the length that lookups ask for: /24, or /64 and /48 for IPv6';

/**
 * Reads the `id` of a profile line, such as `{"cookie": "c-81f3"}` or `{"ip": "203.0.113.0/24"}`. An id is never shown in
 * a problem.
 *
 * @throws FieldProblem
 */
export function readProfileId(value: unknown): ProfileKey {
  const id = readObjectOf(value, 'id', ['cookie', 'ip', 'ifa', 'exchange', 'user', 'eid']);
  const form = Object.keys(id).sort().join(' with ');
  switch (form) {
    case 'cookie':
      return keyOrProblem(cookieKey(readIdText(id['cookie'], 'id.cookie')), id['cookie'], 'id.cookie');
    case 'exchange with user': {
      const key = userKey(readIdText(id['exchange'], 'id.exchange'), readIdText(id['user'], 'id.user'));
      return keyOrProblem(key, id['user'], 'id.user');
    }
    case 'ifa':
      return keyOrProblem(ifaKey(readIdText(id['ifa'], 'id.ifa')), id['ifa'], 'id.ifa');
    case 'eid': {
      const eid = readObjectOf(id['eid'], 'id.eid', ['source', 'id']);
      const key = eidKey(readIdText(eid['source'], 'id.eid.source'), readIdText(eid['id'], 'id.eid.id'));
      return keyOrProblem(key, eid['id'], 'id.eid.id');
    }
    case 'ip':
      return readAddressKey(readIdText(id['ip'], 'id.ip'));
    default:
      throw new FieldProblem('id', form === '' ? 'missing' : form, FORMS);
  }
}

function readAddressKey(text: string): ProfileKey {
  const range = parseIpRange(text);
  if (range === undefined) throw new FieldProblem('id.ip', 'no IP address', ADDRESS_EXPECTED);
  const key = rangeKey(range);
  if (key === undefined) throw new FieldProblem('id.ip', `a network of /${range.bits}`, ADDRESS_EXPECTED);
  return key;
}

function readIdText(value: unknown, path: string): string {
  if (typeof value === 'string' && isId(value)) return value;
  throw new FieldProblem(path, kindOf(value), ID_EXPECTED);
}

function keyOrProblem(key: ProfileKey | undefined, value: unknown, path: string): ProfileKey {
  if (key === undefined) throw new FieldProblem(path, kindOf(value), ID_EXPECTED);
  return key;
}
