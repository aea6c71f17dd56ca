import type { Choice, Place } from '../../domain/campaign.js';
import { isRegionCode, regionMeant } from '../../lib/regions.js';
import { DIMENSION_PATHS, type Report } from './lint-finding.js';

/** Finds areas that no request is in, or that lie in more countries than was thought. */
export function lintPlaces(geo: Choice<Place> | undefined, report: Report): void {
  for (const list of ['anyOf', 'noneOf'] as const) {
    for (const [i, place] of (geo?.[list] ?? []).entries()) {
      if (place.kind !== 'area' || place.region === undefined) continue;
      const { country, region } = place;
      const path = [...DIMENSION_PATHS.geo, list, i];
      if (!isRegionCode(region, country)) {
        const code = regionMeant(region, country);
        const advice =
          code === undefined
            ? 'use its code of ISO 3166-2, such as "CA" for California'
            : `did you mean ${JSON.stringify(code)}?`;
        const says = `is ${JSON.stringify(region)}, but requests tell regions by their codes; ${advice}`;
        report('warning', [...path, 'region'], says);
      }
      if (country === undefined) {
        const says = `names the region ${JSON.stringify(region.toUpperCase())} without a country, and several countries have a region of the same code; add "country"`;
        report('warning', path, says);
      }
    }
  }
}
