import { expect, it } from 'vitest';
import type { BidRequest } from '../src/domain/bid-request.js';
import { SILENT_METRICS } from '../src/domain/ports.js';
import { PRIVACY_DEFAULT } from '../src/domain/privacy-policy.js';
import { decodeBidRequest } from '../src/exchange/decode.js';
import { systemClock } from '../src/lib/clock.js';
import { createPrivacyGate } from '../src/privacy/gate.js';
import { readDirectly } from '../src/profile/direct-reader.js';
import { createEmbeddedStore } from '../src/profile/embedded-store.js';
import { createProfileLookup } from '../src/profile/lookup.js';
import { ProfileCache } from '../src/profile/profile-cache.js';
import { liveBytes } from './support/live-bytes.js';
import { ROOMY_EXCHANGE } from './support/outgoing-bid.js';

/**
 * Texts of a request are views into its body (lib/own-text.ts). What remembers one of them longer than the request must not keep the
 * body with it: a sender would fill the memory with a few thousand long ones.
 */
const REQUESTS = 400;
const BODY_BYTES = 100_000;
const POLICY = { ...PRIVACY_DEFAULT, vendorId: 7 };
const PADDING = 'x'.repeat(BODY_BYTES);

function decoded(number: number): BidRequest {
  const mark = String(number).padStart(12, 'A');
  const body = {
    id: `request-${mark}`,
    imp: [{ id: '1', banner: { w: 300, h: 250 } }],
    device: { ip: '203.0.113.7', ifa: `aaaaaaaa-bbbb-cccc-dddd-${mark}`, geo: { country: 'DEU' } },
    user: { id: `user-${mark}`, consent: `CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYg${mark}` },
    regs: { gdpr: 1 },
    ext: { PADDING },
  };
  const result = decodeBidRequest(Buffer.from(JSON.stringify(body)));
  if (result.kind !== 'request') throw new Error('the sample is a request');
  return result.request;
}

it.each<[string, (request: BidRequest) => unknown]>([
  ['consent strings', judging()],
  ['names of frequency logs', lookingUp()],
  ['keys of the profile cache', caching()],
])('%s keep no bodies', async (_, remember) => {
  const before = liveBytes();
  for (let i = 0; i < REQUESTS; i++) await remember(decoded(i));
  expect(liveBytes() - before).toBeLessThan((REQUESTS * BODY_BYTES) / 4);
});

function judging(): (request: BidRequest) => unknown {
  const gate = createPrivacyGate();
  return (request) => gate.judge(request, POLICY);
}

function lookingUp(): (request: BidRequest) => unknown {
  const lookUp = createProfileLookup(readDirectly(createEmbeddedStore()), SILENT_METRICS);
  return (request) => lookUp(request, ROOMY_EXCHANGE, Infinity);
}

function caching(): (request: BidRequest) => unknown {
  const cache = new ProfileCache({ bytesMax: 64_000_000, ttlMs: 600_000, clock: systemClock });
  return ({ user: { id = '' } }) =>
    cache.remember(id, { stored: undefined, changeNames: [] }, systemClock.monotonicMs());
}
