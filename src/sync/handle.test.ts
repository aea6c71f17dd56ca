import { describe, expect, it } from 'vitest';
import { consentString } from '../../test/support/consent-strings.js';
import type { Exchange } from '../domain/catalog.js';
import type { SyncCall, SyncOutcome } from '../domain/ports.js';
import { PRIVACY_DEFAULT } from '../domain/privacy-policy.js';
import type { ProfileKey } from '../domain/profile.js';
import { createPrivacyGate } from '../privacy/gate.js';
import { createCookies } from './cookie.js';
import { createSyncHandler } from './handle.js';

const cookies = createCookies([{ id: 'k', secret: Buffer.from('secret of 32 bytes and more, one') }]);
const ID = cookies.newId();
const COOKIE = cookies.setId(ID).split(';')[0] ?? '';
const KEPT = { kind: 'pixel', setCookie: cookies.setId(ID) };

const VENDOR = 77;
const policy = { ...PRIVACY_DEFAULT, vendorId: VENDOR };
const gate = createPrivacyGate();
const ALL = { consents: [1, 2, 3, 4, 7], disclosed: [VENDOR, 78] };
const CONSENT = consentString({ ...ALL, vendorConsents: [VENDOR] });
const CONSENT_TO_OTHERS = consentString({ ...ALL, vendorConsents: [78] });

function setUp({ syncRedirect, isBroken = false }: { syncRedirect?: string; isBroken?: boolean } = {}) {
  const links: string[] = [];
  const erased: ProfileKey[] = [];
  const outcomes: SyncOutcome[] = [];
  const exchange = { id: 'generic', syncRedirect } as Exchange;
  const done = <T>(value: T) =>
    isBroken ? Promise.reject(new Error('broken on purpose')) : Promise.resolve(value);
  const handle = createSyncHandler({
    exchangeOf: (name) => (name === 'generic' ? exchange : undefined),
    cookies,
    store: {
      link(name, userId, cookie) {
        links.push(`${name} ${userId} ${cookie}`);
        return done(undefined);
      },
      erase(key) {
        erased.push(key);
        return done(1);
      },
    },
    metrics: { sync: (outcome) => void outcomes.push(outcome) },
    limitOf: (regulations, consent) => gate.regulationsLimit(regulations, consent, policy),
  });
  const sync = async (query: string, call: Partial<SyncCall> = {}) =>
    handle({
      exchange: 'generic',
      query,
      cookies: COOKIE,
      globalPrivacyControl: false,
      doNotTrack: false,
      isEmbedded: true,
      ...call,
    });
  return { sync, links, erased, outcomes };
}

