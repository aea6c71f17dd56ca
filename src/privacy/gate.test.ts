import { GppModel } from '@iabgpp/cmpapi';
import { describe, expect, it } from 'vitest';
import { consentString } from '../../test/support/consent-strings.js';
import type { BidRequest, Device, Inventory, Regulations, User } from '../domain/bid-request.js';
import { PRIVACY_DEFAULT, type PrivacyPolicy } from '../domain/privacy-policy.js';
import { createPrivacyGate } from './gate.js';

const US = 77;
const GIVEN = consentString({ consents: [1, 2, 3, 4, 7], vendorConsents: [US], disclosed: [US] });
const REFUSED = consentString({ disclosed: [US] });
const CONTEXTUAL: PrivacyPolicy = { ...PRIVACY_DEFAULT, vendorId: US };

interface Told {
  readonly regulations?: Partial<Regulations>;
  readonly device?: Partial<Device>;
  readonly user?: Partial<User>;
  readonly inventory?: Partial<Inventory>;
}

function requestOf({ regulations, device, user, inventory }: Told): BidRequest {
  return {
    regulations: {
      coppa: false,
      gdpr: undefined,
      usPrivacy: [],
      gpp: undefined,
      gppSections: [],
      globalPrivacyControl: false,
      unreadable: false,
      dsa: undefined,
      ...regulations,
    },
    device: { limitAdTracking: false, doNotTrack: false, geo: {}, ...device },
    user: { consent: undefined, geo: {}, ...user },
    inventory: { kind: 'site', ...inventory },
  } as BidRequest;
}

/** `section name` to fields, or a whole TC string. */
function gppOf(sections: Readonly<Record<string, Readonly<Record<string, unknown>> | string>>): string {
  const model = new GppModel();
  for (const [name, fields] of Object.entries(sections)) {
    if (typeof fields === 'string') model.decodeSection(name, fields);
    else for (const [field, value] of Object.entries(fields)) model.setFieldValue(name, field, value);
  }
  return model.encode();
}

const gate = createPrivacyGate();
const verdict = (told: Told, policy = CONTEXTUAL) => gate.judge(requestOf(told), policy);
const limit = (told: Told, policy?: PrivacyPolicy) => verdict(told, policy).limit;
const gpp = (sections: Parameters<typeof gppOf>[0], ...ids: readonly number[]): Told => ({
  regulations: { gpp: gppOf(sections), gppSections: ids.map(String) },
});

