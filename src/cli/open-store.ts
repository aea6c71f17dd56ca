import { pino } from 'pino';
import type { ProfileStore } from '../domain/ports.js';
import type { Clock } from '../lib/clock.js';
import { createMetrics } from '../metrics/metrics.js';
import { openProfiles } from '../open-profiles.js';
import type { Settings } from '../settings.js';

/** Whether profiles are kept in each process's own memory, so that no other process can change them. */
export function keepsProfilesInMemory({ redisUrl }: Settings): boolean {
  return redisUrl === undefined;
}

/** The store that a bidder with these settings asks; one on another machine may still be connecting. */
export async function openProfileStore(settings: Settings, clock: Clock): Promise<ProfileStore> {
  const metrics = createMetrics();
  try {
    const { store } = await openProfiles(settings, { clock, logger: pino({ level: 'silent' }), metrics });
    return store;
  } finally {
    metrics.close();
  }
}
