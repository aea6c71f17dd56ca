import type { InterestChoice } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import { defineDimension, type Dimension } from '../dimension.js';
import { rangeDimension, rangeVocabulary, type KeyedRange } from './ranges.js';
import { tokenDimension, valueDimension } from './tokens.js';

const DAY_MS = 86_400_000;

/**
 * Segments that the visitor is in and whose end has not come. Told for every visitor with a profile: one who is in
 * no segment is known not to be in this one.
 */
export const segments: Dimension<Visit> = tokenDimension<string, Visit>({
  name: 'segments',
  choiceOf: (lineItem) => lineItem.targeting.segments,
  tokenOf: (segment) => segment,
  resolve({ profile, nowMs }, terms, found) {
    if (!profile) return false;
    for (const [segment, endMs] of profile.segments) {
      if (endMs > nowMs) terms.find(segment, found);
    }
    return true;
  },
  factWords({ profile, nowMs }) {
    if (!profile) return undefined;
    const current = [...profile.segments].filter(([, endMs]) => endMs > nowMs).map(([segment]) => segment);
    return current.length > 0 ? `the visitor is in: ${current.join(', ')}` : 'the visitor is in no segment';
  },
});

/** Interests of at least the wished weight. Told for every visitor with a profile, as segments are. */
export const interests: Dimension<Visit> = defineDimension<InterestChoice, Visit>({
  name: 'interests',
  choiceOf: (lineItem) => lineItem.targeting.interests,
  newVocabulary: () =>
    rangeVocabulary(weightsOf, ({ profile }, terms, found) => {
      if (!profile) return false;
      for (const [name, weight] of profile.interests) terms.find(name, weight, found);
      return true;
    }),
  conditionWords: ({ name, weightMin }) => `${name} from ${weightMin}`,
  factWords({ profile }) {
    if (!profile) return undefined;
    const known = [...profile.interests].map(([name, weight]) => `${name} ${weight}`);
    return known.length > 0 ? `the visitor likes: ${known.join(', ')}` : 'the visitor has no interests';
  },
});

function weightsOf({ name, weightMin }: InterestChoice): KeyedRange {
  return { key: name, range: { min: weightMin, max: Infinity } };
}

/** Days since the last purchase: as the profile was told, and the whole days that have passed since. */
export const recency: Dimension<Visit> = rangeDimension('recency', ' days', ({ profile, nowMs }) => {
  const days = profile?.value.recency;
  if (days === undefined || profile?.updatedMs === undefined) return days;
  return days + Math.max(0, Math.floor((nowMs - profile.updatedMs) / DAY_MS));
});

export const frequency: Dimension<Visit> = rangeDimension(
  'frequency',
  ' purchases',
  (visit) => visit.profile?.value.frequency,
);
export const monetary: Dimension<Visit> = rangeDimension(
  'monetary',
  ' spent',
  (visit) => visit.profile?.value.monetary,
);
export const lifetime: Dimension<Visit> = rangeDimension(
  'lifetime',
  ' expected',
  (visit) => visit.profile?.value.lifetime,
);
export const stage: Dimension<Visit> = valueDimension('stage', (visit) => visit.profile?.stage);