describe('the privacy gate', () => {
  it('lets everything be used where nobody asks for privacy', () => {
    expect(verdict({})).toEqual({ use: 'personal', limit: undefined });
  });

  it.each<[Told, string]>([
    [{ regulations: { coppa: true } }, 'coppa'],
    [{ device: { limitAdTracking: true } }, 'limit-ad-tracking'],
    [{ device: { doNotTrack: true } }, 'do-not-track'],
    [{ regulations: { usPrivacy: ['1YNN', '1YYN'] } }, 'us-privacy-opt-out'],
    [{ regulations: { globalPrivacyControl: true } }, 'global-privacy-control'],
    [{ regulations: { unreadable: true } }, 'unreadable-regulations'],
    [{ inventory: { kind: 'dooh' } }, 'shared-screen'],
  ])('names the limit in %j: %s', (told, expected) => {
    expect(verdict(told)).toEqual({ use: 'contextual', limit: expected });
  });

  it('asks for consent where the GDPR applies, and for nothing where it does not', () => {
    expect(limit({ regulations: { gdpr: true }, user: { consent: GIVEN } })).toBeUndefined();
    expect(limit({ regulations: { gdpr: true }, user: { consent: REFUSED } })).toBe('gdpr-vendor-refused');
    expect(limit({ regulations: { gdpr: true } })).toBe('gdpr-no-consent');
    expect(limit({ regulations: { gdpr: false }, user: { consent: REFUSED } })).toBeUndefined();
  });

  it('takes a consent string, or a country of the EEA, for a sign that it applies where nobody says', () => {
    const device = { geo: { country: 'DEU' } as Device['geo'] };
    const user = { geo: { country: 'GBR' } as User['geo'] };
    expect(limit({ user: { consent: REFUSED } })).toBe('gdpr-vendor-refused');
    expect(limit({ device })).toBe('gdpr-no-consent');
    expect(limit({ user })).toBe('gdpr-no-consent');
    expect(limit({ device, regulations: { gdpr: false } })).toBeUndefined();
    expect(limit({ device: { geo: { country: 'USA' } as Device['geo'] } })).toBeUndefined();
    expect(limit({ device }, { ...CONTEXTUAL, assumeGdprByCountry: false })).toBeUndefined();
  });

  it('believes the GPP string where two consents differ', () => {
    const both = (inGpp: string, consent: string): Told => ({
      regulations: { gdpr: true, ...gpp({ tcfeuv2: inGpp }, 2).regulations },
      user: { consent },
    });
    expect(limit(both(GIVEN, REFUSED))).toBeUndefined();
    expect(limit(both(REFUSED, GIVEN))).toBe('gdpr-vendor-refused');
  });

  it.each<[string, Told, string | undefined]>([
    ['no opt-out', gpp({ usnat: { SaleOptOut: 2 } }, 7), undefined],
    ['one of sale', gpp({ usnat: { SaleOptOut: 1 } }, 7), 'gpp-opt-out'],
    ['one of sharing', gpp({ usca: { SharingOptOut: 1 } }, 8), 'gpp-opt-out'],
    ['one of targeting', gpp({ usva: { TargetedAdvertisingOptOut: 1 } }, 9), 'gpp-opt-out'],
    ['a child', gpp({ usut: { KnownChildSensitiveDataConsents: 2 } }, 11), 'gpp-child'],
    ['a wish of the browser', gpp({ usnat: { Gpc: true } }, 7), 'global-privacy-control'],
    [
      'a refusal of sensitive data',
      gpp({ usva: { SensitiveDataProcessing: [0, 0, 1, 0, 0, 0, 0, 0] } }, 9),
      'gpp-sensitive-data',
    ],
    ['an old string that opts out', gpp({ uspv1: { OptOutSale: 'Y' } }, 6), 'us-privacy-opt-out'],
    ['an old string that does not', gpp({ uspv1: { OptOutSale: 'N' } }, 6), undefined],
    ['consent', gpp({ tcfeuv2: GIVEN }, 2), undefined],
    ['a section that does not apply', gpp({ usnat: { SaleOptOut: 1 } }, -1), undefined],
    ['one that applies beside it', gpp({ usnat: { SaleOptOut: 1 }, usva: { SaleOptOut: 2 } }, 9), undefined],
    ['a section that is missing', gpp({ usva: { SaleOptOut: 2 } }, 7), 'gpp'],
    ['a law that is not known', gpp({ usva: { SaleOptOut: 2 } }, 4), 'gpp'],
    ['no consent in Canada', gpp({ tcfcav1: { CmpId: 10 } }, 5), 'canada-no-consent'],
    ['no sections that apply', { regulations: { gpp: 'DBAA' } }, 'gpp'],
    ['no string', { regulations: { gppSections: ['7'] } }, 'gpp'],
    ['a string that cannot be read', { regulations: { gpp: '?', gppSections: ['7'] } }, 'gpp'],
    ['a section of no number', { regulations: { gpp: 'DBAA', gppSections: ['usnat'] } }, 'gpp'],
  ])('reads in a GPP string %s', (_what, told, expected) => {
    expect(limit(told)).toBe(expected);
  });

  it('lets the operator ignore refusals of sensitive data', () => {
    const told = gpp({ usva: { SensitiveDataProcessing: [1, 0, 0, 0, 0, 0, 0, 0] } }, 9);
    expect(limit(told)).toBe('gpp-sensitive-data');
    expect(limit(told, { ...CONTEXTUAL, sensitiveRefusalIsOptOut: false })).toBeUndefined();
  });

  it.each<[Told, Partial<PrivacyPolicy>]>([
    [{ regulations: { coppa: true } }, { children: 'no-bid' }],
    [gpp({ usut: { KnownChildSensitiveDataConsents: 1 } }, 11), { children: 'no-bid' }],
    [{ device: { doNotTrack: true } }, { limitAdTracking: 'no-bid' }],
    [{ regulations: { gdpr: true } }, { gdpr: 'no-bid' }],
    [{ regulations: { usPrivacy: ['1YYN'] } }, { usStates: 'no-bid' }],
    [gpp({ usnat: { SaleOptOut: 1 } }, 7), { usStates: 'no-bid' }],
    [{ regulations: { unreadable: true } }, { usStates: 'no-bid' }],
    [{ regulations: { unreadable: true } }, { gdpr: 'no-bid' }],
    [{}, { elsewhere: 'no-bid' }],
  ])('does not bid on %j under %j', (told, settings) => {
    expect(verdict(told).use).not.toBe('none');
    expect(verdict(told, { ...CONTEXTUAL, ...settings }).use).toBe('none');
  });

  it('does not bid when any of several limits says so, and names that one', () => {
    const told: Told = { device: { doNotTrack: true }, regulations: { coppa: true, gdpr: true } };
    expect(verdict(told)).toEqual({ use: 'contextual', limit: 'do-not-track' });
    expect(verdict(told, { ...CONTEXTUAL, gdpr: 'no-bid' })).toEqual({
      use: 'none',
      limit: 'gdpr-no-consent',
    });
  });

  it('uses nothing personal elsewhere where the operator wants that, but what was agreed to', () => {
    const policy: PrivacyPolicy = { ...CONTEXTUAL, elsewhere: 'contextual' };
    expect(verdict({}, policy)).toEqual({ use: 'contextual', limit: 'operator-choice' });
    expect(limit({ regulations: { gdpr: true }, user: { consent: GIVEN } }, policy)).toBeUndefined();
    expect(limit({ regulations: { usPrivacy: ['1YNN'] } }, policy)).toBeUndefined();
    expect(limit(gpp({ usva: { SaleOptOut: 2 } }, 9), policy)).toBeUndefined();
  });

  it('remembers strings under one policy only', () => {
    const told: Told = { regulations: { gdpr: true }, user: { consent: GIVEN } };
    expect(limit(told)).toBeUndefined();
    expect(limit(told, { ...CONTEXTUAL, vendorId: 78 })).toBe('gdpr-vendor-refused');
    expect(limit(told)).toBeUndefined();
  });

  it('says the same of the law alone', () => {
    const of = (told: Told) => {
      const { regulations, user } = requestOf(told);
      return gate.regulationsLimit(regulations, user.consent, CONTEXTUAL);
    };
    expect(of({})).toBeUndefined();
    expect(of({ regulations: { gdpr: true }, user: { consent: GIVEN } })).toBeUndefined();
    expect(of({ regulations: { gdpr: true } })).toBe('gdpr-no-consent');
    expect(of({ user: { consent: REFUSED } })).toBe('gdpr-vendor-refused');
    expect(of({ regulations: { coppa: true } })).toBe('coppa');
    expect(of({ regulations: { usPrivacy: ['1YYN'] } })).toBe('us-privacy-opt-out');
    expect(of(gpp({ usnat: { SaleOptOut: 1 } }, 7))).toBe('gpp-opt-out');
    expect(of({ regulations: { unreadable: true } })).toBe('unreadable-regulations');
  });
});
