import type { FrequencyRule } from '../domain/rejection.js';
import type { Cap, LineItemCaps } from './caps.js';
import { cappedBy, uncountedCap } from './capped.js';
import type { SeenImpressions } from './seen.js';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
const LEVELS = { lineItem: 'line item', campaign: 'campaign', advertiser: 'advertiser' };

/** Says what a cap wanted and what was there, such as `at most 3 per day` and `3 in the last day, the next one in 5 h`. */
export function describeCapRefusal(
  rule: FrequencyRule,
  { caps }: LineItemCaps,
  seen: SeenImpressions,
): { readonly wanted: string; readonly found: string } {
  if (rule === 'frequency-unknown') {
    const cap = uncountedCap(caps, seen);
    const whom = cap?.of === 'household' ? 'household' : 'person';
    return {
      wanted: `a ${whom} whose impressions can be counted`,
      found: `it is not known what this ${whom} has seen; "unknownPerson": "accept" bids all the same`,
    };
  }
  const cap = cappedBy(caps, seen);
  if (cap === undefined) return { wanted: 'less than its caps allow', found: 'a bid of this very request' };
  const next = waitText(seen.waitMs(cap));
  return {
    wanted: capText(cap),
    found: `${seen.count(cap)} in the last ${periodText(cap.perMs)}, the next one in ${next}`,
  };
}

function capText({ impressions, perMs, of, level }: Cap): string {
  const scope = level === 'lineItem' ? '' : ` of this ${LEVELS[level]}`;
  const whom = of === 'household' ? ' and household' : '';
  return `at most ${impressions}${scope} per ${periodText(perMs)}${whom}`;
}

/** `day`, `7 days`, `90 minutes`. */
function periodText(perMs: number): string {
  const [unit, unitMs] = UNITS.find(([, ms]) => perMs % ms === 0) ?? ['minute', 60_000];
  const count = perMs / unitMs;
  return count === 1 ? unit : `${count} ${unit}s`;
}

function waitText(waitMs: number): string {
  const minutes = Math.max(1, Math.ceil(waitMs / 60_000));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.ceil(minutes / 60);
  return hours < 72 ? `${hours} h` : `${Math.ceil(hours / 24)} days`;
}
