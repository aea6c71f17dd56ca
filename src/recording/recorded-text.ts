import { hostOf } from '../lib/host.js';
import {
  CATEGORY,
  COUNT,
  CURRENCY,
  isDomain,
  isGpp,
  isPersonal,
  isVersion,
  LANGUAGE,
  MEDIA_TYPE,
  THING_ID,
  US_PRIVACY,
} from './forms.js';
import type { Extent } from './person.js';
import type { Pseudonyms } from './pseudonyms.js';
import { recordedPage } from './recorded-page.js';

/** @returns what is recorded of a text; undefined leaves it out */
type Recorded = (text: string, extent: Extent, pseudonyms: Pseudonyms) => string | undefined;

const KEYWORDS: Recorded = (text, extent, pseudonyms) =>
  extent === 'pseudonymous'
    ? text.replaceAll(/[^,]+/g, (word) => (isPersonal(word) ? pseudonyms.of(word) : word))
    : undefined;

/** By the name of the field, whatever object of a request it stands in. */
const TEXTS: ReadonlyMap<string, Recorded> = new Map([
  ...named('page', (text, extent, pseudonyms) => recordedPage(text, extent === 'pseudonymous', pseudonyms)),
  ...named('keywords kwarray', KEYWORDS),
  ...named('domain inventorypartnerdomain asi badv wadomain', domain),
  // Campaigns, supply lists and contracts name these.
  ...named('id bundle bapp sid wseat bseat', like(THING_ID)),
  ...named('cur bidfloorcur', like(CURRENCY)),
  ...named('cat sectioncat pagecat bcat acat', like(CATEGORY)),
  ...named('language langb wlang wlangb', like(LANGUAGE)),
  ...named('mimes', like(MEDIA_TYPE)),
  ...named('us_privacy', like(US_PRIVACY)),
  ...named('gpp', (text, extent) => (isGpp(text, extent === 'nothing-personal') ? text : undefined)),
  ...named('ver', (text, _extent, pseudonyms) => (isVersion(text) ? text : pseudonyms.of(text))),
]);
const NUMBER_AS_TEXT = like(COUNT);

/** A text in a field that the bidder reads, where it holds what such a field holds; else another of the same shape. */
export function recordedText(
  text: string,
  name: string,
  extent: Extent,
  pseudonyms: Pseudonyms,
): string | undefined {
  return (TEXTS.get(name) ?? NUMBER_AS_TEXT)(text, extent, pseudonyms);
}

function named(names: string, recorded: Recorded): [string, Recorded][] {
  return names.split(' ').map((name) => [name, recorded]);
}

function like(form: RegExp): Recorded {
  return (text, _extent, pseudonyms) => (form.test(text) ? text : pseudonyms.of(text));
}

/** Some send an address in place of a domain. */
function domain(text: string, _extent: Extent, pseudonyms: Pseudonyms): string {
  if (isDomain(text)) return text;
  const host = hostOf(text);
  return host !== undefined && isDomain(host) ? host : pseudonyms.of(text);
}
