import { unreachable } from '../lib/assert.js';

/**
 * What is known about a visitor. Everything is optional; `undefined` means unknown. Texts are lower case so that they
 * compare equal to the words of a campaign file.
 */
export interface Profile {
  /** Segment id to the time it ends, milliseconds since the epoch; `Infinity` when it does not end. */
  readonly segments: ReadonlyMap<string, number>;
  readonly people: People;
  /** Interest name to its weight, 0 to 1. */
  readonly interests: ReadonlyMap<string, number>;
  readonly value: CustomerValue;
  readonly stage: Stage | undefined;
  readonly geo: ProfileGeo;
  readonly updatedMs: number | undefined;
}

export interface People {
  /** Whole years, 0 to 120. */
  readonly age: number | undefined;
  readonly gender: string | undefined;
  readonly education: string | undefined;
  readonly occupation: string | undefined;
  readonly marital: string | undefined;
  readonly income: string | undefined;
}

/** RFM figures as the advertiser's own systems write them. */
export interface CustomerValue {
  /** Days since the last purchase, counted at `updatedMs`. */
  readonly recency: number | undefined;
  /** Purchases in all. */
  readonly frequency: number | undefined;
  /** Money spent in all, in the advertiser's currency. */
  readonly monetary: number | undefined;
  /** Expected value over the whole relationship, in the advertiser's currency. */
  readonly lifetime: number | undefined;
}

export const STAGES = ['new', 'active', 'lapsing', 'lost'] as const;
export type Stage = (typeof STAGES)[number];

export interface ProfileGeo {
  readonly country: string | undefined;
  readonly region: string | undefined;
  readonly city: string | undefined;
  readonly zip: string | undefined;
}

export const PROFILE_KEY_KINDS = [
  'cookie',
  'user',
  'ifa',
  'eid',
  'ip',
] as const satisfies readonly ProfileKey['kind'][];

/** Under which name a profile is stored. `ip` is a canonical prefix key (see lib/ip.ts). */
export type ProfileKey =
  | { readonly kind: 'cookie'; readonly id: string }
  | { readonly kind: 'user'; readonly exchange: string; readonly id: string }
  | { readonly kind: 'ifa'; readonly id: string }
  | { readonly kind: 'eid'; readonly source: string; readonly id: string }
  | { readonly kind: 'ip'; readonly prefix: string };

/** Is it a key under which impressions are counted: a person's, or the address of a household? */
export function hasFrequencyLog(key: ProfileKey): boolean {
  if (key.kind !== 'ip') return true;
  return key.prefix.endsWith(key.prefix.startsWith('4:') ? '/32' : '/64');
}

/** One text a key and one key a text: a text that others chose is always last, or preceded by its length. */
export function profileKeyText(key: ProfileKey): string {
  switch (key.kind) {
    case 'cookie':
      return `c:${key.id}`;
    case 'user':
      return `u:${key.exchange.length}:${key.exchange}:${key.id}`;
    case 'ifa':
      return `i:${key.id}`;
    case 'eid':
      return `e:${key.source.length}:${key.source}:${key.id}`;
    case 'ip':
      return `a:${key.prefix}`;
    default:
      return unreachable(key);
  }
}
