import type { PrivacyGate } from '../domain/gates.js';
import { privacyLimit } from './limits.js';

export function createPrivacyGate(): PrivacyGate {
  return {
    judge(request) {
      const limit = privacyLimit(request);
      return limit === undefined ? { use: 'personal', limit } : { use: 'contextual', limit };
    },
  };
}
