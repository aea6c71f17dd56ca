import type { PrivacyLimit } from '../domain/gates.js';
import type { PrivacyPolicy, PurposeNeed } from '../domain/privacy-policy.js';
import { purposeBit, readTcf, type TcfReading } from './tcf.js';
import { readTcfCanada } from './tcf-canada.js';

/** TCF 2.2: after 30 September 2023 a string of a policy before the fourth is invalid. */
const POLICY_4_SINCE_MS = Date.UTC(2023, 9, 1);
const POLICY_VERSION_MIN = 4;
/**
 * TCF 2.3: strings made after 28 February 2026 must say which vendors were disclosed; older ones without it remain valid (IAB
 * Europe, "All you need to know about the transition to TCF v2.3").
 */
const DISCLOSED_SINCE_MS = Date.UTC(2026, 2, 1);
/** Purposes 3 to 6 (since TCF 2.2), and the first, take consent. */
const CONSENT_ALONE = [1, 3, 4, 5, 6].reduce((bits, purpose) => bits | purposeBit(purpose), 0);

/**
 * Has the visitor agreed to what we need? (Rule 46.)
 *
 * @param text a TC string as sent
 * @returns undefined for yes
 */
export function consentLimit(text: string | undefined, policy: PrivacyPolicy): PrivacyLimit | undefined {
  const { vendorId, purposes } = policy;
  if (vendorId === undefined) return 'gdpr';
  if (text === undefined) return 'gdpr-no-consent';
  const reading = readTcf(text, vendorId);
  if (!reading) return 'gdpr-unreadable-consent';
  if (!isValid(reading)) return 'gdpr-invalid-consent';
  if (reading.vendorDisclosed === false) return 'gdpr-vendor-refused';
  if (!reading.vendorConsented && !reading.vendorOfInterest) return 'gdpr-vendor-refused';
  for (const need of purposes) if (!isMet(need, reading)) return 'gdpr-purpose-refused';
  return undefined;
}

function isValid(reading: TcfReading): boolean {
  // Whichever is later: a string that is touched up has to be one of its day.
  const atMs = Math.max(reading.createdMs, reading.updatedMs);
  if (!reading.isServiceSpecific) return false;
  if (reading.policyVersion < POLICY_VERSION_MIN && atMs >= POLICY_4_SINCE_MS) return false;
  return reading.vendorDisclosed !== undefined || atMs < DISCLOSED_SINCE_MS;
}

/** What the publisher restricts comes before what the visitor allows. */
function isMet({ purpose, basis }: PurposeNeed, reading: TcfReading): boolean {
  const bit = purposeBit(purpose);
  if ((reading.purposesForbidden & bit) !== 0) return false;
  const byConsent =
    reading.vendorConsented &&
    (reading.purposesConsented & bit) !== 0 &&
    (reading.purposesOnInterestOnly & bit) === 0;
  if (basis !== 'legitimate-interest' && byConsent) return true;
  if (basis === 'consent' || (CONSENT_ALONE & bit) !== 0) return false;
  return (
    reading.vendorOfInterest &&
    (reading.purposesOfInterest & bit) !== 0 &&
    (reading.purposesOnConsentOnly & bit) === 0
  );
}

/** The same of Canada's section: what was consented to by word or by use, as far as the publisher lets it count. */
export function canadaLimit(text: string, { vendorId, purposes }: PrivacyPolicy): PrivacyLimit | undefined {
  if (vendorId === undefined) return 'canada-no-consent';
  const reading = readTcfCanada(text, vendorId);
  if (!reading) return 'canada-no-consent';
  for (const { purpose } of purposes) {
    const bit = purposeBit(purpose);
    const isExpress = reading.vendorExpress && (reading.purposesExpress & bit) !== 0;
    const isImplied =
      reading.vendorImplied &&
      (reading.purposesImplied & bit) !== 0 &&
      (reading.purposesExpressOnly & bit) === 0;
    if ((reading.purposesForbidden & bit) !== 0 || !(isExpress || isImplied)) return 'canada-no-consent';
  }
  return undefined;
}
