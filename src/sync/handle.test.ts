import { describe, expect, it } from 'vitest';
import type { Exchange } from '../domain/catalog.js';
import type { SyncCall, SyncOutcome } from '../domain/ports.js';
import type { ProfileKey } from '../domain/profile.js';
import { createSyncHandler } from './handle.js';

function setUp({ syncRedirect, isBroken = false }: { syncRedirect?: string; isBroken?: boolean } = {}) {
  const links: string[] = [];
  const erased: ProfileKey[] = [];
  const outcomes: SyncOutcome[] = [];
  const exchange = { id: 'generic', syncRedirect } as Exchange;
  const handle = createSyncHandler({
    exchangeOf: (name) => (name === 'generic' ? exchange : undefined),
    store: {
      link(name, userId, cookie) {
        links.push(`${name} ${userId} ${cookie}`);
        return isBroken ? Promise.reject(new Error('broken on purpose')) : Promise.resolve();
      },
      erase(key) {
        erased.push(key);
        return Promise.resolve(1);
      },
    },
    metrics: { sync: (outcome) => void outcomes.push(outcome) },
  });
  const sync = (query: string, call: Partial<SyncCall> = {}) =>
    handle({
      exchange: 'generic',
      query,
      cookies: '',
      globalPrivacyControl: false,
      doNotTrack: false,
      ...call,
    });
  return { sync, links, erased, outcomes };
}

describe('a cookie sync', () => {
  it('makes an id of 128 random bits and links the user id to it', () => {
    const { sync, links, outcomes } = setUp();
    const answers = [sync('uid=u-1'), sync('uid=u-1')];
    const ids = links.map((link) => /^generic u-1 ([\w-]{22})$/.exec(link)?.[1]);
    expect(new Set(ids).size).toBe(2);
    for (const [i, answer] of answers.entries()) {
      expect(answer).toMatchObject({
        kind: 'pixel',
        setCookie: expect.stringContaining(`nc=${ids[i]};`) as string,
      });
    }
    expect(outcomes).toEqual(['linked', 'linked']);
  });

  it('keeps the id that is there, and without a user id links nothing', () => {
    const { sync, links, outcomes } = setUp();
    expect(sync('', { cookies: 'nc=c-1' })).toMatchObject({
      setCookie: expect.stringContaining('nc=c-1;') as string,
    });
    expect(links).toEqual([]);
    expect(outcomes).toEqual(['cookie-only']);
  });

  it('puts the id wherever the address of the exchange wants it, and nothing else', () => {
    const { sync } = setUp({ syncRedirect: 'https://x.example/${COOKIE_ID}?id=${COOKIE_ID}' });
    expect(sync('uid=$%26&location=https://evil.example', { cookies: 'nc=c-1' })).toMatchObject({
      kind: 'redirect',
      location: 'https://x.example/c-1?id=c-1',
    });
  });

  it('erases who opts out, and leaves alone who did', () => {
    const { sync, links, erased, outcomes } = setUp();
    expect(sync('uid=u-1&optout=1', { cookies: 'nc=c-1' })).toMatchObject({
      setCookie: expect.stringContaining('nc=optout;') as string,
    });
    expect(sync('optout=1')).toMatchObject({ kind: 'pixel' });
    expect(sync('uid=u-1', { cookies: 'nc=optout' })).toEqual({ kind: 'refused' });
    expect(erased).toEqual([{ kind: 'cookie', id: 'c-1' }]);
    expect(links).toEqual([]);
    expect(outcomes).toEqual(['opted-out', 'opted-out', 'opted-out']);
  });

  it('lets who needs consent opt out as well', () => {
    const { sync, erased } = setUp();
    expect(sync('gdpr=1&optout=1', { cookies: 'nc=c-1', doNotTrack: true })).toMatchObject({ kind: 'pixel' });
    expect(erased).toHaveLength(1);
  });

  it.each<[string, Partial<SyncCall>]>([
    ['gdpr=1', {}],
    ['gdpr=maybe', {}],
    ['gdpr_consent=', {}],
    ['gdpr=0&gdpr_consent=CPXxRf', {}],
    ['us_privacy=1YYN', {}],
    ['us_privacy=odd', {}],
    ['gpp=DBAA', {}],
    ['gpp_sid=2,7', {}],
    ['coppa=1', {}],
    ['', { globalPrivacyControl: true }],
    ['', { doNotTrack: true }],
  ])('is refused with %j %j', (query, call) => {
    const { sync, links, outcomes } = setUp();
    expect(sync(`uid=u-1&${query}`, { cookies: 'nc=c-1', ...call })).toEqual({ kind: 'refused' });
    expect([links, outcomes]).toEqual([[], ['refused']]);
  });

  it.each(['gdpr=0', 'us_privacy=1YNN', 'gpp=DBAA&gpp_sid=-1', 'gdpr=&us_privacy=&gpp=&gpp_sid='])(
    'is done with %j',
    (query) => {
      const { sync, outcomes } = setUp();
      expect(sync(`uid=u-1&${query}`)).toMatchObject({ kind: 'pixel' });
      expect(outcomes).toEqual(['linked']);
    },
  );

  it('is refused to unknown exchanges and ids beyond all lengths', () => {
    const { sync, links, outcomes } = setUp();
    expect(sync('uid=u-1', { exchange: '__proto__' })).toEqual({ kind: 'unknown-exchange' });
    expect(sync(`uid=${'x'.repeat(257)}`)).toEqual({ kind: 'invalid' });
    expect([links, outcomes]).toEqual([[], ['invalid', 'invalid']]);
  });

  it('is answered while the store is broken, which is counted', async () => {
    const { sync, outcomes } = setUp({ isBroken: true });
    expect(sync('uid=u-1')).toMatchObject({ kind: 'pixel' });
    await new Promise(setImmediate);
    expect(outcomes).toEqual(['linked', 'failed']);
  });
});
