import type { CustomerValue, People, Profile, ProfileGeo } from '../domain/profile.js';

/**
 * Makes one profile of what is known about the person and what is known about the address.
 *
 * What is known about the person outranks what is known about the address, fact by fact:
 * - people: field by field, since age and occupation have nothing to do with each other;
 * - segments and interests: both together; where both name one, the person's end or weight counts;
 * - value and geo: as a whole from the first that has any of it. Purchases of one and money of the other, or the city of
 *   one in the country of the other, would describe nobody;
 * - stage: the person's, else the address's;
 * - updated: of the one that gave the value, whose recency counts from there; without value, the first that has it.
 *
 * @returns the only profile itself when there is but one, undefined when there is none
 */
export function mergeProfiles(
  person: Profile | undefined,
  address: Profile | undefined,
): Profile | undefined {
  if (person === undefined) return address;
  if (address === undefined) return person;
  const valued = firstValued(person, address);
  return {
    segments: union(person.segments, address.segments),
    people: mergePeople(person.people, address.people),
    interests: union(person.interests, address.interests),
    value: (valued ?? person).value,
    stage: person.stage ?? address.stage,
    geo: hasGeo(person.geo) ? person.geo : address.geo,
    updatedMs: valued === undefined ? (person.updatedMs ?? address.updatedMs) : valued.updatedMs,
  };
}

function mergePeople(person: People, address: People): People {
  return {
    age: person.age ?? address.age,
    gender: person.gender ?? address.gender,
    education: person.education ?? address.education,
    occupation: person.occupation ?? address.occupation,
    marital: person.marital ?? address.marital,
    income: person.income ?? address.income,
  };
}

function union(
  person: ReadonlyMap<string, number>,
  address: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  if (address.size === 0) return person;
  if (person.size === 0) return address;
  const both = new Map(address);
  for (const [name, value] of person) both.set(name, value);
  return both;
}

function firstValued(person: Profile, address: Profile): Profile | undefined {
  if (hasValue(person.value)) return person;
  return hasValue(address.value) ? address : undefined;
}

function hasValue({ recency, frequency, monetary, lifetime }: CustomerValue): boolean {
  return (recency ?? frequency ?? monetary ?? lifetime) !== undefined;
}

function hasGeo({ country, region, city, zip }: ProfileGeo): boolean {
  return (country ?? region ?? city ?? zip) !== undefined;
}
