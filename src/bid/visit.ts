import type { BidRequest, Geo } from '../domain/bid-request.js';
import type { GeoLocator } from '../domain/ports.js';
import type { Profile } from '../domain/profile.js';
import type { Visit } from '../domain/visit.js';

/** Puts together what targeting decides on. `personal` false leaves the profile and the precise place out. */
export function makeVisit(
  request: BidRequest,
  exchange: string,
  personal: boolean,
  profile: Profile | undefined,
  locator: GeoLocator,
  nowMs: number,
  lists: Visit['lists'],
): Visit {
  const geo = bestGeo(request, profile, locator);
  return {
    request,
    exchange,
    profile: personal ? profile : undefined,
    personal,
    geo: personal ? geo : withoutPrecisePlace(geo),
    nowMs,
    lists,
  };
}

/**
 * The first source that knows where the visitor is: the device, what the exchange says of the user, the profile, the
 * operator's address file. Sources are not mixed, or a city of one would meet the country of another; only the time
 * offset is always the request's own.
 */
function bestGeo(request: BidRequest, profile: Profile | undefined, locator: GeoLocator): Geo {
  const told = request.device.geo;
  if (knowsPlace(told)) return told;
  if (knowsPlace(request.user.geo)) return withOffset(request.user.geo, told.utcOffsetMinutes);
  if (profile && (profile.geo.country ?? profile.geo.region ?? profile.geo.city ?? profile.geo.zip)) {
    return {
      ...profile.geo,
      latitude: undefined,
      longitude: undefined,
      utcOffsetMinutes: told.utcOffsetMinutes,
    };
  }
  // A screen in a public place has no visitor whose address could be looked up (rule 39).
  const address = request.inventory.kind === 'dooh' ? undefined : (request.device.ip ?? request.device.ipv6);
  const located = address === undefined ? undefined : locator.locate(address);
  return located ? withOffset(located, told.utcOffsetMinutes ?? located.utcOffsetMinutes) : told;
}

function knowsPlace(geo: Geo): boolean {
  return (geo.country ?? geo.region ?? geo.city ?? geo.zip ?? geo.latitude) !== undefined;
}

function withOffset(geo: Geo, utcOffsetMinutes: number | undefined): Geo {
  return geo.utcOffsetMinutes === utcOffsetMinutes || utcOffsetMinutes === undefined
    ? geo
    : { ...geo, utcOffsetMinutes };
}

/** Coordinates and zip point at a household; without consent the place ends at the city. */
function withoutPrecisePlace(geo: Geo): Geo {
  if (geo.latitude === undefined && geo.zip === undefined) return geo;
  return { ...geo, latitude: undefined, longitude: undefined, zip: undefined };
}
