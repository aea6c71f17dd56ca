import { describe, expect, it } from 'vitest';
import { profileWith } from '../../../test/support/targeting-samples.js';
import { never, only, wants } from '../../../test/support/wants.js';
import type { People, Profile } from '../../domain/profile.js';

function knownAs(parts: Partial<People>): Profile {
  const nobody = profileWith();
  return { ...nobody, people: { ...nobody.people, ...parts } };
}

describe('age', () => {
  const age = only({ min: 25, max: 44 }, { min: 65, max: Infinity });

  it.each([
    [24, false],
    [25, true],
    [44, true],
    [45, false],
    [64, false],
    [65, true],
    [120, true],
  ])('%i is 25 to 44 or from 65: %s', (years, expected) => {
    expect(wants({ age }, { profile: knownAs({ age: years }) })).toBe(expected);
    expect(wants({ age }, { user: { yearOfBirth: 2026 - years } })).toBe(expected);
  });

  it('prefers the profile to the year of birth, and uses neither where nothing personal may be used', () => {
    expect(wants({ age }, { profile: knownAs({ age: 20 }), user: { yearOfBirth: 1990 } })).toBe(false);
    expect(wants({ age }, { user: { yearOfBirth: 1990 }, personal: false })).toBe(false);
    expect(wants({ age: never({ min: 0, max: 99 }) }, { user: { yearOfBirth: 1990 }, personal: false })).toBe(
      true,
    );
  });

  it.each([1800, 2027])('takes the year %i for not told', (yearOfBirth) => {
    expect(wants({ age: never({ min: -Infinity, max: Infinity }) }, { user: { yearOfBirth } })).toBe(true);
  });

  it('counts by the year of the request', () => {
    const nowMs = Date.UTC(2027, 0, 1);
    expect(wants({ age }, { user: { yearOfBirth: 2002 }, nowMs })).toBe(true);
    expect(wants({ age }, { user: { yearOfBirth: 2002 }, nowMs: nowMs - 1 })).toBe(false);
  });
});

describe('gender', () => {
  it('reads the letters of the request and prefers the profile', () => {
    expect(wants({ gender: only('female') }, { user: { gender: 'F' } })).toBe(true);
    expect(wants({ gender: only('male') }, { user: { gender: 'm' } })).toBe(true);
    expect(wants({ gender: only('other') }, { user: { gender: 'O' } })).toBe(true);
    expect(wants({ gender: never('female', 'male', 'other') }, { user: { gender: '?' } })).toBe(true);
    const profile = knownAs({ gender: 'male' });
    expect(wants({ gender: only('female') }, { user: { gender: 'F' }, profile })).toBe(false);
    expect(wants({ gender: only('female') }, { user: { gender: 'F' }, personal: false })).toBe(false);
  });
});

describe('education, occupation, marital status and income', () => {
  it.each(['education', 'occupation', 'marital', 'income'] as const)('compares %s', (name) => {
    const profile = knownAs({ [name]: 'this' });
    expect(wants({ [name]: only('that', 'this') }, { profile })).toBe(true);
    expect(wants({ [name]: only('that') }, { profile })).toBe(false);
    expect(wants({ [name]: never('this') }, { profile })).toBe(false);
    expect(wants({ [name]: only('this') })).toBe(false);
  });
});
