import type { Profile } from '../../src/domain/profile.js';
import { pick, type Random } from '../../src/lib/prng.js';
import { parseProfileLine } from '../../src/profile/profile-line.js';

const NOW_MS = Date.UTC(2026, 10, 20);
const SEGMENT_NAMES = 2_000;

export interface ProfileSize {
  readonly name: string;
  readonly segments: number;
  /** Is more known than segments? */
  readonly isFull: boolean;
}

export const SMALL: ProfileSize = { name: 'small', segments: 2, isFull: false };
export const TYPICAL: ProfileSize = { name: 'typical', segments: 6, isFull: true };
const LARGE: ProfileSize = { name: 'large', segments: 200, isFull: true };
export const PROFILE_SIZES = [SMALL, TYPICAL, LARGE];

/** Segments from 2,000 names; a full profile also has all of people, value and geo, and three interests. */
export function makeProfile(random: Random, { segments, isFull }: ProfileSize): Profile {
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
