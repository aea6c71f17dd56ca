import { describe, expect, it } from 'vitest';
import { visitorOf } from '../../test/support/visitor.js';
import { VISITOR_ID_KINDS, type Exchange } from '../domain/catalog.js';
import type { ExchangeId } from '../domain/ids.js';
import type { ProfileAnswer, ProfileLookupResult, ProfileReader } from '../domain/ports.js';
import { NOBODY_SEEN } from '../domain/frequency.js';
import { profileKeyText, type ProfileKey } from '../domain/profile.js';
import { STRANGER } from '../domain/visitor.js';
import { readDirectly } from './direct-reader.js';
import { createEmbeddedStore } from './embedded-store.js';
import { createProfileLookup } from './lookup.js';
import { parseProfileLine } from './profile-line.js';

const GENERIC = {
  id: 'generic' as ExchangeId,
  idOrder: VISITOR_ID_KINDS,
  extendedIdSources: undefined,
} as Partial<Exchange> as Exchange;

async function storeOf(...lines: readonly object[]) {
  const store = createEmbeddedStore();
  for (const line of lines) {
    const parsed = parseProfileLine(JSON.stringify(line), 0);
    if (parsed.kind === 'problem') throw parsed.problem;
    await store.put(parsed.key, parsed.profile);
  }
  return store;
}

function lookupIn(reader: ProfileReader) {
  const results: ProfileLookupResult[] = [];
  const lookup = createProfileLookup(reader, { profileLookup: (result) => void results.push(result) });
  return { results, lookup };
}

const logNames: ProfileReader['logNames'] = (key) => [`log of ${profileKeyText(key)}`];

function answering(answer: ProfileAnswer): ProfileReader {
  return { find: () => Promise.resolve(answer), logNames };
}

const store = await storeOf(
  { id: { cookie: 'c-1' }, people: { age: 30 } },
  { id: { exchange: 'generic', user: 'u-1' }, people: { age: 31 } },
  { id: { ifa: 'i-1' }, people: { age: 32 } },
  { id: { eid: { source: 'ids.example', id: 'e-1' } }, people: { age: 33 } },
  { id: { ip: '192.0.2.10' }, people: { age: 40, income: 'high' } },
  { id: { ip: '192.0.2.0/24' }, people: { age: 41, income: 'low' } },
  { id: { ip: '2001:db8:1::/48' }, people: { age: 42 } },
);

describe('looking a visitor up', () => {
  const extendedIds = [{ source: 'ids.example', id: 'e-1' }];
  it.each([
    ['our cookie', { buyerId: 'c-1', id: 'u-1', ifa: 'I-1', extendedIds }, 30],
    ['the exchange’s user id', { buyerId: 'c-?', id: 'u-1', ifa: 'I-1', extendedIds }, 31],
    ['the device', { id: 'u-?', ifa: 'I-1', extendedIds }, 32],
    ['an extended id', { extendedIds }, 33],
    ['the address', { ip: '192.0.2.10' }, 40],
    ['the network of the address', { ip: '192.0.2.11' }, 41],
    ['the site of an IPv6 address', { ipv6: '2001:db8:1:ffff::1' }, 42],
    ['the person before the address', { buyerId: 'c-1', ip: '192.0.2.10' }, 30],
  ])('finds by %s', async (_, known, age) => {
    const { results, lookup } = lookupIn(readDirectly(store));
    expect((await lookup(visitorOf(known), GENERIC, 0)).profile?.people.age).toBe(age);
    expect(results).toEqual(['found']);
  });

  it('merges what is known about the person with the narrowest that is known about the address', async () => {
    const { lookup } = lookupIn(readDirectly(store));
    const { profile } = await lookup(visitorOf({ buyerId: 'c-1', ip: '192.0.2.10' }), GENERIC, 0);
    expect(profile?.people).toMatchObject({ age: 30, income: 'high' });
  });

  it('takes the user id of another exchange for another user', async () => {
    const { results, lookup } = lookupIn(readDirectly(store));
    const other = { ...GENERIC, id: 'other' as ExchangeId };
    expect((await lookup(visitorOf({ id: 'u-1' }), other, 0)).profile).toBeUndefined();
    expect(results).toEqual(['not-found']);
  });

  it('knows a linked visitor by what the cookie is known by, not by what the exchange’s user id is', async () => {
    const linked = await storeOf(
      { id: { cookie: 'c-1' }, people: { age: 30 } },
      { id: { exchange: 'generic', user: 'u-1' }, people: { age: 31 } },
    );
    await linked.link('generic', 'u-1', 'c-1');
    const { lookup } = lookupIn(readDirectly(linked));
    expect((await lookup(visitorOf({ id: 'u-1' }), GENERIC, 0)).profile?.people.age).toBe(30);
  });

  it('asks once for all keys and hands on the deadline', async () => {
    const asked: [readonly ProfileKey[], number][] = [];
    const find: ProfileReader['find'] = (keys, deadlineMs) => {
      asked.push([keys, deadlineMs]);
      return Promise.resolve({
        kind: 'answered',
        found: keys.map(() => ({ changeNames: [], stored: undefined })),
      });
    };
    await lookupIn({ find, logNames }).lookup(visitorOf({ buyerId: 'c', ip: '192.0.2.1' }), GENERIC, 123);
    expect(asked).toEqual([[expect.objectContaining({ length: 3 }), 123]]);
  });

  it('asks nobody when the request names nobody', async () => {
    const { results, lookup } = lookupIn({ find: () => Promise.reject(new Error('asked')), logNames });
    expect(await lookup(visitorOf({ buyerId: '', ip: 'unknown' }), GENERIC, 0)).toEqual(STRANGER);
    expect(results).toEqual(['no-key']);
  });

  it.each(['late', 'broken'] as const)(
    'goes on without a profile when the store is %s, and counts it',
    async (kind) => {
      const { results, lookup } = lookupIn(answering({ kind }));
      const found = await lookup(visitorOf({ buyerId: 'c-1' }), GENERIC, 0);
      expect(found.profile).toBeUndefined();
      expect(found.frequency).toEqual({ ...NOBODY_SEEN, personNames: ['log of c:c-1'] });
      expect(results).toEqual([kind]);
    },
  );
});
