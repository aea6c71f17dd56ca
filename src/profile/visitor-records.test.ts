import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bidIdOf, frequencyRecord, SHOES } from '../../test/support/frequency.js';
import { createMapStore } from '../../test/support/map-store.js';
import type { ProfileKey } from '../domain/profile.js';
import { keyInWords, recordAsData, recordInWords } from './describe-visitor.js';
import { prefixText } from './prefix-text.js';
import { parseProfileLine } from './profile-line.js';
import { eraseVisitor, exportLines, findRecords, visitorKey, visitorKeys } from './visitor-records.js';
import { profileLineFields } from './write-profile-line.js';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const COMPLETE = {
  id: { cookie: 'c-81f3' },
  segments: { runner: '2026-12-31', outdoor: null, sale: '2026-11-20T18:30:00.000Z' },
  people: {
    age: 34,
    gender: 'female',
    education: 'university',
    occupation: 'teacher',
    marital: 'married',
    income: 'middle',
  },
  interests: { running: 0.9, travel: 0.25 },
  value: { recency: 4.5, frequency: 3, monetary: 120.5, lifetime: 900 },
  stage: 'active',
  geo: { country: 'CHN', region: '31', city: 'shanghai', zip: '200000' },
  updated: '2026-11-15',
};

const SEEN = [
  frequencyRecord('shown', 1, { atMs: Date.UTC(2026, 10, 19) }),
  frequencyRecord('shown', 2, { atMs: Date.UTC(2026, 10, 20, 10) }),
  frequencyRecord('reserved', 3, {
    atMs: Date.UTC(2026, 10, 20, 11, 30),
    heldUntilMs: Date.UTC(2026, 10, 20, 12, 30),
  }),
];

function parsed(line: string) {
  const result = parseProfileLine(line, NOW_MS);
  if (result.kind === 'problem') throw result.problem;
  return result;
}

/** A store that knows the sample person, by cookie and by a linked user id, with a frequency log; and two of an address's networks. */
async function sampleStore() {
  const store = createMapStore();
  const { key, profile } = parsed(JSON.stringify(COMPLETE));
  await store.put(key, profile);
  for (const record of SEEN) store.record(store.logNames(key), record);
  await store.link('generic', 'gx-1', 'c-81f3');
  for (const ip of ['203.0.113.0/24', '2001:db8:1::/48']) {
    const network = parsed(JSON.stringify({ id: { ip }, segments: { campus: null } }));
    await store.put(network.key, network.profile);
  }
  return store;
}

async function wordsOf(key: ProfileKey): Promise<string> {
  const records = await findRecords(await sampleStore(), [key]);
  return records
    .flatMap(({ key, stored }) => [
      keyInWords(key),
      ...recordInWords(stored, NOW_MS).map(([about, says]) => `${about}: ${says}`),
    ])
    .join('\n');
}

const texts = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const names = texts.filter((text) => text.trim() !== '' && text.trim().toLowerCase().length <= 100);
const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const anyId = fc.oneof(
  fc.record({ cookie: texts }),
  fc.record({ exchange: texts, user: texts }),
  fc.record({ ifa: fc.uuid({ version: 4 }) }),
  fc.record({ eid: fc.record({ source: texts, id: texts }) }),
  fc.record({ ip: fc.oneof(fc.ipV4(), fc.ipV6()) }),
  fc.record({ ip: fc.ipV4().map((ip) => `${ip}/24`) }),
  fc
    .record({ ip: fc.tuple(fc.ipV6(), fc.constantFrom(48, 64)).map(([ip, bits]) => `${ip}/${bits}`) })
    .filter(({ ip }) => !ip.includes('.')),
);
const anyInstant = fc
  .date({ min: new Date(NOW_MS + 1), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const anyLine = fc.record({
  id: anyId,
  segments: fc.dictionary(
    names,
    fc.oneof(
      fc.constant(null),
      anyInstant,
      anyInstant.map((instant) => instant.slice(0, 10)),
    ),
  ),
  people: fc.record({ age: some(fc.integer({ min: 0, max: 120 })), occupation: some(names) }),
  interests: fc.dictionary(names, fc.double({ min: 0, max: 1, noNaN: true })),
  value: fc.record({
    recency: some(fc.nat()),
    monetary: some(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
  }),
  stage: some(fc.constantFrom('new', 'active', 'lapsing', 'lost')),
  geo: fc.record({ country: some(fc.constantFrom('CN', 'DEU')), city: some(names) }),
  updated: some(anyInstant),
});

describe('an exported profile', () => {
  it('is the line that it was loaded from', () => {
    const { key, profile } = parsed(JSON.stringify(COMPLETE));
    expect(profileLineFields(key, profile)).toEqual(COMPLETE);
  });

  it('is loaded again as what it was', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const parsedLine = parseProfileLine(JSON.stringify(line), NOW_MS);
        fc.pre(parsedLine.kind === 'profile');
        if (parsedLine.kind !== 'profile') return;
        const { key, profile } = parsedLine;
        expect(parsed(JSON.stringify(profileLineFields(key, profile)))).toEqual({
          kind: 'profile',
          key,
          profile,
          segmentsEnded: 0,
        });
      }),
      { numRuns: 500 },
    );
  });

  it('of a linked user stands under the user, the cookie’s profile last', async () => {
    const store = await sampleStore();
    const own = parsed('{"id": {"exchange": "generic", "user": "gx-1"}, "stage": "new"}');
    await store.put(own.key, own.profile);
    expect(
      exportLines(await findRecords(store, [own.key])).map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { id: { exchange: 'generic', user: 'gx-1' }, stage: 'new' },
      { ...COMPLETE, id: { exchange: 'generic', user: 'gx-1' } },
    ]);
  });
});

