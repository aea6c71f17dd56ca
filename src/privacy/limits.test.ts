import { describe, expect, it } from 'vitest';
import type { BidRequest, Device, Regulations } from '../domain/bid-request.js';
import { privacyLimit } from './limits.js';

const request = {
  regulations: {
    coppa: false,
    gdpr: false,
    usPrivacy: [],
    gppSections: [],
    globalPrivacyControl: false,
  } as unknown as Regulations,
  device: { limitAdTracking: false, doNotTrack: false } as Device,
  inventory: { kind: 'site' },
} as unknown as BidRequest;

describe('privacyLimit', () => {
  function limit(regulations: Partial<Regulations>, device: Partial<Device> = {}) {
    return privacyLimit({
      ...request,
      regulations: { ...request.regulations, ...regulations },
      device: { ...request.device, ...device },
    });
  }

  it('finds none in a plain request', () => {
    expect(limit({})).toBeUndefined();
  });

  it.each([
    [{ coppa: true }, {}, 'coppa'],
    [{}, { limitAdTracking: true }, 'limit-ad-tracking'],
    [{}, { doNotTrack: true }, 'do-not-track'],
    [{ gdpr: true }, {}, 'gdpr'],
    [{ usPrivacy: ['1YYN'] }, {}, 'us-privacy-opt-out'],
    [{ globalPrivacyControl: true }, {}, 'global-privacy-control'],
    [{ gppSections: ['7'] }, {}, 'gpp'],
  ])('names the limit in %j %j', (regulations, device, expected) => {
    expect(limit(regulations, device)).toBe(expected);
  });

  it.each(['', '1', '1YN', '1YNNN', '2YNN', '1Y?N', '1YNN ', 'null'])(
    'takes the malformed us_privacy %j as an opt-out',
    (text) => {
      expect(limit({ usPrivacy: [text] })).toBe('us-privacy-opt-out');
    },
  );

  it.each(['1---', '1YNN', '1NNY', '1YN-'])('reads no opt-out in %j', (text) => {
    expect(limit({ usPrivacy: [text] })).toBeUndefined();
  });

  it('takes a public screen for nobody in particular', () => {
    const inventory = { ...request.inventory, kind: 'dooh' as const };
    expect(privacyLimit({ ...request, inventory })).toBe('shared-screen');
  });
});
