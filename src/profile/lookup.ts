import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { BidMetrics, ProfileReader, StoredProfile } from '../domain/ports.js';
import type { Profile } from '../domain/profile.js';
import { profileKeys } from './identity.js';
import { mergeProfiles } from './merge.js';

/**
 * Finds the profile of a request's visitor.
 *
 * @param deadlineMs on the monotonic clock; settles by then
 * @returns undefined for a stranger, and when the store is late or broken: the bid goes on without a profile
 */
export type ProfileLookup = (
  request: BidRequest,
  exchange: Exchange,
  deadlineMs: number,
) => Promise<Profile | undefined>;

/** All keys of a visitor are asked for at once; of the person's and of the address's the first that is known counts. */
export function createProfileLookup(
  reader: ProfileReader,
  metrics: Pick<BidMetrics, 'profileLookup'>,
): ProfileLookup {
  return async (request, exchange, deadlineMs) => {
    const { person, address } = profileKeys(request, exchange);
    const keys = [...person, ...address];
    if (keys.length === 0) {
      metrics.profileLookup('no-key');
      return undefined;
    }
    const answer = await reader.find(keys, deadlineMs);
    if (answer.kind !== 'answered') {
      metrics.profileLookup(answer.kind);
      return undefined;
    }
    const profile = mergeProfiles(
      firstProfile(answer.stored, 0, person.length),
      firstProfile(answer.stored, person.length, keys.length),
    );
    metrics.profileLookup(profile === undefined ? 'not-found' : 'found');
    return profile;
  };
}

/** A link to our cookie outranks what the exchange's user id itself is known by: the cookie is the better id. */
function firstProfile(
  stored: readonly (StoredProfile | undefined)[],
  start: number,
  end: number,
): Profile | undefined {
  for (let i = start; i < end; i++) {
    const profile = stored[i]?.linked?.profile ?? stored[i]?.profile;
    if (profile !== undefined) return profile;
  }
  return undefined;
}
