import type { ProfileReader, ProfileStore } from '../domain/ports.js';

/** Reads a store that answers at once, as one in this process's memory does: nothing to remember, nothing to time. */
export function readDirectly(store: Pick<ProfileStore, 'find' | 'logNames'>): ProfileReader {
  return {
    async find(keys) {
      return { kind: 'answered', found: await store.find(keys) };
    },
    logNames: (key, changeNames) => store.logNames(key, changeNames),
  };
}
