import type { BidRequest } from '../domain/bid-request.js';
import type { BidMetrics, ProfileStore } from '../domain/ports.js';
import type { Profile, ProfileKey } from '../domain/profile.js';
import { profileKeys } from './identity.js';
import { mergeProfiles } from './merge.js';

/**
 * Finds the profile of a request's visitor.
 *
 * @param deadlineMs on the monotonic clock; handed to the store, which settles by then
 * @returns undefined for a stranger, and when the store fails: the bid goes on without a profile
 */
export type ProfileLookup = (
  request: BidRequest,
  exchange: string,
  deadlineMs: number,
) => Promise<Profile | undefined>;

/** All keys of a visitor go to the store at once; of the person's and of the address's the first that is known counts. */
export function createProfileLookup(
  store: ProfileStore,
  metrics: Pick<BidMetrics, 'profileLookup'>,
): ProfileLookup {
  return async (request, exchange, deadlineMs) => {
    const { person, address } = profileKeys(request, exchange);
    const keys = [...person, ...address];
    if (keys.length === 0) {
      metrics.profileLookup('no-key');
      return undefined;
    }
    const stored = await findOrFail(store, keys, deadlineMs);
    if (stored === undefined) {
      metrics.profileLookup('failed');
      return undefined;
    }
    const profile = mergeProfiles(
      firstStored(stored, 0, person.length),
      firstStored(stored, person.length, keys.length),
    );
    metrics.profileLookup(profile === undefined ? 'not-found' : 'found');
    return profile;
  };
}

/** @returns undefined when the store did not answer; why it did not is the store's to report */
async function findOrFail(
  store: ProfileStore,
  keys: readonly ProfileKey[],
  deadlineMs: number,
): Promise<readonly (Profile | undefined)[] | undefined> {
  try {
    return await store.find(keys, deadlineMs);
  } catch {
    return undefined;
  }
}

function firstStored(
  stored: readonly (Profile | undefined)[],
  start: number,
  end: number,
): Profile | undefined {
  for (let i = start; i < end; i++) {
    const profile = stored[i];
    if (profile !== undefined) return profile;
  }
  return undefined;
}
