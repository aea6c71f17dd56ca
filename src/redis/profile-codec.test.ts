import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STAGES, type Profile } from '../domain/profile.js';
import { decodeProfile, encodeProfile } from './profile-codec.js';

const UNKNOWN = undefined;
const STRANGER: Profile = {
  segments: new Map(),
  people: {
    age: UNKNOWN,
    gender: UNKNOWN,
    education: UNKNOWN,
    occupation: UNKNOWN,
    marital: UNKNOWN,
    income: UNKNOWN,
  },
  interests: new Map(),
  value: { recency: UNKNOWN, frequency: UNKNOWN, monetary: UNKNOWN, lifetime: UNKNOWN },
  stage: UNKNOWN,
  geo: { country: UNKNOWN, region: UNKNOWN, city: UNKNOWN, zip: UNKNOWN },
  updatedMs: UNKNOWN,
};
const RUNNER: Profile = {
  segments: new Map([
    ['runner', Date.UTC(2027, 0, 1)],
    ['outdoor', Infinity],
    ['läufer', Date.UTC(2026, 11, 1, 18, 30)],
    ['sale', Date.UTC(2026, 11, 1, 18, 30, 15, 7)],
  ]),
  people: { ...STRANGER.people, age: 34, gender: 'female', occupation: 'teacher' },
  interests: new Map([
    ['running', 0.85],
    ['travel', 1 / 3],
  ]),
  value: { recency: 4.5, frequency: 3, monetary: -2.5, lifetime: 900 },
  stage: 'lapsing',
  geo: { country: 'CHN', region: '31', city: '上海', zip: UNKNOWN },
  updatedMs: Date.UTC(2026, 10, 15),
};
const SECTION_OF_THE_FUTURE = Buffer.from([99, 3, 1, 2, 3]);

const anyName = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'size'),
);
const anyEndMs = fc.oneof(
  fc.constant(Infinity),
  fc.integer({ min: 0, max: 40_000 }).map((days) => days * 86_400_000),
  fc.integer({ min: 0, max: 40_000_000 }).map((minutes) => minutes * 60_000),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
);
const anyWeight = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
);
const anyFigure = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer().map((n) => n / 100),
);
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record<T>(model, { noNullPrototype: true });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const anyMap = <T>(value: fc.Arbitrary<T>) =>
  fc.array(fc.tuple(anyName, value), { maxLength: 300 }).map((entries) => new Map(entries));
const anyProfile: fc.Arbitrary<Profile> = record({
  segments: anyMap(anyEndMs),
  people: record({
    age: maybe(fc.integer({ min: 0, max: 120 })),
    gender: maybe(anyName),
    education: maybe(anyName),
    occupation: maybe(anyName),
    marital: maybe(anyName),
    income: maybe(anyName),
  }),
  interests: anyMap(anyWeight),
  value: record({
    recency: maybe(anyFigure),
    frequency: maybe(anyFigure),
    monetary: maybe(anyFigure),
    lifetime: maybe(anyFigure),
  }),
  stage: maybe(fc.constantFrom(...STAGES)),
  geo: record({
    country: maybe(anyName),
    region: maybe(anyName),
    city: maybe(anyName),
    zip: maybe(anyName),
  }),
  updatedMs: maybe(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))),
});
/** What any reader may rely on, written from the comments of the domain. */
function expectValid(profile: Profile): void {
  for (const endMs of profile.segments.values()) expect(endMs).not.toBeNaN();
  for (const weight of profile.interests.values()) expect(weight >= 0 && weight <= 1).toBe(true);
  const { age } = profile.people;
  expect(age === undefined || (age >= 0 && age <= 120)).toBe(true);
  for (const figure of Object.values(profile.value) as (number | undefined)[])
    expect(figure === undefined || Number.isFinite(figure)).toBe(true);
  expect([...STAGES, undefined]).toContain(profile.stage);
}