describe('a cookie sync', () => {
  it('sets a new id and stores nothing before the browser has sent it back', async () => {
    const { sync, links, outcomes } = setUp();
    const first = await sync('uid=u-1', { cookies: 'other=1' });
    const setCookie = 'setCookie' in first ? first.setCookie : '';
    expect(cookies.read(setCookie.split(';')[0] ?? '')).toMatchObject({ kind: 'id' });
    expect(links).toEqual([]);
    expect(await sync('uid=u-1')).toEqual(KEPT);
    expect(links).toEqual([`generic u-1 ${ID}`]);
    expect(outcomes).toEqual(['cookie-only', 'linked']);
  });

  it('without a user id links nothing', async () => {
    const { sync, links, outcomes } = setUp();
    expect(await sync('')).toEqual(KEPT);
    expect([links, outcomes]).toEqual([[], ['cookie-only']]);
  });

  it('puts the id wherever the address of the exchange wants it, and nothing else', async () => {
    const { sync } = setUp({ syncRedirect: 'https://x.example/${COOKIE_ID}?id=${COOKIE_ID}' });
    expect(await sync('uid=$%26&location=https://evil.example')).toMatchObject({
      kind: 'redirect',
      location: `https://x.example/${ID}?id=${ID}`,
    });
  });

  it.each<[string, Partial<SyncCall>]>([
    ['gdpr=1', {}],
    ['gdpr=maybe', {}],
    ['gdpr=0&gdpr=1', {}],
    ['gdpr_consent=CPXxRf', {}],
    [`gdpr=1&gdpr_consent=${CONSENT_TO_OTHERS}`, {}],
    [`gdpr_consent=${CONSENT_TO_OTHERS}`, {}],
    [`gdpr=1&gdpr_consent=${CONSENT}&gdpr_consent=${CONSENT_TO_OTHERS}`, {}],
    [`gdpr=1&gdpr_consent=${CONSENT}&coppa=1`, {}],
    // The national section says that the visitor opted out of sale.
    ['gpp=DBABLA~CAAQAAAAAABA.QA&gpp_sid=7', {}],
    ['us_privacy=1YYN', {}],
    ['us_privacy=1---&us_privacy=1YYN', {}],
    ['us_privacy=odd', {}],
    ['gpp=DBAA', {}],
    ['gpp_sid=2,7', {}],
    ['coppa=1', {}],
    ['', { globalPrivacyControl: true }],
    ['', { doNotTrack: true }],
    ['', { cookies: 'nc=optout' }],
  ])('is refused with %j %j', async (query, call) => {
    const { sync, links } = setUp();
    expect(await sync(`uid=u-1&${query}`, call)).toEqual({ kind: 'refused' });
    expect(links).toEqual([]);
  });

  it.each([
    'gdpr=0',
    'gdpr=0&gdpr_consent=',
    'gdpr=0&gdpr_consent=CPXxRf',
    `gdpr=1&gdpr_consent=${CONSENT}`,
    `gdpr_consent=${CONSENT}`,
    // The national section says that nothing applies.
    'gpp=DBABLA~CAAAAAAAAABA.QA&gpp_sid=7',
    'us_privacy=1YNN',
    'gpp=DBAA&gpp_sid=-1',
    'gdpr=&us_privacy=&gpp=&gpp_sid=',
  ])('is done with %j', async (query) => {
    const { sync, outcomes } = setUp();
    expect(await sync(`uid=u-1&${query}`)).toEqual(KEPT);
    expect(outcomes).toEqual(['linked']);
  });

  it('is refused to unknown exchanges and ids beyond all lengths', async () => {
    const { sync, links, outcomes } = setUp();
    expect(await sync('uid=u-1', { exchange: '__proto__' })).toEqual({ kind: 'unknown-exchange' });
    expect(await sync(`uid=${'x'.repeat(257)}`)).toEqual({ kind: 'invalid' });
    expect([links, outcomes]).toEqual([[], ['invalid', 'invalid']]);
  });

  it('is answered while the store is broken, which is counted', async () => {
    const { sync, outcomes } = setUp({ isBroken: true });
    expect(await sync('uid=u-1')).toEqual(KEPT);
    await new Promise(setImmediate);
    expect(outcomes).toEqual(['linked', 'failed']);
  });
});

describe('an opt-out', () => {
  const OUT = { kind: 'opted-out', setCookie: cookies.setOptedOut };
  const followed = { isEmbedded: false };

  it('erases first, whatever law applies, and then says so in the cookie', async () => {
    const { sync, links, erased, outcomes } = setUp();
    expect(await sync('uid=u-1&gdpr=1&optout=1', { ...followed, doNotTrack: true })).toEqual(OUT);
    expect(await sync('optout=1', { ...followed, cookies: '' })).toEqual(OUT);
    expect([links, erased]).toEqual([[], [{ kind: 'cookie', id: ID }]]);
    expect(outcomes).toEqual(['opted-out', 'opted-out']);
  });

  it('was lost for good when the store was down: now the cookie stays until it is done', async () => {
    const { sync, outcomes } = setUp({ isBroken: true });
    expect(await sync('optout=1', followed)).toEqual({ kind: 'unavailable' });
    expect(outcomes).toEqual(['failed']);
  });

  it('could be made by a picture in any page', async () => {
    const { sync, erased } = setUp();
    expect(await sync('optout=1')).toEqual({ kind: 'invalid' });
    expect(erased).toEqual([]);
  });

  it('erases nobody whose cookie we have not signed', async () => {
    const { sync, erased } = setUp();
    expect(await sync('optout=1', { ...followed, cookies: 'nc=c-81f3' })).toEqual(OUT);
    expect(erased).toEqual([]);
  });
});
