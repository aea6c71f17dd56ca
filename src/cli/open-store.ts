import type { ProfileStore } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { createEmbeddedStore } from '../profile/embedded-store.js';
import { loadProfiles } from '../profile/load-profiles.js';
import type { Settings } from '../settings.js';

/** Whether profiles are kept in each process's own memory, so that no other process can change them. */
export function keepsProfilesInMemory(_settings: Settings): boolean {
  return true;
}

/** The store that a bidder with these settings asks, filled as the bidder's would be. */
export async function openProfileStore(settings: Settings, clock: Clock): Promise<ProfileStore> {
  const store = createEmbeddedStore();
  await loadProfiles(settings.profilesDir, store, clock.nowMs());
  return store;
}
