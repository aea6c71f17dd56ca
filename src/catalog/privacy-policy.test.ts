import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PRIVACY_DEFAULT } from '../domain/privacy-policy.js';
import { readPrivacy } from './read-file.js';

function read(policy: object) {
  return readPrivacy(Buffer.from(JSON.stringify(policy)), 'privacy.json');
}

function policyOf(policy: object) {
  const found = read(policy);
  expect(found.good ? [] : found.problems).toEqual([]);
  return found.good ? found.content : undefined;
}

describe('privacy.json', () => {
  it('of nothing is the policy that holds without it, and so is the sample', () => {
    expect(policyOf({})).toEqual(PRIVACY_DEFAULT);
    const sample = JSON.parse(readFileSync('config/privacy.json', 'utf8')) as object;
    expect(policyOf(sample)).toEqual(PRIVACY_DEFAULT);
  });

  it('sets what it names', () => {
    const policy = {
      vendorId: 77,
      purposes: { adMeasurement: 'legitimate-interest' },
      assumeGdprByCountry: false,
      sensitiveRefusalIsOptOut: false,
      gdpr: 'no-bid',
      usStates: 'no-bid',
      children: 'no-bid',
      limitAdTracking: 'no-bid',
      elsewhere: 'contextual',
    };
    const storage = { purpose: 1, basis: 'consent' };
    expect(policyOf(policy)).toEqual({
      ...policy,
      purposes: [storage, { purpose: 7, basis: 'legitimate-interest' }],
    });
    expect(policyOf({ purposes: {} })?.purposes).toEqual([storage]);
  });

  it.each([
    [{ vendorId: 0 }, /vendorId is 0 but must be your number in the IAB's Global Vendor List/],
    [{ gdpr: 'personal' }, /^gdpr is "personal" but must be one of no-bid, contextual$/],
    [{ children: 'bid' }, /^children is "bid" but must be one of no-bid, contextual/],
    [
      { elsewhere: 'everything' },
      /^elsewhere is "everything" but must be one of personal, no-bid, contextual$/,
    ],
    [
      { purposes: { personalisedAds: 'legitimate-interest' } },
      /personalisedAds is .* but must be "consent", the only one/,
    ],
    [
      { purposes: { basicAds: 'yes' } },
      /basicAds is "yes" but must be one of consent, legitimate-interest, either/,
    ],
    [{ purposes: { ads: 'consent' } }, /ads /],
    [{ assumeGdprByCountry: 'yes' }, /must be true or false/],
    [{ vendor: 7 }, /vendorId/],
  ])('says what is wrong with %j', (policy, sentence) => {
    const found = read(policy);
    expect(found.good ? [] : found.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(sentence),
    ]);
  });
});
