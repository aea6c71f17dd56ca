import type { FrequencyCounters, Profile } from '../domain/profile.js';

export function encodeProfile(profile: Profile): Buffer {
  const { segments, interests } = profile;
  const pairs = [...segments].map(([id, end]) => [id, Number.isFinite(end) ? end : null]);
  return Buffer.from(JSON.stringify({ ...profile, segments: pairs, interests: [...interests] }));
}

export function decodeProfile(bytes: Uint8Array): Profile | undefined {
  try {
    const { updatedMs, stage, ...rest } = JSON.parse(Buffer.from(bytes).toString());
    const segments = new Map(
      rest.segments.map(([id, end]: [string, number | null]) => [id, end ?? Infinity]),
    );
    const people = { ...NO_PEOPLE, ...rest.people };
    const value = { ...NO_VALUE, ...rest.value };
    const geo = { ...NO_GEO, ...rest.geo };
    return { segments, people, interests: new Map(rest.interests), value, stage, geo, updatedMs } as Profile;
  } catch {
    return undefined;
  }
}

export function encodeFrequency(counters: FrequencyCounters): Buffer {
  return Buffer.from(JSON.stringify([...counters]));
}

export function decodeFrequency(bytes: Uint8Array): FrequencyCounters | undefined {
  try {
    return new Map(JSON.parse(Buffer.from(bytes).toString()));
  } catch {
    return undefined;
  }
}

const NO_PEOPLE = {
  age: undefined,
  gender: undefined,
  education: undefined,
  occupation: undefined,
  marital: undefined,
  income: undefined,
};
const NO_VALUE = { recency: undefined, frequency: undefined, monetary: undefined, lifetime: undefined };
const NO_GEO = { country: undefined, region: undefined, city: undefined, zip: undefined };
