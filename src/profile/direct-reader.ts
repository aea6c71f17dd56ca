import type { ProfileReader } from '../domain/ports.js';
import type { EmbeddedStore } from './embedded-store.js';

/** Reads a store in this process's memory: nothing to remember, nothing to time. */
export function readDirectly(store: Pick<EmbeddedStore, 'findNow' | 'logNames'>): ProfileReader {
  return {
    find: (keys) => ({ kind: 'answered', found: store.findNow(keys) }),
    logNames: (key, changeNames) => store.logNames(key, changeNames),
  };
}
