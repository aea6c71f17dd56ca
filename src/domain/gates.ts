import type { BidRequest } from './bid-request.js';
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

/** Why nothing personal may be used for a request. */
export type PrivacyLimit =
  | 'coppa'
  | 'limit-ad-tracking'
  | 'do-not-track'
  | 'gdpr'
  | 'us-privacy-opt-out'
  | 'global-privacy-control'
  | 'gpp'
  | 'unreadable-regulations'
  | 'shared-screen';

export interface PrivacyVerdict {
  /** `contextual`: bid, but read, write, log and send nothing personal; `none`: do not bid. */
  readonly use: 'personal' | 'contextual' | 'none';
  /** Undefined with `personal`. */
  readonly limit: PrivacyLimit | undefined;
}

export interface PrivacyGate {
  judge(request: BidRequest, policy: PrivacyPolicy): PrivacyVerdict;
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
}
