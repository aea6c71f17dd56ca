import type { InterestChoice, OsChoice, Place, Range } from '../../domain/campaign.js';
import type { IpRange } from '../../lib/ip.js';

/**
 * Does a banned entry take in all of a wanted one? One function a kind of entry; each is sure when it says yes, and a
 * no may only mean that it cannot tell.
 */
export type Covers<Entry> = (banned: Entry, wanted: Entry) => boolean;

export const sameEntry: Covers<unknown> = (banned, wanted) => banned === wanted;

/** A domain takes in its subdomains. */
export const coversDomain: Covers<string> = (banned, wanted) =>
  wanted === banned || wanted.endsWith(`.${banned}`);

/** `IAB17` takes in `IAB17-3`, and `en` takes in `en-us`. */
export const coversBranch: Covers<string> = (banned, wanted) =>
  wanted === banned || wanted.startsWith(`${banned}-`);

const PARTS = new Map<string, readonly string[]>([
  ['mobile', ['phone', 'tablet']],
  ['cellular', ['2g', '3g', '4g', '5g']],
]);

/** A word for several takes in each of them. */
export const coversPart: Covers<string> = (banned, wanted) =>
  wanted === banned || (PARTS.get(banned)?.includes(wanted) ?? false);

export const coversRange: Covers<Range> = (banned, wanted) =>
  banned.min <= wanted.min && wanted.max <= banned.max;

export const coversInterest: Covers<InterestChoice> = (banned, wanted) =>
  banned.name === wanted.name && banned.weightMin <= wanted.weightMin;

export const coversOs: Covers<OsChoice> = (banned, wanted) =>
  banned.name === wanted.name && coversRange(banned.version, wanted.version);

export const coversPlace: Covers<Place> = (banned, wanted) => {
  if (banned.kind === 'area' && wanted.kind === 'area') {
    return (['country', 'region', 'city', 'zip'] as const).every(
      (part) => banned[part] === undefined || banned[part] === wanted[part],
    );
  }
  if (banned.kind === 'circle' && wanted.kind === 'circle') {
    const apartKm = distanceKm(banned, wanted);
    return apartKm + wanted.radiusKm <= banned.radiusKm;
  }
  return banned.kind === 'network' && wanted.kind === 'network' && coversNetwork(banned.range, wanted.range);
};

function coversNetwork(banned: IpRange, wanted: IpRange): boolean {
  if (banned.version !== wanted.version || banned.bits > wanted.bits) return false;
  return banned.groups.every((group, i) => {
    const kept = Math.min(16, Math.max(0, banned.bits - i * 16));
    const mask = (0xffff << (16 - kept)) & 0xffff;
    return group === ((wanted.groups[i] ?? 0) & mask);
  });
}

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

const EARTH_RADIUS_KM = 6_371;

/** Great-circle distance (haversine). */
function distanceKm(a: Point, b: Point): number {
  const radians = Math.PI / 180;
  const chord =
    Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2 +
    Math.cos(a.latitude * radians) *
      Math.cos(b.latitude * radians) *
      Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}
