import type { BidRequest } from '../domain/bid-request.js';
import type { Exchange } from '../domain/catalog.js';
import type { FrequencyRecord, VisitorFrequency } from '../domain/frequency.js';
import type { BidMetrics, FoundProfile, ProfileAnswer, ProfileReader } from '../domain/ports.js';
import { hasFrequencyLog, type Profile, type ProfileKey } from '../domain/profile.js';
import { STRANGER, type KnownVisitor } from '../domain/visitor.js';
import { profileKeys, type VisitorKeys } from './identity.js';
import { mergeProfiles } from './merge.js';
import type { RecentFrequency } from './recent-frequency.js';

/**
 * Finds what is known of a request's visitor.
 *
 * @param deadlineMs on the monotonic clock; settles by then, and never rejects: the bid goes on without what is not there
 * @returns at once what is known without asking
 */
export type ProfileLookup = (
  request: BidRequest,
  exchange: Exchange,
  deadlineMs: number,
) => KnownVisitor | Promise<KnownVisitor>;

/**
 * All keys of a visitor are asked for at once; of the person's and of the address's profiles the first that is known counts.
 * Frequency logs come in the same answer: all those of the person together, and that of the address.
 *
 * @param recent what this process recorded itself; not needed where the store shows it at once
 */
export function createProfileLookup(
  reader: ProfileReader,
  metrics: Pick<BidMetrics, 'profileLookup'>,
  recent?: Pick<RecentFrequency, 'of'>,
): ProfileLookup {
  const visitorOf = ({ person, address }: VisitorKeys, answer: ProfileAnswer): KnownVisitor => {
    if (answer.kind !== 'answered') {
      metrics.profileLookup(answer.kind);
      return { profile: undefined, frequency: frequencyOf(reader, person, address, undefined, recent) };
    }
    const { found } = answer;
    const profile = mergeProfiles(
      firstProfile(found, 0, person.length),
      firstProfile(found, person.length, found.length),
    );
    metrics.profileLookup(profile === undefined ? 'not-found' : 'found');
    return { profile, frequency: frequencyOf(reader, person, address, found, recent) };
  };
  return (request, exchange, deadlineMs) => {
    const keys = profileKeys(request, exchange);
    const { person, address } = keys;
    if (person.length + address.length === 0) {
      metrics.profileLookup('no-key');
      return STRANGER;
    }
    const answer = reader.find([...person, ...address], deadlineMs);
    return 'kind' in answer ? visitorOf(keys, answer) : answer.then((late) => visitorOf(keys, late));
  };
}

/** A link to our cookie outranks what the exchange's user id itself is known by: the cookie is the better id. */
function firstProfile(found: readonly FoundProfile[], start: number, end: number): Profile | undefined {
  for (let i = start; i < end; i++) {
    const stored = found[i]?.stored;
    const profile = stored?.linked?.profile ?? stored?.profile;
    if (profile !== undefined) return profile;
  }
  return undefined;
}

/**
 * Without an answer the names are known, so that what is shown now can be counted later, but not what was shown before.
 *
 * @param found by the keys of the person and then those of the address
 */
function frequencyOf(
  reader: ProfileReader,
  person: readonly ProfileKey[],
  address: readonly ProfileKey[],
  found: readonly FoundProfile[] | undefined,
  recent: Pick<RecentFrequency, 'of'> | undefined,
): VisitorFrequency {
  const personNames: string[] = [];
  const ofPerson = new Gathered(recent);
  for (const [i, key] of person.entries()) {
    const [own, linked] = reader.logNames(key, found?.[i]?.changeNames);
    ofPerson.add(linked, found?.[i]?.stored?.linked?.frequency, personNames);
    ofPerson.add(own, found?.[i]?.stored?.frequency, personNames);
  }
  const householdNames: string[] = [];
  const ofHousehold = new Gathered(recent);
  const place = address.findIndex(hasFrequencyLog);
  const household = address[place];
  if (household !== undefined) {
    const entry = found?.[person.length + place];
    const [own] = reader.logNames(household, entry?.changeNames);
    ofHousehold.add(own, entry?.stored?.frequency, householdNames);
  }
  const isKnown = found !== undefined;
  return {
    personNames,
    householdName: householdNames[0],
    personRecords: isKnown && personNames.length > 0 ? ofPerson.records : undefined,
    householdRecords: isKnown && householdNames.length > 0 ? ofHousehold.records : undefined,
  };
}

const NO_RECORDS: readonly FrequencyRecord[] = [];

/** Puts logs together; mostly there is but one that has anything, which is then the answer itself. */
class Gathered {
  records = NO_RECORDS;
  readonly #recent: Pick<RecentFrequency, 'of'> | undefined;

  constructor(recent: Pick<RecentFrequency, 'of'> | undefined) {
    this.#recent = recent;
  }

  /** @param names takes the name, once */
  add(name: string | undefined, records: readonly FrequencyRecord[] | undefined, names: string[]): void {
    if (name === undefined || names.includes(name)) return;
    names.push(name);
    this.#append(records ?? NO_RECORDS);
    if (this.#recent !== undefined) this.#append(this.#recent.of(name));
  }

  #append(records: readonly FrequencyRecord[]): void {
    if (records.length === 0) return;
    this.records = this.records.length === 0 ? records : [...this.records, ...records];
  }
}
