import type { Profile, ProfileKey } from '../domain/profile.js';
import { unreachable } from '../lib/assert.js';
import { prefixText } from './prefix-text.js';

const DAY_MS = 86_400_000;
/** Days and instants are written with four digits for the year; an end beyond them is as good as never. */
const YEAR_10000_MS = Date.UTC(10_000, 0, 1);

/** The fields of a profile line, as `parseProfileLine` takes them; what is not known is left out. */
export interface LineFields {
  readonly id: object;
  readonly segments?: Readonly<Record<string, string | null>>;
  readonly people?: object;
  readonly interests?: Readonly<Record<string, number>>;
  readonly value?: object;
  readonly stage?: string;
  readonly geo?: object;
  readonly updated?: string;
}

/** Turns a profile back into the line that it could have been loaded from. */
export function profileLineFields(key: ProfileKey, profile: Profile): LineFields {
  const { segments, people, interests, value, stage, geo, updatedMs } = profile;
  const ends = Array.from(segments, ([name, endMs]) => [name, endText(endMs)] as const);
  const isKnown = (facts: object) => Object.values(facts).some((fact) => fact !== undefined);
  return {
    id: idFields(key),
    ...(ends.length > 0 ? { segments: Object.fromEntries(ends) } : {}),
    ...(isKnown(people) ? { people } : {}),
    ...(interests.size > 0 ? { interests: Object.fromEntries(interests) } : {}),
    ...(isKnown(value) ? { value } : {}),
    ...(stage === undefined ? {} : { stage }),
    ...(isKnown(geo) ? { geo } : {}),
    ...(updatedMs === undefined ? {} : { updated: instantText(updatedMs) }),
  };
}

/** The `id` of a profile line. */
export function idFields(key: ProfileKey): object {
  switch (key.kind) {
    case 'cookie':
      return { cookie: key.id };
    case 'user':
      return { exchange: key.exchange, user: key.id };
    case 'ifa':
      return { ifa: key.id };
    case 'eid':
      return { eid: { source: key.source, id: key.id } };
    case 'ip':
      return { ip: prefixText(key.prefix) };
    default:
      return unreachable(key);
  }
}

/** The last day of a segment that ends with a day, else the instant; null when it does not end. */
export function endText(endMs: number): string | null {
  if (endMs > YEAR_10000_MS) return null;
  return endMs % DAY_MS === 0 ? dayText(endMs - DAY_MS) : new Date(endMs).toISOString();
}

/** The day that begins with an instant, else the instant. */
export function instantText(instantMs: number): string {
  return instantMs % DAY_MS === 0 ? dayText(instantMs) : new Date(instantMs).toISOString();
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
