import type { BidRequest, Regulations } from '../domain/bid-request.js';
import { unreachable } from '../lib/assert.js';
import { PRIVACY_LIMITS, type PrivacyGate, type PrivacyLimit, type PrivacyVerdict } from '../domain/gates.js';
import type { LimitedChoice, PrivacyPolicy } from '../domain/privacy-policy.js';
import { consentLimit } from './consent.js';
import { isGdprCountry } from './gdpr-countries.js';
import { usPrivacyOptsOut } from './us-privacy.js';
import { EU_SECTION, VerdictMemory } from './verdict-memory.js';

/**
 * Decides whether a request may be matched with a profile, a year of birth or a precise place. When it may not, the bid goes
 * on from the page, the device and the coarse place alone, or there is none, as the operator wants it.
 *
 * Every hint of privacy is believed. Of several limits the first is named, unless a later one keeps us from bidding at all.
 * A string that cannot be read, a law that is not known, and sections of which nobody says whether they apply, forbid
 * (rules 45-48).
 */
export function createPrivacyGate(): PrivacyGate {
  const memory = new VerdictMemory();
  return {
    judge(request, policy) {
      let first: PrivacyLimit | undefined;
      for (const check of CHECKS) {
        const limit = check(request, policy, memory);
        if (limit === undefined) continue;
        if (choiceOf(limit, policy) === 'no-bid') return VERDICTS[limit].none;
        first ??= limit;
      }
      return first === undefined ? PERSONAL : VERDICTS[first].contextual;
    },
    regulationsLimit(regulations, consent, policy) {
      const told = { regulations, consent, country: undefined };
      return (
        childLimit(regulations) ??
        gdprLimit(told, policy, memory) ??
        usLimit(regulations) ??
        gppLimit(regulations, policy, memory) ??
        elsewhereLimit(told, policy)
      );
    },
  };
}

const PERSONAL: PrivacyVerdict = { use: 'personal', limit: undefined };

/** Made once, so that a verdict costs nothing. */
const VERDICTS = Object.fromEntries(
  PRIVACY_LIMITS.map((limit) => [
    limit,
    { contextual: { use: 'contextual', limit }, none: { use: 'none', limit } },
  ]),
) as Record<PrivacyLimit, { readonly contextual: PrivacyVerdict; readonly none: PrivacyVerdict }>;

type Check = (request: BidRequest, policy: PrivacyPolicy, memory: VerdictMemory) => PrivacyLimit | undefined;

/** In the order in which they are named. */
const CHECKS: readonly Check[] = [
  ({ device }) => (device.limitAdTracking ? 'limit-ad-tracking' : undefined),
  ({ device }) => (device.doNotTrack ? 'do-not-track' : undefined),
  ({ regulations }) => childLimit(regulations),
  ({ regulations, user, device }, policy, memory) => {
    const country = device.geo.country ?? user.geo.country;
    return gdprLimit({ regulations, consent: user.consent, country }, policy, memory);
  },
  ({ regulations }) => usLimit(regulations),
  ({ regulations }, policy, memory) => gppLimit(regulations, policy, memory),
  // A screen in a public place is watched by many; device.ifa names the screen, not a person (rule 39).
  ({ inventory }) => (inventory.kind === 'dooh' ? 'shared-screen' : undefined),
  ({ regulations, user, device }, policy) => {
    const country = device.geo.country ?? user.geo.country;
    return elsewhereLimit({ regulations, consent: user.consent, country }, policy);
  },
];

/** What the operator wants where a limit holds. What nobody can place is treated as the strictest wants it. */
function choiceOf(limit: PrivacyLimit, policy: PrivacyPolicy): LimitedChoice {
  switch (limit) {
    case 'coppa':
    case 'gpp-child':
      return policy.children;
    case 'limit-ad-tracking':
    case 'do-not-track':
      return policy.limitAdTracking;
    case 'us-privacy-opt-out':
    case 'global-privacy-control':
    case 'gpp-opt-out':
    case 'gpp-sensitive-data':
      return policy.usStates;
    case 'gpp':
    case 'unreadable-regulations':
      return policy.usStates === 'no-bid' ? 'no-bid' : policy.gdpr;
    case 'shared-screen':
      return 'contextual';
    case 'operator-choice':
      return policy.elsewhere === 'no-bid' ? 'no-bid' : 'contextual';
    case 'gdpr':
    case 'gdpr-no-consent':
    case 'gdpr-unreadable-consent':
    case 'gdpr-invalid-consent':
    case 'gdpr-vendor-refused':
    case 'gdpr-purpose-refused':
    case 'canada-no-consent':
      return policy.gdpr;
    default:
      return unreachable(limit);
  }
}

function childLimit({ coppa }: Regulations): PrivacyLimit | undefined {
  return coppa ? 'coppa' : undefined;
}

interface ToldOfGdpr {
  readonly regulations: Regulations;
  readonly consent: string | undefined;
  /** Alpha-3. */
  readonly country: string | undefined;
}

/** Of two strings the one in the GPP string counts (rule 48), which is gppLimit's to read. */
function gdprLimit(told: ToldOfGdpr, policy: PrivacyPolicy, memory: VerdictMemory): PrivacyLimit | undefined {
  const { regulations, consent } = told;
  if (!gdprApplies(told, policy) || hasSection(regulations, EU_SECTION)) return undefined;
  return consent === undefined ? consentLimit(undefined, policy) : memory.consent(consent, policy);
}

/** Where nobody says, a consent string is a sign of it, as is the country. */
function gdprApplies({ regulations, consent, country }: ToldOfGdpr, policy: PrivacyPolicy): boolean {
  if (regulations.gdpr !== undefined) return regulations.gdpr;
  return consent !== undefined || (policy.assumeGdprByCountry && isGdprCountry(country));
}

function usLimit({ usPrivacy, globalPrivacyControl }: Regulations): PrivacyLimit | undefined {
  for (const text of usPrivacy) if (usPrivacyOptsOut(text)) return 'us-privacy-opt-out';
  return globalPrivacyControl ? 'global-privacy-control' : undefined;
}

/** Section -1 or 0 says that none applies; what is no number might be the name of one that does. */
function gppLimit(
  { gpp, gppSections, unreadable }: Regulations,
  policy: PrivacyPolicy,
  memory: VerdictMemory,
): PrivacyLimit | undefined {
  if (unreadable) return 'unreadable-regulations';
  if (gppSections.length === 0) return gpp === undefined ? undefined : 'gpp';
  // Once, however often a section is named: a long string takes long to read.
  const sections = gpp === undefined ? undefined : memory.sections(gpp, policy);
  let first: PrivacyLimit | undefined;
  for (const section of gppSections) {
    const id = Number(section);
    if (id <= 0) continue;
    const limit = sections?.has(id) ? sections.get(id) : 'gpp';
    if (limit !== undefined && choiceOf(limit, policy) === 'no-bid') return limit;
    first ??= limit;
  }
  return first;
}

function hasSection({ gppSections }: Regulations, id: number): boolean {
  for (const section of gppSections) if (Number(section) === id) return true;
  return false;
}

function elsewhereLimit(told: ToldOfGdpr, policy: PrivacyPolicy): PrivacyLimit | undefined {
  if (policy.elsewhere === 'personal') return undefined;
  const { regulations } = told;
  const isRegulated =
    gdprApplies(told, policy) ||
    regulations.usPrivacy.length > 0 ||
    regulations.gppSections.some((section) => Number(section) > 0);
  return isRegulated ? undefined : 'operator-choice';
}
