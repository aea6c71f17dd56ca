import type { BidRequest, Regulations } from './bid-request.js';
import type { Exchange } from './catalog.js';
import type { NoBidReason } from './no-bid-reason.js';
import type { PrivacyPolicy } from './privacy-policy.js';
import type { SupplyPolicy } from './supply-policy.js';
import type { TrafficPolicy } from './traffic-policy.js';

/** What a request has to pass before anybody looks the visitor up. Each answers at once and never throws. */
export interface Gates {
  readonly privacy: PrivacyGate;
  readonly supply: SupplyGate;
  readonly traffic: TrafficGate;
}

/** Why nothing personal may be used for a request: the closed list, as explanations and metrics show it. */
export const PRIVACY_LIMITS = [
  'coppa',
  'limit-ad-tracking',
  'do-not-track',
  // Under the GDPR: without a vendor id of ours nobody can have consented to us.
  'gdpr',
  'gdpr-no-consent', // there is no consent string
  'gdpr-unreadable-consent', // or none of TCF 2
  'gdpr-invalid-consent', // too old a policy, not for this site alone, or without the vendors disclosed
  'gdpr-vendor-refused', // not to us
  'gdpr-purpose-refused', // not for everything that we need
  'canada-no-consent', // not to us, or not for everything that we need
  'us-privacy-opt-out',
  'global-privacy-control',
  'gpp', // a section applies that is missing, cannot be read or is not known, or nobody says which applies
  'gpp-opt-out',
  'gpp-sensitive-data',
  'gpp-child',
  'unreadable-regulations',
  'shared-screen',
  'operator-choice', // no law is named, and the operator wants no personal data there
] as const;
export type PrivacyLimit = (typeof PRIVACY_LIMITS)[number];

export interface PrivacyVerdict {
  /** `contextual`: bid, but read, write, log and send nothing personal; `none`: do not bid. */
  readonly use: 'personal' | 'contextual' | 'none';
  /** Undefined with `personal`. */
  readonly limit: PrivacyLimit | undefined;
}

export interface PrivacyGate {
  judge(request: BidRequest, policy: PrivacyPolicy): PrivacyVerdict;
  /**
   * The same of what is told about the law alone, outside of bid requests.
   *
   * @param consent a TC string
   * @returns undefined where personal data may be used
   */
  regulationsLimit(
    regulations: Regulations,
    consent: string | undefined,
    policy: PrivacyPolicy,
  ): PrivacyLimit | undefined;
}

export interface SupplyGate {
  refusal(request: BidRequest, exchange: Exchange, policy: SupplyPolicy): NoBidReason | undefined;
}

export interface TrafficGate {
  /**
   * Counts the request, so call it once for each.
   *
   * @param nowMs monotonic
   * @param isPersonal may the user's ids be looked at?
   */
  refusal(
    request: BidRequest,
    exchange: Exchange,
    policy: TrafficPolicy,
    nowMs: number,
    isPersonal: boolean,
  ): NoBidReason | undefined;
  /** What `refusal` would say; counts nothing. For explanations. */
  wouldRefuse(
    request: BidRequest,
    exchange: Exchange,
    policy: TrafficPolicy,
    nowMs: number,
    isPersonal: boolean,
  ): NoBidReason | undefined;
  /** What the rules that are on find, a sentence each, such as `impossibleDevices: Android made by Apple`; counts nothing. */
  findings(
    request: BidRequest,
    exchange: Exchange,
    policy: TrafficPolicy,
    nowMs: number,
    isPersonal: boolean,
  ): readonly string[];
}