describe('what is known of a visitor', () => {
  it('is told in words', async () => {
    expect(await wordsOf({ kind: 'cookie', id: 'c-81f3' })).toMatchInlineSnapshot(`
      "cookie c-81f3
      person: 34 years old, female, teacher, education university, married, income middle
      segments: runner until 2026-12-31, outdoor for good, sale until 2026-11-20T18:30:00.000Z
      interests: running 0.9, travel 0.25
      value: last purchase 4.5 days before the update, 3 purchases, 120.5 spent, 900 expected over the whole relationship
      stage: active
      place: CHN, region 31, shanghai, postal code 200000
      updated: 2026-11-15
      reserved: 1 time, last 2026-11-20T11:30:00.000Z, which is held still
      shown: 2 times, last 2026-11-20T10:00:00.000Z"
    `);
    expect(await wordsOf({ kind: 'user', exchange: 'generic', id: 'gx-1' })).toContain(
      'user gx-1 of exchange generic\nlinked: the same person is known by our cookie:\nperson: 34 years old',
    );
    expect(await wordsOf({ kind: 'cookie', id: 'stranger' })).toBe('');
  });

  it('is told as data, the profile as in a profile line', async () => {
    const [record] = await findRecords(await sampleStore(), [{ kind: 'cookie', id: 'c-81f3' }]);
    const { id, ...profile } = COMPLETE;
    expect(record && recordAsData(record)).toEqual({
      id,
      profile,
      frequency: [
        { kind: 'shown', bid: bidIdOf(1), at: '2026-11-19', hashes: SHOES },
        { kind: 'shown', bid: bidIdOf(2), at: '2026-11-20T10:00:00.000Z', hashes: SHOES },
        {
          kind: 'reserved',
          bid: bidIdOf(3),
          at: '2026-11-20T11:30:00.000Z',
          heldUntil: '2026-11-20T12:30:00.000Z',
          hashes: SHOES,
        },
      ],
    });
  });

  it('is asked for under every network of an address', () => {
    const words = (ip: string) => visitorKeys({ ip }).map(keyInWords);
    expect(words('203.0.113.9')).toEqual(['address 203.0.113.9', 'network 203.0.113.0/24']);
    expect(words('203.0.113.0/24')).toEqual(['network 203.0.113.0/24']);
    expect(words('2001:db8:1:2::7')).toEqual([
      'address 2001:db8:1:2:0:0:0:7',
      'network 2001:db8:1:2::/64',
      'network 2001:db8:1::/48',
    ]);
  });

  it('is asked for by exactly one name', () => {
    const forms = 'one of cookie, ip, ifa, exchange with user, or eid with source and id';
    expect(() => visitorKey({})).toThrow(`id is missing, expected ${forms}`);
    expect(() => visitorKey({ cookie: 'c', ifa: 'i' })).toThrow(`id is cookie with ifa, expected ${forms}`);
    expect(() => visitorKey({ user: 'u' })).toThrow(`id is user, expected ${forms}`);
    expect(() => visitorKey({ eid: 's' })).toThrow('id.eid.id is missing');
    expect(() => visitorKeys({ ip: '300.1.1.1' })).toThrow('id.ip is no IP address');
    expect(visitorKey({ eid: 'Ids.Example', id: 'E' })).toEqual({
      kind: 'eid',
      source: 'ids.example',
      id: 'E',
    });
  });

  it('writes prefixes as people do', () => {
    expect(prefixText('6:00000000000000000000000000000000/128')).toBe('::');
    expect(prefixText('6:00000000000000000000000000000001/128')).toBe('0:0:0:0:0:0:0:1');
    expect(prefixText('4:00000000/24')).toBe('0.0.0.0/24');
  });
});

describe('an erased visitor', () => {
  it('is gone with what is linked', async () => {
    const store = await sampleStore();
    const user: ProfileKey = { kind: 'user', exchange: 'generic', id: 'gx-1' };
    expect(await eraseVisitor(store, user)).toEqual({ erased: 2, left: 0 });
    expect(await findRecords(store, [user, { kind: 'cookie', id: 'c-81f3' }])).toEqual([]);
    expect(await eraseVisitor(store, user)).toEqual({ erased: 0, left: 0 });
  });

  it('is not called gone while something is there', async () => {
    const store = { ...(await sampleStore()), erase: () => Promise.resolve(1) };
    expect(await eraseVisitor(store, { kind: 'cookie', id: 'c-81f3' })).toEqual({ erased: 1, left: 1 });
  });
});
