import { describe, expect, it } from 'vitest';
import { decodeDevice, decodeGeo } from './decode-device.js';
import { decodeInventory } from './decode-inventory.js';
import { decodeRegulations, decodeUser } from './decode-user.js';

describe('the inventory', () => {
  it('takes the domain from domain, else from the page', () => {
    expect(decodeInventory({ site: { domain: 'News.Example', page: 'https://x.example/' } }).domain).toBe(
      'news.example',
    );
    expect(decodeInventory({ site: { page: 'https://www.News.example:443/a' } }).domain).toBe(
      'www.news.example',
    );
    expect(decodeInventory({ site: { domain: '' } }).domain).toBeUndefined();
  });

  it('knows store ids that were sent as numbers', () => {
    expect(decodeInventory({ app: { bundle: 299948601 } })).toMatchObject({
      kind: 'app',
      bundle: '299948601',
    });
    expect(decodeInventory({ app: { bundle: 'COM.Example' } }).bundle).toBe('com.example');
    expect(decodeInventory({ site: { bundle: 'com.example' } }).bundle).toBeUndefined();
  });

  it('keeps the categories of site and content, of whatever taxonomy', () => {
    const site = { cat: 'iab1', content: { cat: ['483'], cattax: 6 } };
    expect(decodeInventory({ site })).toMatchObject({ categories: ['IAB1', '483'] });
  });

  it('knows categories and bundles with blanks around them', () => {
    expect(decodeInventory({ site: { cat: [' IAB25 '] } }).categories).toEqual(['IAB25']);
    expect(decodeInventory({ app: { bundle: ' com.example ' } }).bundle).toBe('com.example');
  });

  it('gathers keywords from both lists of both places', () => {
    const site = { keywords: 'a,b', kwarray: ['c'], content: { keywords: ['d'], kwarray: 'e' } };
    expect(decodeInventory({ site }).keywords).toEqual(['a,b', 'c', 'd', 'e']);
  });

  it('may be a screen in a public place', () => {
    expect(decodeInventory({ dooh: { publisher: { id: 4 } } })).toMatchObject({
      kind: 'dooh',
      publisherId: '4',
    });
  });
});

describe('the device', () => {
  it('believes client hints before the user agent (rule 50)', () => {
    const hints = { platform: { brand: 'Windows', version: ['15', '0'] }, model: 'X1' };
    const device = { os: 'Windows', osv: '10', model: 'PC', sua: hints };
    expect(decodeDevice(device)).toMatchObject({ os: 'Windows', osVersion: '15.0', model: 'X1' });
    expect(decodeDevice({ ...device, sua: { platform: { brand: 'Linux' } } })).toMatchObject({
      os: 'Linux',
      osVersion: '10',
      model: 'PC',
    });
    expect(decodeDevice({ ...device, sua: { platform: { version: [] } } }).osVersion).toBe('10');
  });

  it('tells the user agent and the brands of client hints, as sent, as far as they are some', () => {
    const browsers = [
      { brand: 'Chromium', version: ['130'] },
      {},
      'Edge',
      { brand: 7 },
      { brand: 'Not?A_Brand' },
    ];
    expect(decodeDevice({ ua: 'Mozilla/5.0 (X11)', sua: { browsers } })).toMatchObject({
      userAgent: 'Mozilla/5.0 (X11)',
      browsers: ['Chromium', '7', 'Not?A_Brand'],
    });
    expect(decodeDevice({ ua: '', sua: 'none' })).toMatchObject({ userAgent: undefined, browsers: [] });
  });

  it('reads no more of either than anybody sends', () => {
    const browsers = Array.from({ length: 1_000 }, () => ({ brand: 'x'.repeat(1_000) }));
    const device = decodeDevice({ ua: 'x'.repeat(100_000), sua: { browsers } });
    expect([device.userAgent?.length, device.browsers.length, device.browsers[0]?.length]).toEqual([
      2_048, 16, 128,
    ]);
  });

  it('prefers the language tag to the language', () => {
    expect(decodeDevice({ language: 'en', langb: 'en-GB' }).language).toBe('en-GB');
    expect(decodeDevice({ language: 'en' }).language).toBe('en');
  });

  it('reads lmt and dnt in every spelling', () => {
    expect(decodeDevice({ lmt: '1', dnt: true })).toMatchObject({ limitAdTracking: true, doNotTrack: true });
    expect(decodeDevice(undefined)).toMatchObject({ limitAdTracking: false, doNotTrack: false });
  });
});

describe('the place', () => {
  it.each([
    ['usa', 'USA'],
    ['US', 'USA'],
    ['de', 'DEU'],
    ['Germany', undefined],
    ['XX', undefined],
    ['', undefined],
  ])('reads the country %j as %j', (sent, country) => {
    expect(decodeGeo({ country: sent }).country).toBe(country);
  });

  it.each([
    ['US-CA', 'US-CA'],
    [31, '31'],
  ])('leaves the region %j as it is: %j', (sent, region) => {
    expect(decodeGeo({ region: sent }).region).toBe(region);
  });

  it.each([
    [52.5, 13.4, 52.5],
    ['52.5', '13.4', 52.5],
    [0, 0, undefined],
    [0, 13.4, 0],
    [91, 13.4, undefined],
    [52.5, 181, undefined],
    [52.5, undefined, undefined],
    [52.5, Infinity, undefined],
  ])('has both coordinates or none: %j, %j', (lat, lon, latitude) => {
    const geo = decodeGeo({ lat, lon });
    expect(geo.latitude).toBe(latitude);
    expect(geo.longitude === undefined).toBe(latitude === undefined);
  });

  it('refuses time offsets that no place has', () => {
    expect(decodeGeo({ utcoffset: -480 }).utcOffsetMinutes).toBe(-480);
    expect(decodeGeo({ utcoffset: 5_000 }).utcOffsetMinutes).toBeUndefined();
  });
});

