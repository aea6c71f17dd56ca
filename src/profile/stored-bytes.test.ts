import { describe, expect, it } from 'vitest';
import { frequencyRecord } from '../../test/support/frequency.js';
import { makeProfile, SMALL, TYPICAL } from '../../bench/micro/sample-profiles.js';
import type { Profile } from '../domain/profile.js';
import { seededRandom } from '../lib/prng.js';
import { storedBytes } from './stored-bytes.js';

const small = makeProfile(seededRandom(1), SMALL);
const typical = makeProfile(seededRandom(1), TYPICAL);

function bytesOf(profile: Profile | undefined, linked?: Profile): number {
  const alone = { profile, frequency: undefined, linked: undefined };
  return storedBytes('c:81f3', { ...alone, linked: linked && { ...alone, profile: linked } }, ['name']);
}

describe('the estimated bytes of a cached profile', () => {
  it('grow with what is known', () => {
    expect(storedBytes('c:81f3', undefined, ['name'])).toBeLessThan(bytesOf(undefined));
    expect(bytesOf(undefined)).toBeLessThan(bytesOf(small));
    expect(bytesOf(small)).toBeLessThan(bytesOf(typical));
    expect(bytesOf(small, typical)).toBeGreaterThan(bytesOf(typical));
  });

  it('are those of the text where no other profile has it', () => {
    const withSegment = (name: string) => bytesOf({ ...small, segments: new Map([[name, Infinity]]) });
    expect(withSegment('x'.repeat(200)) - withSegment('x')).toBeGreaterThan(199);
    expect(withSegment('跑步者'.repeat(20)) - withSegment('x')).toBeGreaterThan(119);
  });

  it('count each change name and each frequency record', () => {
    const counted = (count: number) => {
      const frequency = Array.from({ length: count }, (_, i) => frequencyRecord('shown', i));
      return storedBytes('c:1', { profile: undefined, frequency, linked: undefined }, []);
    };
    expect(counted(100) - counted(0)).toBeGreaterThan(100 * 120);
    expect(storedBytes('c:1', undefined, ['a', 'b'])).toBeGreaterThan(storedBytes('c:1', undefined, ['a']));
  });
});
