import type { StoredProfile } from '../domain/ports.js';
import { FREQUENCY_KINDS, type FrequencyRecord } from '../domain/frequency.js';
import type { CustomerValue, People, Profile, ProfileGeo, ProfileKey } from '../domain/profile.js';
import { unreachable } from '../lib/assert.js';
import { prefixText } from './prefix-text.js';
import type { VisitorRecord } from './visitor-records.js';
import { endText, idFields, instantText, profileLineFields } from './write-profile-line.js';

/** One fact of a record: what it is about and what it says. */
export type Fact = readonly [about: string, says: string];

/** Such as `cookie c-81f3` or `network 203.0.113.0/24`. */
export function keyInWords(key: ProfileKey): string {
  switch (key.kind) {
    case 'cookie':
      return `cookie ${key.id}`;
    case 'user':
      return `user ${key.id} of exchange ${key.exchange}`;
    case 'ifa':
      return `device ${key.id}`;
    case 'eid':
      return `id ${key.id} of ${key.source}`;
    case 'ip': {
      const text = prefixText(key.prefix);
      return `${text.includes('/') ? 'network' : 'address'} ${text}`;
    }
    default:
      return unreachable(key);
  }
}

/** @param nowMs tells segments that have ended from those that will */
export function recordInWords(stored: StoredProfile, nowMs: number): readonly Fact[] {
  const facts = [
    ...(stored.profile === undefined ? [] : profileInWords(stored.profile, nowMs)),
    ...(stored.frequency === undefined ? [] : frequencyInWords(stored.frequency, nowMs)),
  ];
  if (stored.linked === undefined) return facts;
  const linked = recordInWords(stored.linked, nowMs);
  return [...facts, ['linked', 'the same person is known by our cookie:'], ...linked];
}

/** The same as plain data: the profile as a profile line has it. */
export function recordAsData({ key, stored }: VisitorRecord): object {
  const { profile, frequency, linked } = stored;
  const { id: _, ...fields } = profile === undefined ? { id: {} } : profileLineFields(key, profile);
  return {
    id: idFields(key),
    ...(profile === undefined ? {} : { profile: fields }),
    ...(frequency === undefined ? {} : { frequency: frequency.map(frequencyAsData) }),
    ...(linked === undefined ? {} : { linked: recordAsData({ key, stored: linked }) }),
  };
}

function profileInWords(profile: Profile, nowMs: number): readonly Fact[] {
  const { segments, people, interests, value, stage, geo, updatedMs } = profile;
  const facts: readonly Fact[] = [
    ['person', peopleText(people)],
    ['segments', Array.from(segments, ([name, endMs]) => segmentText(name, endMs, nowMs)).join(', ')],
    ['interests', Array.from(interests, ([name, weight]) => `${name} ${weight}`).join(', ')],
    ['value', valueText(value)],
    ['stage', stage ?? ''],
    ['place', placeText(geo)],
    ['updated', updatedMs === undefined ? '' : instantText(updatedMs)],
  ];
  return facts.filter(([, says]) => says !== '');
}

function peopleText({ age, gender, education, occupation, marital, income }: People): string {
  return joined([
    [age, `${age} years old`],
    [gender, gender],
    [occupation, occupation],
    [education, `education ${education}`],
    [marital, marital],
    [income, `income ${income}`],
  ]);
}

function segmentText(name: string, endMs: number, nowMs: number): string {
  const end = endText(endMs);
  if (end === null) return `${name} for good`;
  return endMs > nowMs ? `${name} until ${end}` : `${name} until ${end}, which is over`;
}

function valueText({ recency, frequency, monetary, lifetime }: CustomerValue): string {
  return joined([
    [recency, `last purchase ${recency} days before the update`],
    [frequency, `${frequency} purchases`],
    [monetary, `${monetary} spent`],
    [lifetime, `${lifetime} expected over the whole relationship`],
  ]);
}

function placeText({ country, region, city, zip }: ProfileGeo): string {
  return joined([
    [country, country],
    [region, `region ${region}`],
    [city, city],
    [zip, `postal code ${zip}`],
  ]);
}

/** One fact a kind: how many bids, and when the last one. Which campaigns they were of is known by hashes only. */
function frequencyInWords(records: readonly FrequencyRecord[], nowMs: number): readonly Fact[] {
  return FREQUENCY_KINDS.flatMap((kind): readonly Fact[] => {
    const ofKind = records.filter((record) => record.kind === kind);
    const [first] = ofKind;
    if (first === undefined) return [];
    const bids = new Set(ofKind.map(({ bidId }) => bidId)).size;
    const last = ofKind.reduce((latest, record) => (record.atMs > latest.atMs ? record : latest), first);
    const held = kind === 'reserved' && last.heldUntilMs > nowMs ? ', which is held still' : '';
    const text = `${bids} ${bids === 1 ? 'time' : 'times'}, last ${instantText(last.atMs)}${held}`;
    return [[kind, text]];
  });
}

function frequencyAsData(record: FrequencyRecord): object {
  const { kind, bidId, atMs, heldUntilMs, advertiser, campaign, lineItem } = record;
  return {
    kind,
    bid: bidId,
    at: instantText(atMs),
    ...(heldUntilMs === 0 ? {} : { heldUntil: instantText(heldUntilMs) }),
    hashes: { advertiser, campaign, lineItem },
  };
}

/** The texts of the facts that are known. */
function joined(facts: readonly (readonly [fact: unknown, text: string | undefined])[]): string {
  return facts.flatMap(([fact, text]) => (fact === undefined ? [] : [text])).join(', ');
}
