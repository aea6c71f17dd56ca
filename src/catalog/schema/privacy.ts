import { z } from 'zod';
import {
  LEGAL_BASES,
  LIMITED_CHOICES,
  PRIVACY_DEFAULT,
  type PrivacyPolicy,
  type PurposeNeed,
} from '../../domain/privacy-policy.js';
import { group, wholeNumber } from './fields.js';

/** TCF 2.3: vendor ids take 16 bits. */
const VENDOR_ID = { min: 1, max: 65_535 };

const byConsent = (what: string) => z.enum(['consent']).optional().describe(what);
const onAnyBasis = (what: string) => z.enum(LEGAL_BASES).optional().describe(what);

/**
 * The purposes of the TCF by their words. Storage always took consent; profiles do since TCF 2.2. What rests on both, `either`,
 * is what we registered as flexible.
 */
const PURPOSES = {
  storage: byConsent('Purpose 1, always needed: store and access information on a device, such as a cookie.'),
  basicAds: onAnyBasis('Purpose 2: use limited data to select advertising; caps are among it.'),
  adsProfile: byConsent('Purpose 3: create profiles for personalised advertising.'),
  personalisedAds: byConsent('Purpose 4: use such profiles to select advertising.'),
  contentProfile: byConsent('Purpose 5: create profiles to personalise content.'),
  personalisedContent: byConsent('Purpose 6: use such profiles to select content.'),
  adMeasurement: onAnyBasis('Purpose 7: measure how advertising performs.'),
  contentMeasurement: onAnyBasis('Purpose 8: measure how content performs.'),
  audienceResearch: onAnyBasis('Purpose 9: understand audiences.'),
  improvement: onAnyBasis('Purpose 10: develop and improve services.'),
  limitedContent: onAnyBasis('Purpose 11: use limited data to select content.'),
};
const STORAGE: PurposeNeed = { purpose: 1, basis: 'consent' };
/** In the order of their numbers. */
const PURPOSE_WORDS = Object.keys(PURPOSES) as (keyof typeof PURPOSES)[];
const purposesGroup = group('the purposes that you need, such as { "storage": "consent" }', PURPOSES);

const switchedOn = (what: string) => z.boolean({ error: 'true or false' }).default(true).describe(what);

/** Bid without personal data, or not at all; there is no way to use them where they may not be used. */
const choice = (what: string) => z.enum(LIMITED_CHOICES).default('contextual').describe(what);

/** Everything has a default, so `{}` is the policy that holds without the file. */
export const privacyFile = group('the privacy policy in braces: { "vendorId": 123, … }', {
  $schema: z.string().optional().describe('Lets editors complete and check: "schema/privacy.schema.json".'),
  vendorId: wholeNumber("your number in the IAB's Global Vendor List, such as 123", VENDOR_ID)
    .optional()
    .describe(
      "Your id in the IAB's Global Vendor List. Left out: nobody can have consented to you, so under the GDPR nothing personal is used.",
    ),
  purposes: purposesGroup
    .optional()
    .describe(
      'What you need the visitor to allow under the GDPR, each on the legal basis that you registered it with ("either": as flexible). Only with all of them is anything personal used. Left out: storage, adsProfile and personalisedAds by consent, basicAds and adMeasurement on either basis.',
    ),
  assumeGdprByCountry: switchedOn(
    'Take it that the GDPR applies to visitors in the EEA and the United Kingdom where a request does not say whether it does.',
  ),
  sensitiveRefusalIsOptOut: switchedOn(
    'In the United States: take a refusal of any kind of sensitive data for an opt-out of everything. Switch it off only where no segment of yours tells of health, faith, origin and the like, nor of precise places.',
  ),
  gdpr: choice(
    'Under the GDPR without consent, or where the law that applies cannot be made out: "contextual" bids without personal data, "no-bid" does not bid.',
  ),
  usStates: choice(
    'With an opt-out under a law of the United States: us_privacy, GPP, Global Privacy Control.',
  ),
  children: choice('For children: COPPA, or a child that a GPP string tells of.'),
  limitAdTracking: choice('Where the device or the browser asks not to be tracked: lmt, dnt.'),
  elsewhere: z
    .enum(['personal', ...LIMITED_CHOICES])
    .default('personal')
    .describe('Where no law is named and nobody asks for privacy.'),
}).meta({
  title: 'Privacy',
  description:
    'What is done with what is known of visitors, and where. A hint of privacy is always believed.',
});

export function privacyOf(given: z.output<typeof privacyFile>): PrivacyPolicy {
  const { $schema: _forEditors, vendorId, purposes, ...settings } = given;
  return { ...settings, vendorId, purposes: purposes ? needsOf(purposes) : PRIVACY_DEFAULT.purposes };
}

function needsOf(given: z.output<typeof purposesGroup>): readonly PurposeNeed[] {
  const needs = PURPOSE_WORDS.map((word, i) => ({ purpose: i + 1, basis: given[word] }));
  return [
    STORAGE,
    ...needs.filter((need): need is PurposeNeed => need.purpose > 1 && need.basis !== undefined),
  ];
}
