import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visitorOf } from '../../test/support/visitor.js';
import { VISITOR_ID_KINDS, type VisitorIdKind } from '../domain/catalog.js';
import type { ExchangeId } from '../domain/ids.js';
import { profileKeyText, type ProfileKey } from '../domain/profile.js';
import { profileKeys } from './identity.js';

const IFA = '6D92078A-8246-4BA4-AE5B-76104861E7DC';

function exchange(
  id: string,
  extendedIdSources?: readonly string[],
  idOrder: readonly VisitorIdKind[] = VISITOR_ID_KINDS,
) {
  return { id: id as ExchangeId, idOrder, extendedIdSources };
}

function texts(keys: readonly ProfileKey[]): string[] {
  return keys.map(profileKeyText);
}

describe('the keys of a visitor', () => {
  it('asks for the ids that the exchange ranks, in its order, and for no others', () => {
    const visitor = visitorOf({
      buyerId: 'b',
      id: 'u',
      ifa: '6d92078a-8246-4ba4-ae5b-76104861e7dc',
      extendedIds: [{ source: 'a.example', id: 'e' }],
    });
    const all = profileKeys(visitor, exchange('x')).person;
    const ranked = profileKeys(visitor, exchange('x', undefined, ['eids', 'cookie'])).person;
    expect(all).toHaveLength(4);
    expect(ranked).toEqual([all[3], all[0]]);
  });

  it('are those of the person in order of trust: cookie, exchange user, device, extended ids', () => {
    const extendedIds = [{ source: 'IDs.Example', id: 'E-1' }];
    const visitor = visitorOf({ buyerId: 'c-81f3', id: 'gx-1', ifa: IFA, extendedIds });
    expect(profileKeys(visitor, exchange('generic')).person).toEqual([
      { kind: 'cookie', id: 'c-81f3' },
      { kind: 'user', exchange: 'generic', id: 'gx-1' },
      { kind: 'ifa', id: IFA.toLowerCase() },
      { kind: 'eid', source: 'ids.example', id: 'E-1' },
    ]);
  });

  it('are, of extended ids, those of the sources that the exchange’s file names, in its order', () => {
    const visitor = visitorOf({
      extendedIds: [
        { source: 'a.example', id: '1' },
        { source: 'B.example', id: '2' },
        { source: 'c.example', id: '3' },
      ],
    });
    const ids = (sources?: readonly string[]) =>
      texts(profileKeys(visitor, exchange('x', sources)).person).map((text) => text.at(-1));
    expect(ids()).toEqual(['1', '2', '3']);
    expect(ids(['c.example', 'b.example'])).toEqual(['3', '2']);
    expect(ids(['none.example'])).toEqual([]);
  });

  it('are those of the address from narrow to wide', () => {
    const visitor = visitorOf({ ip: '203.0.113.77', ipv6: '2001:db8:1:2:3::9' });
    expect(texts(profileKeys(visitor, exchange('x')).address)).toEqual([
      'a:6:20010db8000100020003000000000009/128',
      'a:4:cb00714d/32',
      'a:6:20010db8000100020000000000000000/64',
      'a:4:cb007100/24',
      'a:6:20010db8000100000000000000000000/48',
    ]);
  });

  it('are the same for an address in the wrong field or written as a mapped one', () => {
    const right = profileKeys(visitorOf({ ip: '192.0.2.10' }), exchange('x'));
    expect(right.address).toHaveLength(2);
    expect(profileKeys(visitorOf({ ipv6: '192.0.2.10' }), exchange('x'))).toEqual(right);
    expect(profileKeys(visitorOf({ ip: '::ffff:192.0.2.10' }), exchange('x'))).toEqual(right);
    expect(profileKeys(visitorOf({ ip: '192.0.2.10', ipv6: '::FFFF:192.0.2.10' }), exchange('x'))).toEqual(
      right,
    );
  });

  it.each(['', '1.2.3', '256.1.1.1', 'localhost', '192.0.2.1/24', '192.0.2.1 ', ':::', '1'.repeat(10_000)])(
    'are none for the invalid address %j',
    (ip) => {
      expect(profileKeys(visitorOf({ ip, ipv6: ip }), exchange('x')).address).toEqual([]);
    },
  );

  it('are none for empty, all-zero and overlong ids', () => {
    for (const id of ['', 'x'.repeat(257), 'x'.repeat(10_240)]) {
      const extendedIds = [
        { source: id, id: 'e' },
        { source: 's', id },
      ];
      expect(profileKeys(visitorOf({ buyerId: id, id, ifa: id, extendedIds }), exchange('x')).person).toEqual(
        [],
      );
    }
    for (const ifa of ['00000000-0000-0000-0000-000000000000', '0', '-']) {
      expect(profileKeys(visitorOf({ ifa }), exchange('x')).person).toEqual([]);
    }
    expect(profileKeys(visitorOf({ buyerId: 'x'.repeat(256) }), exchange('x')).person).toHaveLength(1);
  });

  it('are bounded in number', () => {
    const extendedIds = Array.from({ length: 1_000 }, (_, i) => ({ source: 's', id: `e${i}` }));
    expect(profileKeys(visitorOf({ extendedIds }), exchange('x')).person).toHaveLength(8);
  });

  it('are neither device nor address in front of a public screen', () => {
    const keys = profileKeys(
      visitorOf({ ifa: IFA, ip: '192.0.2.10', buyerId: 'c-1' }, 'dooh'),
      exchange('x'),
    );
    expect(keys).toEqual({ person: [{ kind: 'cookie', id: 'c-1' }], address: [] });
  });

  it('keep the ids of different exchanges apart', () => {
    const [one] = texts(profileKeys(visitorOf({ id: 'u' }), exchange('a')).person);
    const [other] = texts(profileKeys(visitorOf({ id: 'u' }), exchange('b')).person);
    expect(one).not.toBe(other);
  });
});

describe('the text of a key', () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a:0-9]*$/),
    fc.constantFrom('__proto__', 'constructor'),
  );
  const anyKey: fc.Arbitrary<ProfileKey> = fc.oneof(
    fc.record({ kind: fc.constant('cookie' as const), id: anyText }),
    fc.record({ kind: fc.constant('ifa' as const), id: anyText }),
    fc.record({ kind: fc.constant('user' as const), exchange: anyText, id: anyText }),
    fc.record({ kind: fc.constant('eid' as const), source: anyText, id: anyText }),
    fc.record({ kind: fc.constant('ip' as const), prefix: anyText }),
  );

  it('is the same for equal keys only, whatever the ids hold', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (a, b) => {
        expect(profileKeyText(a) === profileKeyText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
      { numRuns: 2_000 },
    );
    const left = profileKeyText({ kind: 'user', exchange: 'a', id: 'b:c' });
    expect(left).not.toBe(profileKeyText({ kind: 'user', exchange: 'a:b', id: 'c' }));
  });
});
