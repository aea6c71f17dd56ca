import { describe, expect, it } from 'vitest';
import type { BidRequest } from '../src/domain/bid-request.js';
import { PRIVACY_DEFAULT } from '../src/domain/privacy-policy.js';
import { decodeDevice } from '../src/exchange/decode-device.js';
import { decodeInventory } from '../src/exchange/decode-inventory.js';
import { decodeRegulations, decodeUser } from '../src/exchange/decode-user.js';
import { createPrivacyGate } from '../src/privacy/gate.js';

/** Decoder and gate together: a signal that one of them overlooks opens what the law closes. */
describe('who may not be recognised', () => {
  const device = decodeDevice(undefined);
  const inventory = decodeInventory({ site: {} });
  const gate = createPrivacyGate();

  function limitOf(regs: unknown, ofDevice = device) {
    const regulations = decodeRegulations(regs);
    const request = { regulations, device: ofDevice, inventory, user: decodeUser(undefined) };
    return gate.judge(request as BidRequest, PRIVACY_DEFAULT).limit;
  }

  it.each([
    [{ gpp_sid: [], ext: { gpp_sid: [7] } }, 'gpp'],
    [{ gpp_sid: '2,7' }, 'gpp'],
    [{ gpp_sid: ['2,7'] }, 'gpp'],
    [{ gpp_sid: ['usnat'] }, 'gpp'],
    [{ gpp_sid: {} }, 'gpp'],
    [{ gpp: 'DBABMA~CPXxRfAPXxRfAAfKABENB' }, 'gpp'],
    [{ gpp: 'DBAA', gpp_sid: [] }, 'gpp'],
    [{ gpp: {} }, 'gpp'],
    [{ gpp: 'DBAA', gpp_sid: ['', ' '] }, 'gpp'],
    [{ us_privacy: true }, 'us-privacy-opt-out'],
    [{ us_privacy: {} }, 'us-privacy-opt-out'],
    [{ us_privacy: '1YNN', ext: { us_privacy: '1YYN' } }, 'us-privacy-opt-out'],
    [{ us_privacy: '1YYN', ext: { us_privacy: '1YNN' } }, 'us-privacy-opt-out'],
    [{ gdpr: '1.0' }, 'gdpr'],
    [{ gdpr: 'TRUE' }, 'gdpr'],
    [{ gdpr: ' 1' }, 'gdpr'],
    [{ gdpr: '01' }, 'gdpr'],
    [{ gdpr: [1] }, 'gdpr'],
    [{ gdpr: 'maybe' }, 'gdpr'],
    [{ gdpr: {} }, 'gdpr'],
    [{ coppa: [true] }, 'coppa'],
    [{ ext: { gpc: 'yes' } }, 'global-privacy-control'],
    ['coppa=1', 'unreadable-regulations'],
  ])('a signal that is present but written oddly is believed: %j', (regs, limit) => {
    expect(limitOf(regs)).toBe(limit);
  });

  it('believes odd flags of the device as well', () => {
    expect(limitOf({}, decodeDevice({ lmt: 'yes' }))).toBe('limit-ad-tracking');
    expect(limitOf({}, decodeDevice({ dnt: [1] }))).toBe('do-not-track');
  });

  it.each([
    [{}],
    [{ gdpr: 0, coppa: '0', gpc: 'false' }],
    [{ gdpr: '0.0', coppa: [0], gpc: ' False ' }],
    [{ gdpr: null, us_privacy: null, gpp: null, gpp_sid: null }],
    [{ us_privacy: '', gpp: '', gpp_sid: '' }],
    [{ us_privacy: '1YNN', ext: { us_privacy: '1---' } }],
    [{ gpp: 'DBAA', gpp_sid: [-1] }],
    [{ gpp_sid: ['0'] }],
  ])('everybody else may: %j', (regs) => {
    expect(limitOf(regs)).toBeUndefined();
  });
});
