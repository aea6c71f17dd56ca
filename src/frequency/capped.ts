import type { LineItem } from '../domain/campaign.js';
import type { FrequencyRule } from '../domain/rejection.js';
import type { Cap, LineItemCaps } from './caps.js';
import type { SeenImpressions } from './seen.js';

/** @returns the first cap that is reached */
export function cappedBy(caps: readonly Cap[], seen: SeenImpressions): Cap | undefined {
  return caps.find((cap) => seen.count(cap) >= cap.impressions);
}

/** @returns the first cap of which it is not known how much of it is used */
export function uncountedCap(caps: readonly Cap[], seen: SeenImpressions): Cap | undefined {
  return caps.find((cap) => !seen.isKnown(cap));
}

/** @returns the rule by which a line item may not bid, if there is one: what is known to be reached comes first */
export function frequencyRefusal(
  { caps }: LineItemCaps,
  unknownPerson: LineItem['unknownPerson'],
  seen: SeenImpressions,
): FrequencyRule | undefined {
  if (caps.length === 0) return undefined;
  if (cappedBy(caps, seen) !== undefined) return 'frequency-cap';
  const isUnknown = unknownPerson === 'reject' && uncountedCap(caps, seen) !== undefined;
  return isUnknown ? 'frequency-unknown' : undefined;
}
