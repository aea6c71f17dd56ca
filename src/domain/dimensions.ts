/**
 * The dimensions of targeting, in the order in which they are asked and explained: first what the impression is,
 * then what the page and the device are, then what is known of the person. The names are those of explanations,
 * metrics and documentation; `targeting.<name>` of a campaign file is given beside each where it differs.
 */
export const DIMENSIONS = [
  /** Deal ids of the line item; a line item without deals asks for the open auction. */
  'deals',
  /** Formats of the creatives, and sizes of banners. */
  'sizes',
  'exchanges', // inventory.exchanges
  'interstitial', // inventory.interstitial
  'positions', // inventory.positions
  'placements', // inventory.placements
  'roll', // inventory.roll
  'rewarded', // inventory.rewarded
  'domains', // inventory.domains
  'bundles', // inventory.bundles
  'publishers', // inventory.publishers
  'lists', // inventory.lists
  'categories', // inventory.categories
  'keywords', // inventory.keywords
  'deviceTypes', // devices.types
  'os', // devices.os
  'makes', // devices.makes
  'models', // devices.models
  'carriers', // devices.carriers
  'connections', // devices.connections
  'languages',
  'geo',
  'hours',
  'age', // people.age
  'gender', // people.gender
  'education', // people.education
  'occupation', // people.occupation
  'marital', // people.marital
  'income', // people.income
  'segments',
  'interests',
  'recency', // value.recency
  'frequency', // value.frequency
  'monetary', // value.monetary
  'lifetime', // value.lifetime
  'stage',
] as const;

export type DimensionName = (typeof DIMENSIONS)[number];
