import type { Profile } from '../domain/profile.js';
import type { Visit } from '../domain/visit.js';

/** What was known of a visitor, as plain JSON in the words of profile and campaign files. */
export interface PlainVisitor {
  readonly known: boolean;
  readonly geo: Record<string, string | number>;
  readonly profile: Record<string, unknown> | undefined;
}

export function plainVisitor({ profile, geo }: Visit): PlainVisitor {
  return {
    known: profile !== undefined,
    geo: known(geo) as PlainVisitor['geo'],
    profile: profile && plainProfile(profile),
  };
}

function plainProfile(profile: Profile): Record<string, unknown> {
  return known({
    segments: Object.fromEntries([...profile.segments].map(([id, endMs]) => [id, lastDay(endMs)])),
    people: known(profile.people),
    interests: Object.fromEntries(profile.interests),
    value: known(profile.value),
    stage: profile.stage,
    geo: known(profile.geo),
    updated: profile.updatedMs === undefined ? undefined : new Date(profile.updatedMs).toISOString(),
  });
}

/** A segment that ends at midnight was written with the day before. */
function lastDay(endMs: number): string {
  return endMs === Infinity ? 'without end' : `until ${new Date(endMs - 1).toISOString().slice(0, 10)}`;
}

function known(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
