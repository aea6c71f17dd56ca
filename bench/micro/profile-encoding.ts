import { decode, encode } from '@msgpack/msgpack';
import type { Profile } from '../../src/domain/profile.js';
import { pick, seededRandom } from '../../src/lib/prng.js';
import { parseProfileLine } from '../../src/profile/profile-line.js';
import { decodeProfile, encodeProfile } from '../../src/redis/profile-codec.js';
import type { BenchTask } from '../task.js';

const NOW_MS = Date.UTC(2026, 10, 20);
const SEGMENT_NAMES = 2_000;
const DECODED_PROFILES = 20_000;

interface Encoding {
  readonly name: string;
  readonly encode: (profile: Profile) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => Profile | undefined;
}

/** The one in use, and those that it was chosen over, with keys as short as its tags. */
const ENCODINGS: readonly Encoding[] = [
  { name: 'packed fields', encode: encodeProfile, decode: decodeProfile },
  {
    name: 'JSON',
    encode: (profile) => Buffer.from(JSON.stringify(shortFields(profile))),
    decode: (bytes) => fromShortFields(JSON.parse((bytes as Buffer).toString('utf8')) as ShortFields),
  },
  {
    name: 'MessagePack',
    encode: (profile) => encode(shortFields(profile), { ignoreUndefined: true }),
    decode: (bytes) => fromShortFields(decode(bytes) as ShortFields),
  },
];

const SIZES = [
  { name: 'small', segments: 2, isFull: false },
  { name: 'typical', segments: 6, isFull: true },
  { name: 'large', segments: 200, isFull: true },
];

/** Encode and decode a small, a typical and a large profile; the bytes of each stand in the task's name. */
export function profileEncodingTasks(): BenchTask[] {
  return SIZES.flatMap(({ name: size, segments, isFull }) => {
    const profile = makeProfile(seededRandom(11), segments, isFull);
    return ENCODINGS.flatMap((encoding) => {
      const bytes = encoding.encode(profile);
      const what = `a ${size} profile, ${segments} segments, ${bytes.length} bytes: ${encoding.name}`;
      return [
        { name: `encode ${what}`, run: () => encoding.encode(profile).length },
        { name: `decode ${what}`, run: () => encoding.decode(bytes)?.segments.size ?? 0 },
      ];
    });
  });
}

/** How much of the heap a decoded profile holds, averaged over many different ones; needs `node --expose-gc`. */
export function decodedProfileBytes(): string[] {
  const collectGarbage = globalThis.gc;
  if (collectGarbage === undefined) return [];
  return SIZES.filter(({ name }) => name !== 'large').flatMap(({ name: size, segments, isFull }) => {
    return ENCODINGS.map((encoding) => {
      const random = seededRandom(12);
      const values = Array.from({ length: DECODED_PROFILES }, () =>
        Buffer.from(encoding.encode(makeProfile(random, segments, isFull))),
      );
      collectGarbage();
      const before = process.memoryUsage().heapUsed;
      const decoded = values.map((bytes) => encoding.decode(bytes));
      collectGarbage();
      const heldBytes = Math.round((process.memoryUsage().heapUsed - before) / decoded.length);
      return `A ${size} profile decoded from ${encoding.name} holds ${heldBytes} bytes of the heap.`;
    });
  });
}

function makeProfile(random: () => number, segments: number, isFull: boolean): Profile {
  const names = new Set<string>();
  while (names.size < segments) names.add(`segment-${Math.floor(random() * SEGMENT_NAMES)}`);
  const ends = [...names].map((name) => [name, pick(random, ['2026-12-31', '2027-02-28', 'never'])] as const);
  const facts = {
    people: {
      age: 18 + Math.floor(random() * 60),
      gender: pick(random, ['F', 'M']),
      education: pick(random, ['university', 'school']),
      occupation: pick(random, ['teacher', 'engineer', 'nurse']),
      marital: pick(random, ['married', 'single']),
      income: pick(random, ['low', 'middle', 'high']),
    },
    interests: { running: weight(random), travel: weight(random), music: weight(random) },
    value: {
      recency: Math.floor(random() * 90),
      frequency: Math.floor(random() * 20),
      monetary: Math.floor(random() * 100_000) / 100,
      lifetime: Math.floor(random() * 100_000) / 100,
    },
    stage: pick(random, ['new', 'active', 'lapsing']),
    geo: {
      country: 'CHN',
      region: '31',
      city: pick(random, ['shanghai', 'hangzhou', 'suzhou']),
      zip: '200000',
    },
    updated: '2026-11-15T08:00:00Z',
  };
  const line = { id: { cookie: 'c' }, segments: Object.fromEntries(ends), ...(isFull ? facts : {}) };
  const parsed = parseProfileLine(JSON.stringify(line), NOW_MS);
  if (parsed.kind === 'problem') throw parsed.problem;
  return parsed.profile;
}

function weight(random: () => number): number {
  return Math.floor(random() * 101) / 100;
}

/** A profile as plain data. What is not known is left out; -1 stands for an end that never comes. */
interface ShortFields {
  readonly s?: Readonly<Record<string, number>> | undefined;
  readonly i?: Readonly<Record<string, number>> | undefined;
  readonly p?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly v?: Readonly<Record<string, number | undefined>> | undefined;
  readonly g?: Readonly<Record<string, string | undefined>> | undefined;
  readonly t?: Profile['stage'];
  readonly u?: number | undefined;
}

function shortFields({ segments, interests, people, value, geo, stage, updatedMs }: Profile): ShortFields {
  const ends = new Map<string, number>();
  for (const [name, endMs] of segments) ends.set(name, endMs === Infinity ? -1 : endMs / 60_000);
  const { age: a, gender: g, education: e, occupation: o, marital: m, income: i } = people;
  const { recency, frequency, monetary, lifetime } = value;
  return {
    s: ends.size === 0 ? undefined : Object.fromEntries(ends),
    i: interests.size === 0 ? undefined : Object.fromEntries(interests),
    p: (a ?? g ?? e ?? o ?? m ?? i) === undefined ? undefined : { a, g, e, o, m, i },
    v:
      (recency ?? frequency ?? monetary ?? lifetime) === undefined
        ? undefined
        : { r: recency, f: frequency, m: monetary, l: lifetime },
    g:
      (geo.country ?? geo.region ?? geo.city ?? geo.zip) === undefined
        ? undefined
        : { c: geo.country, r: geo.region, t: geo.city, z: geo.zip },
    t: stage,
    u: updatedMs,
  };
}

function fromShortFields({ s, i, p, v, g, t, u }: ShortFields): Profile {
  const segments = new Map<string, number>();
  for (const name in s) segments.set(name, s[name] === -1 ? Infinity : (s[name] as number) * 60_000);
  const text = (value: unknown) => value as string | undefined;
  return {
    segments,
    interests: new Map(Object.entries(i ?? {})),
    people: {
      age: p?.['a'] as number | undefined,
      gender: text(p?.['g']),
      education: text(p?.['e']),
      occupation: text(p?.['o']),
      marital: text(p?.['m']),
      income: text(p?.['i']),
    },
    value: { recency: v?.['r'], frequency: v?.['f'], monetary: v?.['m'], lifetime: v?.['l'] },
    stage: t,
    geo: { country: g?.['c'], region: g?.['r'], city: g?.['t'], zip: g?.['z'] },
    updatedMs: u,
  };
}
