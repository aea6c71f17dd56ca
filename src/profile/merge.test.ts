import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { STAGES, type Profile } from '../domain/profile.js';
import { mergeProfiles } from './merge.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const word = maybe(fc.constantFrom('a', 'b', 'c'));
const names = fc
  .array(fc.tuple(fc.constantFrom('x', 'y', 'z', '__proto__'), fc.nat({ max: 3 })), { maxLength: 4 })
  .map((entries) => new Map(entries));

const anyProfile: fc.Arbitrary<Profile> = fc.record({
  segments: names,
  people: fc.record({
    age: maybe(fc.nat({ max: 120 })),
    gender: word,
    education: word,
    occupation: word,
    marital: word,
    income: word,
  }),
  interests: names,
  value: fc.record({
    recency: maybe(fc.nat({ max: 9 })),
    frequency: maybe(fc.nat({ max: 9 })),
    monetary: maybe(fc.nat({ max: 9 })),
    lifetime: maybe(fc.nat({ max: 9 })),
  }),
  stage: maybe(fc.constantFrom(...STAGES)),
  geo: fc.record({ country: word, region: word, city: word, zip: word }),
  updatedMs: maybe(fc.nat({ max: 9 })),
});
const anyone = maybe(anyProfile);

const empty: Profile = {
  segments: new Map(),
  people: {
    age: undefined,
    gender: undefined,
    education: undefined,
    occupation: undefined,
    marital: undefined,
    income: undefined,
  },
  interests: new Map(),
  value: { recency: undefined, frequency: undefined, monetary: undefined, lifetime: undefined },
  stage: undefined,
  geo: { country: undefined, region: undefined, city: undefined, zip: undefined },
  updatedMs: undefined,
};

function told(facts: object): object {
  return Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined));
}

describe('merging profiles', () => {
  it('gives the only profile itself, and none for none', () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        expect(mergeProfiles(profile, undefined)).toBe(profile);
        expect(mergeProfiles(undefined, profile)).toBe(profile);
      }),
    );
    expect(mergeProfiles(undefined, undefined)).toBeUndefined();
  });

  it('changes nothing when both say the same, and when one says nothing', () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        expect(mergeProfiles(profile, profile)).toEqual(profile);
        expect(mergeProfiles(profile, empty)).toEqual(profile);
        expect(mergeProfiles(empty, profile)).toEqual(profile);
      }),
    );
  });

  it('does not depend on which two of three are merged first', () => {
    fc.assert(
      fc.property(anyone, anyone, anyone, (a, b, c) => {
        expect(mergeProfiles(mergeProfiles(a, b), c)).toEqual(mergeProfiles(a, mergeProfiles(b, c)));
      }),
    );
  });

  it('never overrules a fact about the person, and leaves both originals as they were', () => {
    fc.assert(
      fc.property(anyProfile, anyProfile, (person, address) => {
        const before = structuredClone([person, address]);
        const merged = mergeProfiles(person, address);
        expect([person, address]).toEqual(before);
        expect(merged?.people).toEqual({ ...address.people, ...told(person.people) });
        for (const list of ['segments', 'interests'] as const) {
          for (const [name, number] of person[list]) expect(merged?.[list].get(name)).toBe(number);
          const both = new Set([...person[list].keys(), ...address[list].keys()]);
          expect(new Set(merged?.[list].keys())).toEqual(both);
        }
        expect(merged?.stage).toBe(person.stage ?? address.stage);
      }),
    );
  });

  it('takes value with its date, and place, whole from one of them', () => {
    const person: Profile = { ...empty, value: { ...empty.value, recency: 3 }, updatedMs: 100 };
    const address: Profile = {
      ...empty,
      value: { recency: 90, frequency: 9, monetary: 900, lifetime: 9_000 },
      geo: { country: 'GBR', region: undefined, city: 'london', zip: undefined },
      updatedMs: 200,
    };
    const merged = mergeProfiles(person, address);
    expect(merged?.value).toEqual(person.value);
    expect(merged?.updatedMs).toBe(100);
    expect(merged?.geo).toEqual(address.geo);

    const stranger: Profile = { ...empty, geo: { ...empty.geo, country: 'DEU' }, updatedMs: 300 };
    const other = mergeProfiles(stranger, address);
    expect(other?.value).toEqual(address.value);
    expect(other?.updatedMs).toBe(200);
    expect(other?.geo).toEqual(stranger.geo);
  });
});
