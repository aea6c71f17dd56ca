import type { BidRequest, Geo } from './bid-request.js';
import type { TextSet } from '../lib/text-set.js';
import type { Profile } from './profile.js';

/** One request at one moment with all that is known about it: what targeting decides on. */
export interface Visit {
  readonly request: BidRequest;
  /** Id of the exchange that sent it. */
  readonly exchange: string;
  /** Undefined for a stranger, or when nothing personal may be used. */
  readonly profile: Profile | undefined;
  /** May the visitor's own data (year of birth, gender, precise place) be used? */
  readonly personal: boolean;
  /** The best known place: the request's, else the profile's, else the one looked up by IP address. */
  readonly geo: Geo;
  readonly nowMs: number;
  /** The operator's lists, by name. */
  readonly lists: ReadonlyMap<string, TextSet>;
}
