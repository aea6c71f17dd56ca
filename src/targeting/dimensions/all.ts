import type { Impression } from '../../domain/bid-request.js';
import type { Visit } from '../../domain/visit.js';
import type { Dimension } from '../dimension.js';
import { frequency, interests, lifetime, monetary, recency, segments, stage } from './customer.js';
import { carriers, connections, deviceTypes, languages, makes, models } from './device.js';
import { geo } from './geo.js';
import { hours } from './hours.js';
import { bundles, categories, domains, exchanges, publishers } from './inventory.js';
import { keywords } from './keywords.js';
import { lists } from './lists.js';
import { os } from './operating-system.js';
import { age, education, gender, income, marital, occupation } from './person.js';
import { deals, interstitial, placements, positions, rewarded, roll, sizes } from './placement.js';

/** Dimensions whose facts differ from impression to impression. */
export const IMPRESSION_DIMENSIONS: readonly Dimension<Impression>[] = [
  deals,
  sizes,
  interstitial,
  positions,
  placements,
  roll,
  rewarded,
];

/** Dimensions that all impressions of a request share. */
export const VISIT_DIMENSIONS: readonly Dimension<Visit>[] = [
  exchanges,
  domains,
  bundles,
  publishers,
  lists,
  categories,
  keywords,
  deviceTypes,
  os,
  makes,
  models,
  carriers,
  connections,
  languages,
  geo,
  hours,
  age,
  gender,
  education,
  occupation,
  marital,
  income,
  segments,
  interests,
  recency,
  frequency,
  monetary,
  lifetime,
  stage,
];
