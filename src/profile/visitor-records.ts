import type { ProfileStore, StoredProfile } from '../domain/ports.js';
import type { ProfileKey } from '../domain/profile.js';
import { parseIpRange } from '../lib/ip.js';
import { ADDRESS_PREFIXES, addressKey } from './keys.js';
import { readProfileId } from './profile-id.js';
import { profileLineFields } from './write-profile-line.js';

/** How an operator names a visitor: exactly one form, such as `{cookie}` or `{exchange, user}`. */
export interface VisitorName {
  readonly cookie?: string | undefined;
  readonly ip?: string | undefined;
  readonly ifa?: string | undefined;
  readonly exchange?: string | undefined;
  readonly user?: string | undefined;
  /** The source of an extended id, whose `id` is the other field. */
  readonly eid?: string | undefined;
  readonly id?: string | undefined;
}

export interface VisitorRecord {
  readonly key: ProfileKey;
  readonly stored: StoredProfile;
}

/**
 * The key of a visitor, spelt as in a profile line.
 *
 * @throws FieldProblem
 */
export function visitorKey({ eid, id, ...others }: VisitorName): ProfileKey {
  const given = Object.fromEntries(Object.entries(others).filter(([, text]) => text !== undefined));
  return readProfileId(
    eid === undefined && id === undefined ? given : { ...given, eid: { source: eid, id } },
  );
}

/**
 * Every key under which a bid request of the visitor would be looked up by this name: of an address also its networks,
 * the narrowest first.
 *
 * @throws FieldProblem
 */
export function visitorKeys(name: VisitorName): readonly ProfileKey[] {
  const key = visitorKey(name);
  const range = name.ip === undefined ? undefined : parseIpRange(name.ip);
  if (range === undefined) return [key];
  return ADDRESS_PREFIXES.filter(({ version, bits }) => version === range.version && bits <= range.bits).map(
    ({ bits }) => addressKey(range, bits),
  );
}

/** What is stored under keys, without those that have nothing. @throws what the store throws */
export async function findRecords(
  store: ProfileStore,
  keys: readonly ProfileKey[],
): Promise<readonly VisitorRecord[]> {
  const found = await store.find(keys);
  return keys.flatMap((key, i) => {
    const stored = found[i]?.stored;
    return stored === undefined ? [] : [{ key, stored }];
  });
}

/**
 * Erases a visitor and asks again.
 *
 * @returns how many records there were, and how many are there still
 * @throws what the store throws
 */
export async function eraseVisitor(
  store: ProfileStore,
  key: ProfileKey,
): Promise<{ readonly erased: number; readonly left: number }> {
  const erased = await store.erase(key);
  const left = await findRecords(store, [key]);
  return { erased, left: left.length };
}

/**
 * A visitor's profiles as lines of a profile file. What is stored under a linked cookie stands under the visitor's own
 * name, and last, since it counts for more and of two lines with one id the later one counts.
 */
export function exportLines(records: readonly VisitorRecord[]): readonly string[] {
  return records.flatMap(({ key, stored }) =>
    [stored.profile, stored.linked?.profile].flatMap((profile) =>
      profile === undefined ? [] : [JSON.stringify(profileLineFields(key, profile))],
    ),
  );
}
