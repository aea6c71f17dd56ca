/** `config/privacy.json`: what may be done where the law or the visitor asks for consent. */
export interface PrivacyPolicy {
  readonly kind: 'privacy';
}

/** Without the file. */
export const PRIVACY_DEFAULT: PrivacyPolicy = { kind: 'privacy' };
