import { NOBODY_SEEN, type VisitorFrequency } from './frequency.js';
import type { Profile } from './profile.js';

/** What is stored about a request's visitor. */
export interface KnownVisitor {
  /** Undefined for a stranger, and when the store is late or broken. */
  readonly profile: Profile | undefined;
  readonly frequency: VisitorFrequency;
}

/** Of whom nothing may be known, or nothing can be. */
export const STRANGER: KnownVisitor = { profile: undefined, frequency: NOBODY_SEEN };