describe('the user', () => {
  it('has extended ids in the place of 2.6 or of 2.5', () => {
    const eids = [{ source: 'a.example', uids: [{ id: 1 }, { id: 'x' }, {}] }, { uids: [{ id: 'lost' }] }, 5];
    const ids = [
      { source: 'a.example', id: '1' },
      { source: 'a.example', id: 'x' },
    ];
    expect(decodeUser({ eids }).extendedIds).toEqual(ids);
    expect(decodeUser({ ext: { eids } }).extendedIds).toEqual(ids);
  });

  it('has those of both places, each once', () => {
    const eids = (...ids: string[]) => [{ source: 'a.example', uids: ids.map((id) => ({ id })) }];
    const read = decodeUser({ eids: eids('1', '2'), ext: { eids: eids('2', '3') } }).extendedIds;
    expect(read.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(decodeUser({ eids: [], ext: { eids: eids('1') } }).extendedIds).toHaveLength(1);
  });

  it.each([
    [{ consent: 'C1' }, 'C1'],
    [{ ext: { consent: 'C1' } }, 'C1'],
    [{ ext: [{ consent: ['C1'] }] }, 'C1'],
    [{ consent: 'C1', ext: { consent: 'C1' } }, 'C1'],
    [{ consent: 'C1', ext: { consent: 'C2' } }, '?'],
    [{ consent: {} }, '?'],
    [{ consent: '', ext: { consent: null } }, undefined],
    [{ ext: { consented_providers_settings: { consented_providers: [7] } } }, undefined],
  ])('has the consent of %j', (user, consent) => {
    expect(decodeUser(user).consent).toBe(consent);
  });

  it('has at most 32 extended ids', () => {
    const uids = Array.from({ length: 1_000 }, (_, i) => ({ id: i + 1 }));
    expect(decodeUser({ eids: [{ source: 'a.example', uids }] }).extendedIds).toHaveLength(32);
  });

  it('was born in a year that can be', () => {
    expect(decodeUser({ yob: '1984' }).yearOfBirth).toBe(1984);
    expect(decodeUser({ yob: 84 }).yearOfBirth).toBeUndefined();
  });
});

describe('the regulations', () => {
  it('stand in the place of 2.6 or of 2.5', () => {
    const told = { gdpr: 1, us_privacy: '1YYN', gpp: 'DBAA', gpp_sid: ['6', 7], gpc: '1' };
    const read = {
      coppa: false,
      gdpr: true,
      usPrivacy: ['1YYN'],
      gpp: 'DBAA',
      gppSections: ['6', '7'],
      globalPrivacyControl: true,
      unreadable: false,
    };
    expect(decodeRegulations(told)).toEqual(read);
    expect(decodeRegulations({ ext: told })).toEqual(read);
    expect(decodeRegulations([{ ext: [told] }])).toEqual(read);
  });

  it('are believed where either place restricts', () => {
    expect(decodeRegulations({ gdpr: 0, ext: { gdpr: '1' } }).gdpr).toBe(true);
    expect(decodeRegulations({ coppa: '1' }).coppa).toBe(true);
    expect(decodeRegulations({ us_privacy: '1YNN', ext: { us_privacy: '1YYN' } }).usPrivacy).toEqual([
      '1YNN',
      '1YYN',
    ]);
    expect(decodeRegulations({ gpp_sid: [], ext: { gpp_sid: [7] } }).gppSections).toEqual(['7']);
  });

  it('tell whether the GDPR applies, or do not tell', () => {
    expect(decodeRegulations({}).gdpr).toBeUndefined();
    expect(decodeRegulations({ gdpr: null, ext: { gdpr: 0 } }).gdpr).toBe(false);
    expect(decodeRegulations({ gdpr: '' }).gdpr).toBe(true);
  });

  it('hold no GPP string where two differ', () => {
    expect(decodeRegulations({ gpp: 'DBAA', ext: { gpp: 'DBAA' } }).gpp).toBe('DBAA');
    expect(decodeRegulations({ gpp: 'DBAA', ext: { gpp: 'DBABMA~x' } }).gpp).toBe('?');
  });

  it.each([
    [{ dsa: { dsarequired: 3, pubrender: '0', datatopub: 2 } }, [3, 0, 2]],
    [{ ext: { dsa: { dsarequired: 2 } } }, [2, 1, 1]],
    [{ dsa: [{ dsarequired: 1 }], ext: { dsa: { dsarequired: 3 } } }, [1, 1, 1]],
    [{ dsa: {} }, [0, 1, 1]],
  ])(
    'hold what the Digital Services Act asks in %j',
    (regs, [required, publisherRenders, dataToPublisher]) => {
      expect(decodeRegulations(regs).dsa).toEqual({ required, publisherRenders, dataToPublisher });
    },
  );

  it.each([{}, { dsa: true }, { dsa: null, ext: {} }])('ask nothing of transparency in %j', (regs) => {
    expect(decodeRegulations(regs).dsa).toBeUndefined();
  });

  it.each([['2,7'], [['2,7']], [[2, ' 7 ']]])('hold the GPP sections of %j', (sections) => {
    expect(decodeRegulations({ gpp_sid: sections }).gppSections).toEqual(['2', '7']);
  });

  it('are unreadable when they are no object', () => {
    for (const value of ['coppa', 1, [{}, {}], { ext: 'gdpr=1' }]) {
      expect(decodeRegulations(value).unreadable).toBe(true);
    }
    for (const value of [undefined, null, {}, [], { ext: null }, { ext: [] }]) {
      expect(decodeRegulations(value).unreadable).toBe(false);
    }
  });
});
