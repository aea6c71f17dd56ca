import { LRUCache } from 'lru-cache';
import type { PrivacyLimit } from '../domain/gates.js';
import type { PrivacyPolicy } from '../domain/privacy-policy.js';
import { ownText } from '../lib/own-text.js';
import { canadaLimit, consentLimit } from './consent.js';
import { readGpp } from './gpp.js';
import { usPrivacyOptsOut } from './us-privacy.js';
import { isUsSection, readUsSection } from './us-sections.js';

/** Visitors whose strings are remembered, and of how many characters together: some megabytes. */
const STRINGS_MAX = 10_000;
const CHARACTERS_MAX = 8_000_000;
/** A longer string is read each time. */
const CHARACTERS_KEPT_MAX = 4_096;

export const EU_SECTION = 2;
const CANADA_SECTION = 5;
const US_PRIVACY_SECTION = 6;

/** What the sections of a GPP string come to, by id; undefined where one sets no limit. */
export type SectionLimits = ReadonlyMap<number, PrivacyLimit | undefined>;

type Remembered =
  { readonly limit: PrivacyLimit | undefined } | { readonly sections: SectionLimits | undefined };

/**
 * Reads consent strings and remembers what they came to, since a visitor brings the same one to every page. Only valid under
 * one policy: with another one everything is forgotten.
 */
export class VerdictMemory {
  readonly #cache = new LRUCache<string, Remembered>({
    max: STRINGS_MAX,
    maxSize: CHARACTERS_MAX,
    sizeCalculation: (_value, text) => text.length + 1,
  });
  #policy: PrivacyPolicy | undefined;

  /** @returns see consentLimit */
  consent(text: string, policy: PrivacyPolicy): PrivacyLimit | undefined {
    this.#use(policy);
    const known = this.#cache.get(text);
    if (known && 'limit' in known) return known.limit;
    const limit = consentLimit(text, policy);
    this.#keep(text, { limit });
    return limit;
  }

  /** @returns undefined for what is no GPP string */
  sections(text: string, policy: PrivacyPolicy): SectionLimits | undefined {
    this.#use(policy);
    const known = this.#cache.get(text);
    if (known && 'sections' in known) return known.sections;
    const sections = sectionLimits(text, policy);
    this.#keep(text, { sections });
    return sections;
  }

  #use(policy: PrivacyPolicy): void {
    if (this.#policy === policy) return;
    this.#policy = policy;
    this.#cache.clear();
  }

  #keep(text: string, remembered: Remembered): void {
    if (text.length <= CHARACTERS_KEPT_MAX) this.#cache.set(ownText(text), remembered);
  }
}

function sectionLimits(text: string, policy: PrivacyPolicy): SectionLimits | undefined {
  const sections = readGpp(text);
  if (!sections) return undefined;
  const limits = new Map<number, PrivacyLimit | undefined>();
  for (const [id, section] of sections) limits.set(id, sectionLimit(id, section, policy));
  return limits;
}

/** Laws that are not known here count as ones that forbid. */
function sectionLimit(id: number, section: string, policy: PrivacyPolicy): PrivacyLimit | undefined {
  if (id === EU_SECTION) return consentLimit(section, policy);
  if (id === CANADA_SECTION) return canadaLimit(section, policy);
  if (id === US_PRIVACY_SECTION) return usPrivacyOptsOut(section) ? 'us-privacy-opt-out' : undefined;
  const reading = isUsSection(id) ? readUsSection(id, section) : undefined;
  if (!reading) return 'gpp';
  if (reading.isChild) return 'gpp-child';
  if (reading.optsOut) return 'gpp-opt-out';
  if (reading.globalPrivacyControl) return 'global-privacy-control';
  return reading.refusesSensitive && policy.sensitiveRefusalIsOptOut ? 'gpp-sensitive-data' : undefined;
}
