import type { BidRequest } from '../../domain/bid-request.js';
import type { Place } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import { defineDimension, type Dimension } from '../dimension.js';
import { AreaTerms, areaWords } from './areas.js';
import { CircleTerms, circleWords } from './circles.js';
import { NetworkTerms, networkWords } from './networks.js';

/** The three kinds of place, and the kinds of fact that they ask about. */
const AREA = 1;
const CIRCLE = 2;
const NETWORK = 4;
const KIND_BITS = { area: AREA, circle: CIRCLE, network: NETWORK } as const;

/**
 * Where the visitor is: an area by its names, a circle around a point, or a network that the address is in.
 *
 * Almost every request tells an address, many tell no country. So the three kinds are told apart: a line item that
 * asks about areas alone meets the unknown when no country, region, city or zip is told, whatever the address; one
 * that asks about several kinds is told when any of them is. An area is judged by what it names: a request that tells
 * the country but not the wished city is in another city as far as anybody knows.
 */
export const geo: Dimension<Visit> = defineDimension<Place, Visit>({
  name: 'geo',
  choiceOf: (lineItem) => lineItem.targeting.geo,
  kindCount: 3,
  kindOf: (place) => KIND_BITS[place.kind],
  newVocabulary() {
    const areas = new AreaTerms();
    const circles = new CircleTerms();
    const networks = new NetworkTerms();
    return {
      learn(place) {
        if (place.kind === 'area') areas.learn(place);
        else if (place.kind === 'circle') circles.learn(place);
        else networks.learn(place);
      },
      finish() {
        circles.firstTerm = areas.count;
        networks.firstTerm = areas.count + circles.count;
        return {
          count: areas.count + circles.count + networks.count,
          termsOf(place, sink) {
            if (place.kind === 'area') areas.termsOf(place, sink);
            else if (place.kind === 'circle') circles.termsOf(place, sink);
            else networks.termsOf(place, sink);
          },
          resolve: (visit, found) =>
            (areas.resolve(visit.geo, found) ? AREA : 0) |
            (circles.resolve(visit.geo, found) ? CIRCLE : 0) |
            (networks.resolve(visit, found) ? NETWORK : 0),
        };
      },
    };
  },
  conditionWords(place) {
    if (place.kind === 'area') return areaWords(place);
    return place.kind === 'circle' ? circleWords(place) : networkWords(place);
  },
  factWords({ geo, request, personal }, { targeting }) {
    const { anyOf = [], noneOf = [] } = targeting.geo ?? {};
    const asked = new Set([...anyOf, ...noneOf].map((place) => place.kind));
    const facts: string[] = [];
    if (asked.has('area')) facts.push(areaWords(geo));
    if (asked.has('circle') && geo.latitude !== undefined) facts.push(`${geo.latitude}, ${geo.longitude}`);
    if (asked.has('network')) facts.push(addressWords(request, personal));
    return facts.filter((fact) => fact !== '').join('; ') || undefined;
  },
});

function addressWords({ device, inventory }: BidRequest, personal: boolean): string {
  const address = device.ip ?? device.ipv6;
  if (address === undefined) return '';
  if (inventory.kind === 'dooh') return 'the address of a public screen, which is not used';
  return personal ? address : 'an address of which only the /24 or /48 may be used';
}
