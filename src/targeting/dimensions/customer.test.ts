import { describe, expect, it } from 'vitest';
import { NOW_MS, profileWith } from '../../../test/support/targeting-samples.js';
import { never, only, wants } from '../../../test/support/wants.js';
import type { CustomerValue, Profile } from '../../domain/profile.js';

const DAY_MS = 86_400_000;

function worth(parts: Partial<CustomerValue>, updatedMs?: number): Profile {
  const nobody = profileWith({ updatedMs });
  return { ...nobody, value: { ...nobody.value, ...parts } };
}

describe('segments', () => {
  const runner = { segments: only('runner') };

  it('end at their end', () => {
    const untilMs = (endMs: number): { profile: Profile } => ({
      profile: profileWith({ segments: new Map([['runner', endMs]]) }),
    });
    expect(wants(runner, untilMs(NOW_MS + 1))).toBe(true);
    expect(wants(runner, untilMs(Infinity))).toBe(true);
    expect(wants(runner, untilMs(NOW_MS))).toBe(false);
    expect(wants({ segments: never('runner') }, untilMs(NOW_MS))).toBe(true);
  });

  it('of a stranger are not told, of a visitor in none are', () => {
    const unknown = { lineItem: 'accept', byDimension: new Map() } as const;
    expect(wants({ ...runner, unknown })).toBe(true);
    expect(wants({ ...runner, unknown }, { profile: profileWith() })).toBe(false);
  });

  it('let a ban win over a wish', () => {
    const segments = { anyOf: ['runner'], noneOf: ['bought'] };
    const both = new Map([
      ['runner', Infinity],
      ['bought', Infinity],
    ]);
    expect(wants({ segments }, { profile: profileWith({ segments: both }) })).toBe(false);
  });
});

describe('interests', () => {
  it('count from the weight that is wished', () => {
    const profile = profileWith({ interests: new Map([['sport', 0.5]]) });
    expect(wants({ interests: only({ name: 'sport', weightMin: 0.5 }) }, { profile })).toBe(true);
    expect(wants({ interests: only({ name: 'sport', weightMin: 0.51 }) }, { profile })).toBe(false);
    expect(wants({ interests: only({ name: 'music', weightMin: 0.1 }) }, { profile })).toBe(false);
    expect(wants({ interests: never({ name: 'sport', weightMin: 0.4 }) }, { profile })).toBe(false);
  });
});

describe('customer value', () => {
  it('lets recency grow by whole days since the profile was written', () => {
    const recency = only({ min: -Infinity, max: 30 });
    expect(wants({ recency }, { profile: worth({ recency: 28 }) })).toBe(true);
    expect(wants({ recency }, { profile: worth({ recency: 28 }, NOW_MS - 3 * DAY_MS + 1) })).toBe(true);
    expect(wants({ recency }, { profile: worth({ recency: 28 }, NOW_MS - 3 * DAY_MS) })).toBe(false);
    expect(wants({ recency }, { profile: worth({ recency: 31 }, NOW_MS + 9 * DAY_MS) })).toBe(false);
  });

  it.each(['frequency', 'monetary', 'lifetime'] as const)('takes the ends of a %s range in', (name) => {
    const choice = { [name]: only({ min: 2, max: 5.5 }) };
    const wanted = [1.99, 2, 5.5, 5.51].map((value) => wants(choice, { profile: worth({ [name]: value }) }));
    expect(wanted).toEqual([false, true, true, false]);
    expect(wants(choice, { profile: worth({}) })).toBe(false);
  });

  it('compares the stage', () => {
    const profile = profileWith({ stage: 'lapsing' });
    expect(wants({ stage: only('lapsing', 'lost') }, { profile })).toBe(true);
    expect(wants({ stage: only('new') }, { profile })).toBe(false);
  });
});
