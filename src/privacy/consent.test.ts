import { GppModel, RangeEntry } from '@iabgpp/cmpapi';
import { RestrictionType } from '@iabtcf/core';
import { describe, expect, it } from 'vitest';
import { consentString, type ConsentGiven } from '../../test/support/consent-strings.js';
import { PRIVACY_DEFAULT, type PrivacyPolicy } from '../domain/privacy-policy.js';
import { canadaLimit, consentLimit } from './consent.js';
import { readGpp } from './gpp.js';

const US = 77;
const policy: PrivacyPolicy = { ...PRIVACY_DEFAULT, vendorId: US };
const ALL: ConsentGiven = { consents: [1, 2, 3, 4, 7], vendorConsents: [5, US], disclosed: [5, US] };

const limit = (given: ConsentGiven, under = policy) =>
  consentLimit(consentString({ ...ALL, ...given }), under);
const restricted = (purpose: number, type: RestrictionType, vendors = [US]): ConsentGiven => ({
  restrictions: [{ purpose, type, vendors }],
});

describe('a consent', () => {
  it('to all that we need is one', () => {
    expect(limit({})).toBeUndefined();
    expect(limit({ interests: [2, 7], vendorInterests: [US], consents: [1, 3, 4] })).toBeUndefined();
  });

  it('can be given to nobody without an id in the vendor list', () => {
    expect(limit({}, PRIVACY_DEFAULT)).toBe('gdpr');
  });

  it('must be there and be readable', () => {
    expect(consentLimit(undefined, policy)).toBe('gdpr-no-consent');
    expect(consentLimit('', policy)).toBe('gdpr-unreadable-consent');
    expect(consentLimit('?', policy)).toBe('gdpr-unreadable-consent');
    // Of version 1, which ended in 2020.
    expect(consentLimit('BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA', policy)).toBe('gdpr-unreadable-consent');
  });

  it('for more than this site alone is invalid', () => {
    expect(limit({ isServiceSpecific: false })).toBe('gdpr-invalid-consent');
  });

  it.each([
    [3, '2023-09-30T23:59:59Z', undefined],
    [3, '2023-10-01T00:00:00Z', 'gdpr-invalid-consent'],
    [4, '2023-10-01T00:00:00Z', undefined],
  ])('of policy %i from %s: %s', (policyVersion, instant, expected) => {
    expect(limit({ policyVersion, createdMs: Date.parse(instant) })).toBe(expected);
  });

  it('of an old policy that was touched up since is invalid', () => {
    const given = { policyVersion: 2, createdMs: Date.parse('2023-01-01') };
    expect(limit(given)).toBeUndefined();
    expect(limit({ ...given, updatedMs: Date.parse('2024-01-01') })).toBe('gdpr-invalid-consent');
  });

  it.each([
    ['2026-02-28T23:59:59Z', undefined],
    ['2026-03-01T00:00:00Z', 'gdpr-invalid-consent'],
  ])('of %s without the vendors disclosed: %s', (instant, expected) => {
    expect(limit({ disclosed: undefined, createdMs: Date.parse(instant) })).toBe(expected);
  });

  it('is none to a vendor that was not disclosed, or not consented to', () => {
    expect(limit({ disclosed: [5] })).toBe('gdpr-vendor-refused');
    expect(limit({ vendorConsents: [5] })).toBe('gdpr-vendor-refused');
    // Nor to one that has nothing but its interests, where consent is needed.
    expect(limit({ vendorConsents: [5], vendorInterests: [US], interests: [2, 7] })).toBe(
      'gdpr-purpose-refused',
    );
  });

  it.each([1, 2, 3, 4, 7])('is none without purpose %i', (purpose) => {
    const consents = [1, 2, 3, 4, 7].filter((each) => each !== purpose);
    expect(limit({ consents })).toBe('gdpr-purpose-refused');
  });

  it('to purposes that are not needed is not asked for', () => {
    const purposes = [{ purpose: 1, basis: 'consent' as const }];
    expect(limit({ consents: [1] }, { ...policy, purposes })).toBeUndefined();
  });

  it('gives way to what the publisher restricts', () => {
    expect(limit(restricted(4, RestrictionType.NOT_ALLOWED))).toBe('gdpr-purpose-refused');
    expect(limit(restricted(4, RestrictionType.NOT_ALLOWED, [5]))).toBeUndefined();
    expect(limit(restricted(10, RestrictionType.NOT_ALLOWED))).toBeUndefined();
    expect(limit(restricted(2, RestrictionType.REQUIRE_LI))).toBe('gdpr-purpose-refused');
    const onInterest = { interests: [2, 7], vendorInterests: [US], consents: [1, 3, 4] };
    expect(limit({ ...onInterest, ...restricted(2, RestrictionType.REQUIRE_CONSENT) })).toBe(
      'gdpr-purpose-refused',
    );
    expect(limit({ ...onInterest, ...restricted(2, RestrictionType.REQUIRE_LI) })).toBeUndefined();
  });

  it('is what profiles rest on, whatever interest is claimed', () => {
    const onInterest = { interests: [2, 3, 4, 7], vendorInterests: [US], consents: [1] };
    expect(limit(onInterest)).toBe('gdpr-purpose-refused');
    const purposes = [3, 4].map((purpose) => ({ purpose, basis: 'either' as const }));
    expect(limit(onInterest, { ...policy, purposes })).toBe('gdpr-purpose-refused');
  });

  it('does not replace an interest that we registered', () => {
    const purposes = [{ purpose: 7, basis: 'legitimate-interest' as const }];
    expect(limit({}, { ...policy, purposes })).toBe('gdpr-purpose-refused');
    expect(limit({ interests: [7], vendorInterests: [US] }, { ...policy, purposes })).toBeUndefined();
  });
});

