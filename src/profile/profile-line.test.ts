import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseProfileLine, type ProfileLine } from './profile-line.js';

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const COMPLETE = {
  id: { cookie: 'c-81f3' },
  segments: { Runner: '2026-12-31', outdoor: null, vip: 'never', gone: '2026-11-19', today: '2026-11-20' },
  people: {
    age: 34,
    gender: 'F',
    education: 'University',
    occupation: ' Teacher ',
    marital: 'married',
    income: 'middle',
  },
  interests: { running: 0.9, Travel: 0, music: 1 },
  value: { recency: 4.5, frequency: 3, monetary: -2.5, lifetime: 900 },
  stage: 'lapsing',
  geo: { country: 'cn', region: '31', city: 'Shanghai', zip: 'SW1A' },
  updated: '2026-11-15T08:00:00+08:00',
};

function parse(line: unknown): ProfileLine {
  return parseProfileLine(typeof line === 'string' ? line : JSON.stringify(line), NOW_MS);
}

function taken(line: unknown) {
  const parsed = parse(line);
  if (parsed.kind === 'problem') throw parsed.problem;
  return parsed;
}

function problemOf(line: unknown): string {
  const parsed = parse(line);
  if (parsed.kind !== 'problem') throw new Error('was taken');
  return parsed.problem.message;
}

