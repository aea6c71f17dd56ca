import { decode, encode } from '@msgpack/msgpack';
import type { Profile } from '../../src/domain/profile.js';
import { seededRandom } from '../../src/lib/prng.js';
import { decodeProfile, encodeProfile } from '../../src/redis/profile-codec.js';
import { usedHeapBytes } from '../garbage.js';
import { amountOf } from '../table.js';
import type { BenchTask } from '../task.js';
import { makeProfile, PROFILE_SIZES, SMALL, TYPICAL } from './sample-profiles.js';

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

/** Encode and decode a small, a typical and a large profile; the bytes of each stand in the task's name. */
export function profileEncodingTasks(): BenchTask[] {
  return PROFILE_SIZES.flatMap((size) => {
    const profile = makeProfile(seededRandom(11), size);
    return ENCODINGS.flatMap((encoding) => {
      const bytes = encoding.encode(profile);
      const what = `a ${size.name} profile, ${size.segments} segments, ${bytes.length} bytes: ${encoding.name}`;
      return [
        { name: `encode ${what}`, run: () => encoding.encode(profile).length },
        { name: `decode ${what}`, run: () => encoding.decode(bytes)?.segments.size ?? 0 },
      ];
    });
  });
}

export function profileEncodingNotes(timeMs: number): string[] {
  const choice =
    'Chosen: packed fields. Redis keeps the fewest bytes, a cache miss is decoded soonest, and what one profile has in ' +
    'common with others, names above all, is shared in memory. The price is a codec of our own, which is why it is ' +
    'versioned, skips what it does not know, and is tested against damaged bytes.';
  return [choice, ...decodedProfileBytes(amountOf(DECODED_PROFILES, timeMs))];
}

/** How much of the heap a decoded profile holds, averaged over many different ones. */
function decodedProfileBytes(count: number): string[] {
  return [SMALL, TYPICAL].flatMap((size) =>
    ENCODINGS.map((encoding) => {
      const random = seededRandom(12);
      const values = Array.from({ length: count }, () =>
        Buffer.from(encoding.encode(makeProfile(random, size))),
      );
      const before = usedHeapBytes();
      const decoded = values.map((bytes) => encoding.decode(bytes));
      const heldBytes = Math.round((usedHeapBytes() - before) / decoded.length);
      return `A ${size.name} profile decoded from ${encoding.name} holds ${heldBytes} bytes of the heap.`;
    }),
  );
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
