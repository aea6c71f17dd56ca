import type { Impression } from '../domain/bid-request.js';
import type { LineItem } from '../domain/campaign.js';
import type { DimensionName } from '../domain/dimensions.js';
import type { Visit } from '../domain/visit.js';
import { IMPRESSION_DIMENSIONS, VISIT_DIMENSIONS } from './dimensions/all.js';

const impressionDimensions = new Map(IMPRESSION_DIMENSIONS.map((dimension) => [dimension.name, dimension]));
const visitDimensions = new Map(VISIT_DIMENSIONS.map((dimension) => [dimension.name, dimension]));

/** What a line item chooses in a dimension, in words: `one of runner, outdoor; not bought-shoes-30d`. */
export function describeWish(name: DimensionName, lineItem: LineItem): string {
  const dimension = impressionDimensions.get(name) ?? visitDimensions.get(name);
  return dimension?.describeWish(lineItem) ?? 'anything';
}

/** What a request tells of a dimension that a line item chooses in, in words: `the visitor is in: traveller`. */
export function describeFound(
  name: DimensionName,
  visit: Visit,
  impression: Impression,
  lineItem: LineItem,
): string {
  const ofImpression = impressionDimensions.get(name);
  if (ofImpression) return ofImpression.describeFound(impression, lineItem);
  return visitDimensions.get(name)?.describeFound(visit, lineItem) ?? 'not told';
}
