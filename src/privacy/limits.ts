import type { BidRequest, Regulations } from '../domain/bid-request.js';
import type { PrivacyLimit } from '../domain/gates.js';

/**
 * Decides whether a request may be matched with a profile, a year of birth or a precise place. When it may not, the
 * bid goes on from the page, the device and the coarse place alone.
 *
 * Deliberately strict where a signal is present that is not read here: under GDPR, or with a GPP string whose sections
 * apply or are not told, consent is not evaluated, so nothing personal is used (rules 45-48).
 *
 * @returns the first limit that applies, or undefined when personal data may be used
 */
export function privacyLimit(request: BidRequest): PrivacyLimit | undefined {
  const { regulations, device } = request;
  if (device.limitAdTracking) return 'limit-ad-tracking';
  if (device.doNotTrack) return 'do-not-track';
  const limit = regulationsLimit(regulations);
  if (limit) return limit;
  // A screen in a public place is watched by many; device.ifa names the screen, not a person (rule 39).
  return request.inventory.kind === 'dooh' ? 'shared-screen' : undefined;
}

/** The same of what is told about the law alone, wherever it is told. */
export function regulationsLimit(regulations: Regulations): PrivacyLimit | undefined {
  if (regulations.coppa) return 'coppa';
  if (regulations.gdpr) return 'gdpr';
  if (regulations.usPrivacy.some(usPrivacyOptsOut)) return 'us-privacy-opt-out';
  if (regulations.globalPrivacyControl) return 'global-privacy-control';
  if (gppMayApply(regulations)) return 'gpp';
  return regulations.unreadable ? 'unreadable-regulations' : undefined;
}

/** IAB US Privacy String 1.0: `1`, notice, opt-out of sale, LSPA; `1---` = the law does not apply. */
function usPrivacyOptsOut(text: string): boolean {
  if (text.length !== 4 || text[0] !== '1') return true;
  for (let i = 1; i < 4; i++) {
    if (!'YNyn-'.includes(text[i] as string)) return true;
  }
  return text[2] === 'Y' || text[2] === 'y';
}

/** Section -1 or 0 says that none applies; what is no number might be the name of one that does. */
function gppMayApply({ gpp, gppSections }: Regulations): boolean {
  if (gppSections.length === 0) return gpp !== undefined;
  return gppSections.some((section) => !(Number(section) <= 0));
}
