/** What is done where personal data may not be used. */
export const LIMITED_CHOICES = ['no-bid', 'contextual'] as const;
export type LimitedChoice = (typeof LIMITED_CHOICES)[number];

/** What a purpose may rest on, as we registered it; `either` = registered as flexible. */
export const LEGAL_BASES = ['consent', 'legitimate-interest', 'either'] as const;
type LegalBasis = (typeof LEGAL_BASES)[number];

export interface PurposeNeed {
  /** TCF purpose, 1 to 11. */
  readonly purpose: number;
  readonly basis: LegalBasis;
}

/** `config/privacy.json`: what may be done where the law or the visitor asks for consent. */
export interface PrivacyPolicy {
  /** Our id in the IAB's Global Vendor List; undefined = nobody can have consented to us. */
  readonly vendorId: number | undefined;
  /** All of them are needed before anything personal is used under the GDPR. */
  readonly purposes: readonly PurposeNeed[];
  /** Does the GDPR apply to visitors in the EEA and the United Kingdom where a request does not say? */
  readonly assumeGdprByCountry: boolean;
  /** Is a refusal of some kind of sensitive data, under the law of a state, an opt-out of everything? */
  readonly sensitiveRefusalIsOptOut: boolean;
  /** Under the GDPR without consent, and where it is not known which law applies. */
  readonly gdpr: LimitedChoice;
  /** With an opt-out under the law of one of the United States. */
  readonly usStates: LimitedChoice;
  readonly children: LimitedChoice;
  /** `lmt` and `dnt`. */
  readonly limitAdTracking: LimitedChoice;
  /** Where no law is named. */
  readonly elsewhere: LimitedChoice | 'personal';
}

/** Without the file. The purposes: storage, basic ads, an ads profile and its use, measurement of ads. */
export const PRIVACY_DEFAULT: PrivacyPolicy = {
  vendorId: undefined,
  purposes: [
    { purpose: 1, basis: 'consent' },
    { purpose: 2, basis: 'either' },
    { purpose: 3, basis: 'consent' },
    { purpose: 4, basis: 'consent' },
    { purpose: 7, basis: 'either' },
  ],
  assumeGdprByCountry: true,
  sensitiveRefusalIsOptOut: true,
  gdpr: 'contextual',
  usStates: 'contextual',
  children: 'contextual',
  limitAdTracking: 'contextual',
  elsewhere: 'personal',
};

/** Where there is a file and it never could be read: somebody wanted something, so nothing personal is used. */
export const PRIVACY_UNREADABLE: PrivacyPolicy = { ...PRIVACY_DEFAULT, elsewhere: 'contextual' };
