import type { DimensionName } from '../../domain/dimensions.js';
import type { FilePath, Finding } from '../finding.js';

/** A finding that still lacks its line: the catalog knows no lines. */
export interface LintFinding {
  readonly severity: Finding['severity'];
  /** Relative to the configuration folder. */
  readonly file: string;
  readonly path: FilePath;
  /** The rest of a sentence that starts with the path. */
  readonly says: string;
}

/** Takes down one finding of the file that is being looked at. */
export type Report = (severity: Finding['severity'], path: FilePath, says: string) => void;

/** Where a line item says what it wants of a dimension. */
export const DIMENSION_PATHS: Readonly<Record<Exclude<DimensionName, 'sizes'>, FilePath>> = {
  deals: ['deals'],
  exchanges: ['targeting', 'inventory', 'exchanges'],
  interstitial: ['targeting', 'inventory', 'interstitial'],
  positions: ['targeting', 'inventory', 'positions'],
  placements: ['targeting', 'inventory', 'placements'],
  roll: ['targeting', 'inventory', 'roll'],
  rewarded: ['targeting', 'inventory', 'rewarded'],
  domains: ['targeting', 'inventory', 'domains'],
  bundles: ['targeting', 'inventory', 'bundles'],
  publishers: ['targeting', 'inventory', 'publishers'],
  lists: ['targeting', 'inventory', 'lists'],
  categories: ['targeting', 'inventory', 'categories'],
  keywords: ['targeting', 'inventory', 'keywords'],
  deviceTypes: ['targeting', 'devices', 'types'],
  os: ['targeting', 'devices', 'os'],
  makes: ['targeting', 'devices', 'makes'],
  models: ['targeting', 'devices', 'models'],
  carriers: ['targeting', 'devices', 'carriers'],
  connections: ['targeting', 'devices', 'connections'],
  languages: ['targeting', 'languages'],
  geo: ['targeting', 'geo'],
  hours: ['targeting', 'hours'],
  age: ['targeting', 'people', 'age'],
  gender: ['targeting', 'people', 'gender'],
  education: ['targeting', 'people', 'education'],
  occupation: ['targeting', 'people', 'occupation'],
  marital: ['targeting', 'people', 'marital'],
  income: ['targeting', 'people', 'income'],
  segments: ['targeting', 'segments'],
  interests: ['targeting', 'interests'],
  recency: ['targeting', 'value', 'recency'],
  frequency: ['targeting', 'value', 'frequency'],
  monetary: ['targeting', 'value', 'monetary'],
  lifetime: ['targeting', 'value', 'lifetime'],
  stage: ['targeting', 'stage'],
};
