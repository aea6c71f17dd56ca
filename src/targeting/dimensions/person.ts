import type { Gender } from '../../domain/campaign.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { rangeDimension } from './ranges.js';
import { valueDimension } from './tokens.js';

const AGE_YEARS_MAX = 120;

/** `user.gender` as OpenRTB writes it. Other letters tell nothing. */
const GENDER_OF_LETTER: ReadonlyMap<string, Gender> = new Map([
  ['F', 'female'],
  ['M', 'male'],
  ['O', 'other'],
]);

/**
 * Age in whole years, from the profile or else, where personal facts may be used, from the year of birth; as if every
 * birthday were on the first of January (UTC). A year that makes no age from 0 to 120 tells nothing.
 */
export const age: Dimension<Visit> = rangeDimension('age', ' years', (visit) => {
  const known = visit.profile?.people.age;
  if (known !== undefined) return known;
  const { yearOfBirth } = visit.request.user;
  if (!visit.personal || yearOfBirth === undefined) return undefined;
  const years = new Date(visit.nowMs).getUTCFullYear() - yearOfBirth;
  return years >= 0 && years <= AGE_YEARS_MAX ? years : undefined;
});

/** From the profile or else, where personal facts may be used, from the request. */
export const gender: Dimension<Visit> = valueDimension('gender', (visit) => {
  const known = visit.profile?.people.gender;
  if (known !== undefined || !visit.personal) return known;
  return GENDER_OF_LETTER.get(visit.request.user.gender?.toUpperCase() ?? '');
});

export const education: Dimension<Visit> = valueDimension(
  'education',
  (visit) => visit.profile?.people.education,
);
export const occupation: Dimension<Visit> = valueDimension(
  'occupation',
  (visit) => visit.profile?.people.occupation,
);
export const marital: Dimension<Visit> = valueDimension('marital', (visit) => visit.profile?.people.marital);
export const income: Dimension<Visit> = valueDimension('income', (visit) => visit.profile?.people.income);
