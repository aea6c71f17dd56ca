import type { PrivacyLimit } from '../domain/gates.js';
import type { Regulations } from '../domain/bid-request.js';
import { decodeRegulations } from '../exchange/decode-user.js';

/** Parameters that say what the visitor has agreed to, as OpenRTB names them, and `gdpr_consent` for `user.consent`. */
const SIGNALS = ['gdpr', 'gdpr_consent', 'us_privacy', 'gpp', 'gpp_sid', 'coppa'] as const;

/** What a browser says by itself. */
export interface BrowserSignals {
  /** `Sec-GPC: 1` */
  readonly globalPrivacyControl: boolean;
  /** `DNT: 1` */
  readonly doNotTrack: boolean;
}

/** Of a call whose headers are judged elsewhere. */
export const NO_SIGNALS: BrowserSignals = { globalPrivacyControl: false, doNotTrack: false };

/** See PrivacyGate; under the policy of now. */
export type RegulationsLimit = (
  regulations: Regulations,
  consent: string | undefined,
) => PrivacyLimit | undefined;

/**
 * May anything personal be read or stored for whoever calls with such a query? Its names are those of OpenRTB's `regs`, so
 * they are read, and believed, in the same way.
 */
export function isLimited(
  query: URLSearchParams,
  { globalPrivacyControl, doNotTrack }: BrowserSignals,
  limitOf: RegulationsLimit,
): boolean {
  if (doNotTrack) return true;
  // Of two values that differ one might be the stricter.
  if (SIGNALS.some((name) => new Set(query.getAll(name)).size > 1)) return true;
  const told = (name: (typeof SIGNALS)[number]): string | undefined => query.get(name) || undefined;
  const regulations = decodeRegulations({
    gdpr: told('gdpr'),
    us_privacy: told('us_privacy'),
    gpp: told('gpp'),
    gpp_sid: told('gpp_sid')?.split(','),
    gpc: globalPrivacyControl ? 1 : undefined,
    coppa: told('coppa'),
  });
  return limitOf(regulations, told('gdpr_consent')) !== undefined;
}
