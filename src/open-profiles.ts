import type { Logger } from 'pino';
import type { ProfileReader, ProfileStore } from './domain/ports.js';
import type { Clock } from './lib/clock.js';
import type { Metrics } from './metrics/metrics.js';
import { CachedReader } from './profile/cached-reader.js';
import { readDirectly } from './profile/direct-reader.js';
import { createEmbeddedStore } from './profile/embedded-store.js';
import { loadProfiles } from './profile/load-profiles.js';
import { loadKeyRing } from './secrets/key-ring.js';
import type { Settings } from './settings.js';

/** What is known of visitors, and how the bid path asks for it. */
export interface Profiles {
  readonly store: ProfileStore;
  readonly reader: ProfileReader;
}