describe('an encoded profile', () => {
  it('is what it was when it is decoded, in its order', () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        const decoded = decodeProfile(encodeProfile(profile));
        expect(decoded).toStrictEqual(profile);
        expect([...(decoded?.segments.keys() ?? [])]).toEqual([...profile.segments.keys()]);
      }),
    );
  });

  it('is one byte when nothing is known, and few when little is', () => {
    expect(encodeProfile(STRANGER)).toHaveLength(1);
    expect(decodeProfile(encodeProfile(STRANGER))).toStrictEqual(STRANGER);
    const runner = { ...STRANGER, segments: new Map([['runner', Date.UTC(2027, 0, 1)]]) };
    expect(encodeProfile(runner)).toHaveLength(1 + 2 + 7 + 3);
  });

  it('keeps the bytes that are stored by now', () => {
    expect(encodeProfile(RUNNER).toString('hex')).toMatchInlineSnapshot(
      `"11012b0672756e6e6572cd8a05076f7574646f6f7200076cc3a475666572dac68c390473616c65ffb6f2db8cd101021a0772756e6e696e67d6020674726176656c04555555555555d53f0301020403918905050289010a0666656d616c650c077465616368657206028a0e07010d08090400000000000004c00902911c0f0343484e100233311106e4b88ae6b5b7"`,
    );
  });

  it('is not touched by the next one', () => {
    const first = encodeProfile(RUNNER);
    const copy = Buffer.from(first);
    encodeProfile({ ...RUNNER, segments: new Map([['other', 5]]) });
    expect(first).toEqual(copy);
  });

  it('may be a part of a larger array', () => {
    const bytes = encodeProfile(RUNNER);
    const larger = new Uint8Array(bytes.length + 20);
    larger.set(bytes, 7);
    expect(decodeProfile(larger.subarray(7, 7 + bytes.length))).toStrictEqual(RUNNER);
  });

  it('may have a megabyte', () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `segment ${i} ${'x'.repeat(90)}`);
    const large = { ...RUNNER, segments: new Map(names.map((name, i) => [name, i * 60_000])) };
    const bytes = encodeProfile(large);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    expect(decodeProfile(bytes)).toStrictEqual(large);
  });

  it('writes half of a surrogate pair as the replacement character', () => {
    const decoded = decodeProfile(encodeProfile({ ...STRANGER, segments: new Map([['\ud83d', 1]]) }));
    expect([...(decoded?.segments.keys() ?? [])]).toEqual(['\ufffd']);
  });

  it('leaves the names of objects’ inherited members inert', () => {
    const names = ['__proto__', 'constructor', 'hasOwnProperty'];
    const profile = { ...STRANGER, segments: new Map(names.map((name, i) => [name, i])) };
    expect([...(decodeProfile(encodeProfile(profile))?.segments ?? [])]).toEqual([...profile.segments]);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });
});

describe('versions', () => {
  it('let a reader skip a section that it does not know, wherever it stands', () => {
    const bytes = encodeProfile(RUNNER);
    const [version, rest] = [bytes.subarray(0, 1), bytes.subarray(1)];
    expect(decodeProfile(Buffer.concat([version, SECTION_OF_THE_FUTURE, rest]))).toStrictEqual(RUNNER);
    expect(decodeProfile(Buffer.concat([bytes, SECTION_OF_THE_FUTURE]))).toStrictEqual(RUNNER);
  });

  it('let a stage of the future be unknown', () => {
    expect(decodeProfile(Buffer.from([0x11, 3, 1, 77]))).toStrictEqual(STRANGER);
  });

  it('refuse another major version', () => {
    const bytes = encodeProfile(RUNNER);
    for (let version = 0; version < 256; version++) {
      bytes[0] = version;
      if (version !== 0x11) expect(decodeProfile(bytes)).toBeUndefined();
    }
  });
});

describe('a corrupt value', () => {
  it.each([
    ['nothing', ''],
    ['a section longer than the value', '110105'],
    ['a name longer than its section', '1101020561'],
    ['a length of 2^53', '1101ffffffffffffff1f'],
    ['a varint without end', '11ffffffffffffffffffffff'],
    ['a section with something behind its content', '1104020500'],
    ['a section without its content', '110400'],
    ['an unknown unit', '11040108'],
    ['a time of which bytes are missing', '1104030401'],
    ['an age that nobody has', '110502e507'],
    ['an interest above one', '11020461016109'],
    ['a figure that is no number', '11060904000000000000f87f'],
    ['a figure without end', '11060100'],
    ['JSON', Buffer.from('{"segments":{}}').toString('hex')],
  ])('is no profile: %s', (_what, hex) => {
    expect(decodeProfile(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('is refused by its size before it is read', () => {
    expect(decodeProfile(Buffer.alloc(3 * 1024 * 1024, 0x11))).toBeUndefined();
  });

  it('cut anywhere is nothing, or what came before the cut', () => {
    const bytes = encodeProfile(RUNNER);
    for (let length = 0; length < bytes.length; length++) {
      const decoded = decodeProfile(bytes.subarray(0, length));
      if (decoded !== undefined) expectValid(decoded);
    }
  });

  it('with flipped bits is nothing or a valid profile, whatever flips', () => {
    const anyFlips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(anyProfile, anyFlips, (profile, flips) => {
        const bytes = encodeProfile(profile);
        for (const [at, mask] of flips) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ mask;
        const decoded = decodeProfile(bytes);
        if (decoded !== undefined) expectValid(decoded);
      }),
      { numRuns: 500 },
    );
  });

  it('of random bytes is never more than its bytes can hold', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        const decoded = decodeProfile(Buffer.concat([Buffer.from([0x11]), noise]));
        if (decoded === undefined) return;
        expectValid(decoded);
        expect(decoded.segments.size + decoded.interests.size).toBeLessThanOrEqual(noise.length / 2);
      }),
      { numRuns: 2_000 },
    );
  });
});
