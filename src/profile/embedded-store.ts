import type { ProfileStore } from '../domain/ports.js';
import type { Profile, ProfileKey } from '../domain/profile.js';
import { profileKeyText } from '../domain/profile.js';

/** A profile store in this process's memory that is filled while it is loaded and then only asked. */
export interface EmbeddedStore extends ProfileStore {
  readonly size: number;
  /** Stores a profile. @returns what became of it; a full store takes no new key, yet replaces what it has */
  put(key: ProfileKey, profile: Profile): 'added' | 'replaced' | 'full';
}

/** @param profilesMax most profiles that are held, at roughly a kilobyte each */
export function createEmbeddedStore(profilesMax = 2_000_000): EmbeddedStore {
  const profiles = new Map<string, Profile>();
  return {
    get size() {
      return profiles.size;
    },
    put(key, profile) {
      const text = profileKeyText(key);
      const isThere = profiles.has(text);
      if (!isThere && profiles.size >= profilesMax) return 'full';
      profiles.set(text, profile);
      return isThere ? 'replaced' : 'added';
    },
    find(keys) {
      return Promise.resolve(keys.map((key) => profiles.get(profileKeyText(key))));
    },
  };
}
