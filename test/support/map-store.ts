import type { ProfileStore, StoredProfile } from '../../src/domain/ports.js';
import { profileKeyText, type ProfileKey } from '../../src/domain/profile.js';

const NOTHING: StoredProfile = { profile: undefined, frequency: undefined, linked: undefined };

/** A store in a map, the plainest that keeps the port's promises; tests make it slow or broken by `beforePut`. */
export interface MapStore extends ProfileStore {
  readonly records: Map<string, StoredProfile>;
  /** Keys in the order in which they were put. */
  readonly puts: ProfileKey[];
}

/** @param beforePut awaited by every put; what it throws, the put throws */
export function createMapStore(beforePut?: () => Promise<void>, profilesMax = Infinity): MapStore {
  const records = new Map<string, StoredProfile>();
  const links = new Map<string, ProfileKey>();
  const puts: ProfileKey[] = [];
  const change = (key: ProfileKey, fields: Partial<StoredProfile>): void => {
    const text = profileKeyText(key);
    records.set(text, { ...(records.get(text) ?? NOTHING), ...fields });
  };
  const stored = (key: ProfileKey): StoredProfile | undefined => {
    const text = profileKeyText(key);
    const link = links.get(text);
    if (link === undefined) return records.get(text);
    return { ...(records.get(text) ?? NOTHING), linked: records.get(profileKeyText(link)) };
  };
  return {
    records,
    puts,
    find: (keys) =>
      Promise.resolve(keys.map((key) => ({ changeNames: [profileKeyText(key)], stored: stored(key) }))),
    async put(key, profile) {
      if (beforePut) await beforePut();
      if (records.size >= profilesMax && !records.has(profileKeyText(key))) return 'full';
      change(key, { profile });
      puts.push(key);
      return 'stored';
    },
    record(names, record) {
      for (const name of names) {
        const frequency = [...(records.get(name)?.frequency ?? []), record];
        records.set(name, { ...(records.get(name) ?? NOTHING), frequency });
      }
    },
    // Here the log of a key is simply filed under it.
    logNames: (key) => [profileKeyText(key)],
    touchesOf: () => Promise.resolve([]),
    link(exchange, id, cookie) {
      links.set(profileKeyText({ kind: 'user', exchange, id }), { kind: 'cookie', id: cookie });
      return Promise.resolve();
    },
    erase(key) {
      const text = profileKeyText(key);
      const link = links.get(text);
      let erased = records.delete(text) ? 1 : 0;
      if (links.delete(text)) erased++;
      if (link !== undefined && records.delete(profileKeyText(link))) erased++;
      return Promise.resolve(erased);
    },
    onChange: () => undefined,
    problem: () => undefined,
    keysProblem: () => Promise.resolve(undefined),
    close: () => Promise.resolve(),
  };
}
