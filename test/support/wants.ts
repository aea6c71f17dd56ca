import type { Impression } from '../../src/domain/bid-request.js';
import type { Targeting } from '../../src/domain/campaign.js';
import { TargetingIndex } from '../../src/targeting/targeting-index.js';
import { anImpression, aVisit, lineItemWith, type VisitParts } from './targeting-samples.js';

/** Does a line item with this targeting want the impression? */
export function wants(
  targeting: Partial<Targeting>,
  visitParts: VisitParts = {},
  impression: Impression = anImpression(),
): boolean {
  const index = TargetingIndex.build([lineItemWith(targeting)]);
  const scratch = index.newScratch();
  index.beginVisit(aVisit(visitParts), scratch);
  index.beginImpression(impression, scratch);
  return index.next(scratch) === 0;
}

/** A choice of these values. */
export function only<Value>(...anyOf: Value[]): { anyOf: Value[]; noneOf: Value[] } {
  return { anyOf, noneOf: [] };
}

/** A choice of anything but these values. */
export function never<Value>(...noneOf: Value[]): { anyOf: Value[]; noneOf: Value[] } {
  return { anyOf: [], noneOf };
}