describe('a line of a profile file', () => {
  it('becomes a profile in lower case, without the segments that have ended', () => {
    const { key, profile, segmentsEnded } = taken(COMPLETE);
    expect(key).toEqual({ kind: 'cookie', id: 'c-81f3' });
    expect(segmentsEnded).toBe(1);
    expect([...profile.segments]).toEqual([
      ['runner', Date.UTC(2027, 0, 1)],
      ['outdoor', Infinity],
      ['vip', Infinity],
      ['today', Date.UTC(2026, 10, 21)],
    ]);
    expect([...profile.interests]).toEqual([
      ['running', 0.9],
      ['travel', 0],
      ['music', 1],
    ]);
    expect(profile).toMatchObject({
      people: { ...COMPLETE.people, gender: 'female', education: 'university', occupation: 'teacher' },
      value: COMPLETE.value,
      stage: 'lapsing',
      geo: { country: 'CHN', region: '31', city: 'shanghai', zip: 'sw1a' },
      updatedMs: Date.UTC(2026, 10, 15),
    });
  });

  it('needs nothing but an id, and takes null for not known', () => {
    const bare = taken({ id: { cookie: 'c' } }).profile;
    expect(bare.segments.size + bare.interests.size).toBe(0);
    expect(bare.updatedMs).toBeUndefined();
    const nulls = {
      segments: null,
      people: { age: null },
      interests: null,
      value: null,
      stage: null,
      geo: null,
    };
    expect(taken({ id: { cookie: 'c' }, ...nulls, updated: null }).profile).toEqual(bare);
  });

  it.each([
    [
      { exchange: 'generic', user: 'u' },
      { kind: 'user', exchange: 'generic', id: 'u' },
    ],
    [{ ifa: 'AB-CD' }, { kind: 'ifa', id: 'ab-cd' }],
    [{ eid: { source: 'IDs.Example', id: 'E' } }, { kind: 'eid', source: 'ids.example', id: 'E' }],
    [{ ip: '203.0.113.9' }, { kind: 'ip', prefix: '4:cb007109/32' }],
    [{ ip: '203.0.113.0/24' }, { kind: 'ip', prefix: '4:cb007100/24' }],
    [{ ip: '2001:db8::1' }, { kind: 'ip', prefix: '6:20010db8000000000000000000000001/128' }],
    [{ ip: '2001:db8:1:2::/64' }, { kind: 'ip', prefix: '6:20010db8000100020000000000000000/64' }],
    [{ ip: '2001:db8:1::/48' }, { kind: 'ip', prefix: '6:20010db8000100000000000000000000/48' }],
  ])('is stored under %j', (id, key) => {
    expect(taken({ id }).key).toEqual(key);
  });

  const lengths = 'an address, or a network of the length that lookups ask for: /24, or /64 and /48 for IPv6';
  const forms = 'one of cookie, ip, ifa, exchange with user, or eid with source and id';
  const idText = 'text of 1 to 256 characters that is not all zeros';
  const day = 'a day such as 2026-12-31, an instant such as 2026-12-31T18:00:00Z';
  it.each([
    ['', 'the line is not valid JSON, expected one JSON object'],
    ['{"id": {"cookie": "canary"}', 'the line is not valid JSON, expected one JSON object'],
    ['[1]', 'the line is a list, expected an object'],
    ['null', `id is missing, expected ${forms}`],
    [{}, `id is missing, expected ${forms}`],
    [{ id: 'canary' }, 'id is text of 6 characters, expected an object'],
    [
      { id: { canary: 1 } },
      'id is an object with another field, expected only cookie, ip, ifa, exchange, user, eid',
    ],
    [{ id: { cookies: 'canary' } }, 'id.cookies is no field of a profile, expected cookie'],
    [{ id: { cookie: 'canary', ip: '192.0.2.1' } }, `id is cookie with ip, expected ${forms}`],
    [{ id: { user: 'canary' } }, `id is user, expected ${forms}`],
    [{ id: { cookie: '' } }, `id.cookie is empty text, expected ${idText}`],
    [{ id: { cookie: 7 } }, `id.cookie is a number, expected ${idText}`],
    [{ id: { cookie: 'canary'.repeat(100) } }, `id.cookie is text of 600 characters, expected ${idText}`],
    [
      { id: { ifa: '00000000-0000-0000-0000-000000000000' } },
      `id.ifa is text of 36 characters, expected ${idText}`,
    ],
    [{ id: { eid: { source: 's' } } }, `id.eid.id is missing, expected ${idText}`],
    [{ id: { ip: '1.2.3' } }, `id.ip is no IP address, expected ${lengths}`],
    [{ id: { ip: '10.0.0.0/16' } }, `id.ip is a network of /16, expected ${lengths}`],
    [{ id: { ip: '2001:db8::/32' } }, `id.ip is a network of /32, expected ${lengths}`],
    [{ segmnts: {} }, 'segmnts is no field of a profile, expected segments'],
    [{ segments: ['runner'] }, 'segments is a list, expected an object'],
    [{ segments: { runner: 5 } }, `segments.* is a number, expected ${day}, null or "never"`],
    [{ segments: { runner: '2026-02-30' } }, `segments.* is "2026-02-30", expected ${day}, null or "never"`],
    [
      { segments: { runner: '2026-13-01T00:00:00Z' } },
      `segments.* is "2026-13-01T00:00:00Z", expected ${day}, null or "never"`,
    ],
    [
      { segments: { runner: '2026-12-01T00:00:00' } },
      `segments.* is "2026-12-01T00:00:00", expected ${day}, null or "never"`,
    ],
    [{ segments: { ' ': null } }, 'segments.* is empty text, expected text of 1 to 100 characters'],
    [
      { segments: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [i, null])) },
      'segments is 1001 entries, expected at most 1000',
    ],
    [{ people: { age: '34' } }, 'people.age is text of 2 characters, expected a number from 0 to 120'],
    [{ people: { age: 34.5 } }, 'people.age is 34.5, expected a whole number from 0 to 120'],
    [{ people: { age: 121 } }, 'people.age is 121, expected a number from 0 to 120'],
    [
      { people: { gender: 'woman' } },
      'people.gender is text of 5 characters, expected one of female, male, other',
    ],
    [
      { people: { occupation: 'x'.repeat(101) } },
      'people.occupation is text of 101 characters, expected text of 1 to 100 characters',
    ],
    [{ interests: { running: 1.1 } }, 'interests.* is 1.1, expected a number from 0 to 1'],
    [
      '{"id":{"cookie":"c"},"value":{"monetary":1e999}}',
      'value.monetary is Infinity, expected a number from -1000000000000 to 1000000000000',
    ],
    [{ value: { recency: -1 } }, 'value.recency is -1, expected a number from 0 to 36500'],
    [{ stage: 'lapsin' }, 'stage is "lapsin", expected one of new, active, lapsing, lost'],
    [
      { geo: { country: 'Canaryland' } },
      'geo.country is text of 10 characters, expected an ISO 3166 code such as CHN or CN',
    ],
    [
      { geo: { country: 'UK' } },
      'geo.country is text of 2 characters, expected an ISO 3166 code such as CHN or CN',
    ],
    [{ geo: { zip: 94110 } }, 'geo.zip is a number, expected text of 1 to 100 characters'],
    [{ updated: 'yesterday' }, `updated is text of 9 characters, expected ${day}`],
  ])('%j is a problem: %s', (line, message) => {
    const complete = typeof line === 'string' || 'id' in line || Object.keys(line).length === 0;
    expect(problemOf(complete ? line : { id: { cookie: 'c' }, ...line })).toBe(message);
  });

  it('never shows an id in a problem', () => {
    const ids = [
      '{"id": {"cookie": "canary"}, "stage": 1}',
      '{"id": {"cookie": "canary"}, "stage": 1',
      '{"id": "canary"}',
      '{"id": {"canary": 1}}',
      '{"canary": 1}',
      '{"id": {"ip": "canary"}}',
      '{"id": {"user": "canary"}}',
      '{"id": {"cookie": "c"}, "stage": "canary"}',
      '{"id": {"cookie": "c"}, "people": {"gender": "canary"}}',
      '{"id": {"cookie": "c"}, "people": {"age": 4915155501234}}',
      '{"id": {"cookie": "c"}, "interests": {"home": 48.8173645}}',
      '{"id": {"cookie": "c"}, "segments": {"runner": "canary"}}',
      '{"id": {"cookie": "c"}, "updated": "198.51.100.213"}',
      'canary',
    ];
    const canary = /canary|49151|48\.8|198\.51/;
    expect(ids.map(problemOf).filter((message) => canary.test(message))).toEqual([]);
  });

  it('may hold names of objects’ inherited members, which stay plain names', () => {
    const line =
      '{"id":{"cookie":"__proto__"},"segments":{"__proto__":null,"constructor":"never","toString":null}}';
    const { key, profile } = taken(line);
    expect(key).toEqual({ kind: 'cookie', id: '__proto__' });
    expect([...profile.segments.keys()]).toEqual(['__proto__', 'constructor', 'tostring']);
    expect(problemOf('{"id":{"cookie":"c"},"__proto__":{"stage":"new"}}')).toContain('another field');
    expect(problemOf('{"id":{"cookie":"c"},"people":{"__proto__":{"age":7}}}')).toContain('another field');
    expect(({} as Record<string, unknown>)['stage']).toBeUndefined();
  });

  it('is taken or a problem, never an exception, however it is mangled', () => {
    const complete = JSON.stringify(COMPLETE);
    const anyMangled = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      // A piece of a good line exchanged for something else.
      fc
        .tuple(fc.nat({ max: complete.length }), fc.nat({ max: 12 }), fc.oneof(fc.string(), fc.json()))
        .map(([at, length, inserted]) => complete.slice(0, at) + inserted + complete.slice(at + length)),
      // A value of a good line exchanged for another.
      fc
        .tuple(fc.constantFrom(...Object.keys(COMPLETE)), fc.jsonValue({ maxDepth: 3 }))
        .map(([name, value]) => JSON.stringify({ ...COMPLETE, [name]: value })),
    );
    const inherited = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    fc.assert(
      fc.property(anyMangled, (line) => {
        expect(['profile', 'problem']).toContain(parse(line).kind);
        expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(inherited);
      }),
      { numRuns: 2_000 },
    );
  });
});