describe('a consent in Canada', () => {
  const flags = (...purposes: readonly number[]) =>
    Array.from({ length: 24 }, (_, i) => purposes.includes(i + 1));

  function canada(fields: Readonly<Record<string, unknown>>): string {
    const model = new GppModel();
    const all = { VendorExpressConsent: [US], PurposesExpressConsent: flags(1, 2, 3, 4, 7), ...fields };
    for (const [field, value] of Object.entries(all)) model.setFieldValue('tcfcav1', field, value);
    return readGpp(model.encode())?.get(5) ?? '';
  }

  it('is given by word or by use', () => {
    expect(canadaLimit(canada({}), policy)).toBeUndefined();
    const byUse = { PurposesExpressConsent: flags(1, 3, 4), PurposesImpliedConsent: flags(2, 7) };
    expect(canadaLimit(canada({ ...byUse, VendorImpliedConsent: [US] }), policy)).toBeUndefined();
    expect(canadaLimit(canada(byUse), policy)).toBe('canada-no-consent');
  });

  it('must be to us, for all that we need, and be readable', () => {
    expect(canadaLimit(canada({}), PRIVACY_DEFAULT)).toBe('canada-no-consent');
    expect(canadaLimit(canada({ VendorExpressConsent: [5] }), policy)).toBe('canada-no-consent');
    expect(canadaLimit(canada({ PurposesExpressConsent: flags(1, 2, 3) }), policy)).toBe('canada-no-consent');
    expect(canadaLimit('B', policy)).toBe('canada-no-consent');
  });

  it('gives way to what the publisher restricts', () => {
    const restricted = (type: number, vendor = US) => ({
      PubRestrictions: [new RangeEntry(2, type, [vendor])],
    });
    expect(canadaLimit(canada(restricted(0)), policy)).toBe('canada-no-consent');
    expect(canadaLimit(canada(restricted(0, 5)), policy)).toBeUndefined();
    expect(canadaLimit(canada(restricted(1)), policy)).toBeUndefined();
  });
});
