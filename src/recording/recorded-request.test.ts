import { describe, expect, it } from 'vitest';
import { recordedDevice } from './person.js';
import { Pseudonyms } from './pseudonyms.js';
import { recordedRequest } from './recorded-request.js';

const UUID = '6d92078a-8246-4ba4-ae5b-76104861e7dc';
const pseudonyms = new Pseudonyms();
const recorded = (request: object, extent: 'pseudonymous' | 'nothing-personal' = 'pseudonymous') =>
  recordedRequest(request as Record<string, unknown>, extent, pseudonyms) as Record<string, never>;

describe('a pseudonym', () => {
  it('has the shape of what it stands for', () => {
    expect(pseudonyms.of(UUID)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(pseudonyms.of(UUID.toUpperCase())).toMatch(/^[0-9A-F-]{36}$/);
    expect(pseudonyms.of('0123456789')).toMatch(/^\d{10}$/);
    expect(pseudonyms.of('Jane.Doe+7@mail.example')).toMatch(
      /^[A-Z][a-z]{3}\.[A-Z][a-z]{2}\+\d@[a-z]{4}\.[a-z]{7}$/,
    );
    expect(pseudonyms.of('李雷')).toMatch(/^[a-z]{2}$/);
    expect(String(pseudonyms.ofNumber(123_456_789_012)).length).toBeLessThanOrEqual(12);
    expect(String(pseudonyms.ofNumber(-37.804363))).toMatch(/^-\d{1,2}(\.\d{1,6})?$/);
    for (const number of [1e21, 1e-7, 1.5e300, Number.MAX_VALUE])
      expect(pseudonyms.ofNumber(number)).toSatisfy(Number.isFinite);
    expect(pseudonyms.ofNumber(1e21)).not.toBe(1e21);
  });

  it('is the same for the same text, another for another, and another in another recording', () => {
    expect(pseudonyms.of(UUID)).toBe(pseudonyms.of(UUID));
    expect(pseudonyms.of(UUID)).not.toBe(UUID);
    expect(pseudonyms.of(UUID)).not.toBe(pseudonyms.of(UUID.replace('6', '7')));
    expect(pseudonyms.of(UUID)).not.toBe(new Pseudonyms().of(UUID));
    const short = pseudonyms.of('a-7');
    for (let i = 0; i < 20_000; i++) pseudonyms.of(`t${i}`);
    expect(pseudonyms.of('a-7')).toBe(short);
    const long = 'x'.repeat(1_000);
    expect(new Set(pseudonyms.of(long).match(/.{64}/g)).size).toBe(15);
    expect(pseudonyms.of(long)).not.toBe(pseudonyms.of(`${long.slice(1)}y`));
  });

  it('leaves zeros, which stand for no id', () => {
    expect(pseudonyms.of('00000000-0000-0000-0000-000000000000')).toBe(
      '00000000-0000-0000-0000-000000000000',
    );
    expect(pseudonyms.of('')).toBe('');
  });
});

describe('what is recorded', () => {
  it('keeps what bidding needs', () => {
    const request = {
      imp: [
        {
          id: '1',
          bidfloor: 0.42,
          banner: { w: 300, h: 250, format: [{ w: 300, h: 250 }], battr: [1] },
          video: { mimes: ['video/mp4'], ext: { plcmt: 2, rewarded: 0 } },
          pmp: { deals: [{ id: 'd1', bidfloor: 2, wadomain: ['acme.example'] }] },
          ext: { is_rewarded_inventory: 1 },
        },
      ],
      site: {
        domain: 'news.example',
        page: 'https://news.example/sport/marathon.html',
        cat: ['IAB17'],
        publisher: { id: '7' },
      },
      regs: { gdpr: 1, ext: { gdpr: 1, us_privacy: '1YNN' }, gpp: 'DBABLA~BFQqAAAAAgA.QA', gpp_sid: [7] },
      source: {
        ext: { schain: { complete: 1, ver: '1.0', nodes: [{ asi: 'x.example', sid: '1', hp: 1 }] } },
      },
      bcat: ['IAB25'],
      at: 1,
      tmax: 200,
    };
    expect(recorded(request)).toEqual(request);
  });

  it('cuts addresses and places', () => {
    const geo = {
      country: 'DEU',
      city: 'Berlin',
      zip: '10115',
      lat: 52.523456,
      lon: 13.41111,
      accuracy: 5,
      lastfix: 9,
    };
    const device = { ip: '203.0.113.77', ipv6: '2001:db8:85a3::8a2e:370:7334', geo };
    expect(recorded({ device, user: { geo } })).toEqual({
      device: {
        ip: '203.0.113.0',
        ipv6: '2001:db8:85a3::',
        geo: { country: 'DEU', city: 'Berlin', zip: '101', lat: 52.52, lon: 13.41 },
      },
      user: { geo: { country: 'DEU', city: 'Berlin', zip: '101', lat: 52.52, lon: 13.41 } },
    });
    expect(recorded({ device: { ip: 'jane', ipv6: '::ffff:203.0.113.77' } })).toEqual({
      device: { ipv6: '203.0.113.0' },
    });
  });

  it.each([
    [
      'https://jane:secret@news.example:8443/u/jane@mail.example/marathon;s=1?mail=jane#jane',
      /^https:\/\/news\.example\/u\/[a-z]{4}-[a-z]{4}-[a-z]{7}\/marathon$/,
    ],
    ['https://wetter24online.example/', /^https:\/\/wetter24online\.example\/$/],
    ['news.example/sport/', /^news\.example\/sport\/$/],
    ['https://news.example/2026/11/marathon-in-berlin.html', /2026\/11\/marathon-in-berlin\.html$/],
    ['https://news.example/tel/0151-2345678/x', /^https:\/\/news\.example\/tel\/\d{4}-\d{7}\/x$/],
    ['https://news.example/amFuZS5kb2VAbWFpbC5leGFtcGxl', /^https:\/\/news\.example\/(?!amFu)\w{28}$/],
    ['https://news.example/jane%40mail.example', /^https:\/\/news\.example\/[a-z\d-]{4,}$/],
    ['https://news.example/%E0%A4%A', /^https:\/\/news\.example\/[A-Z\d-]+$/],
    ['https://news.example/name=jane;jane', /^https:\/\/news\.example\/(?!name)[a-z]{4}-[a-z]{4}$/],
  ])('of the page %s keeps scheme, host and path', (page, expected) => {
    const told = JSON.stringify(recorded({ site: { page } })).slice(
      '{"site":{"page":"'.length,
      -'"}}'.length,
    );
    expect(told).toMatch(expected);
    expect(told).not.toMatch(/jane|secret|2345678/);
  });

  it.each([
    'mailto:jane@mail.example',
    'jane:secret@news.example/',
    'javascript:jane',
    'tel:+491512345678',
    'https://203.0.113.7/',
    'https://x-491512345678.example/',
    'https://yj0c1dzr4rzxynkbw1.news.example/',
    '/u/jane',
  ])('leaves out %s, which is no page', (page) => {
    expect(recorded({ site: { page } })).toEqual({ site: {} });
  });

  it('keeps of a page the host alone where nothing personal may be used', () => {
    const site = { page: 'https://news.example/u/jane', keywords: 'jane' };
    expect(recorded({ site }, 'nothing-personal')).toEqual({ site: { page: 'https://news.example/' } });
  });

  it('replaces what stands in extensions and under names that are not read by something alike', () => {
    const { ext, ref } = recorded({
      ref: 'https://mail.example/?q=jane',
      ext: {
        session: 'abc123',
        phone: 4_915_112_345_678,
        n: 7,
        customer: -4_711,
        on: true,
        at: 52.523456,
        [UUID]: { x: ['Jane'] },
        user: { id: 'Jane', device: { gdpr: 'Jane' } },
        prebid: { data: 'Jane' },
      },
      fancy: 'Jane',
    });
    expect(ref).toMatch(/^[a-z]{5}:\/\/[a-z]{4}\.[a-z]{7}\/\?[a-z]=[a-z]{4}$/);
    expect(Object.values(ext as unknown as object).slice(0, 6)).toEqual([
      expect.stringMatching(/^[0-9a-f]{6}$/),
      expect.any(Number),
      7,
      expect.any(Number),
      true,
      expect.any(Number),
    ]);
    expect(JSON.stringify({ ext, ref })).not.toMatch(/Jane|abc123|4915112345678|4711|52\.52|6d92078a/);
  });

  it('counts impressions and pods through, so that equal ids stay equal and nothing else is told', () => {
    const { imp } = recorded({
      imp: [
        { id: UUID, video: { podid: 'jane' } },
        { id: 'x', video: { ext: { podid: 'jane' } } },
        { id: UUID },
        { id: 12_345_678 },
        { id: '' },
      ],
    });
    expect(imp).toEqual([
      { id: '1', video: { podid: '2' } },
      { id: '3', video: { ext: { podid: '2' } } },
      { id: '1' },
      { id: 4 },
      { id: '' },
    ]);
  });

  it.each([
    ['6to4', '2002:cb00:714d:8d3::1', '2002:cb00:7100::'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:34ff:8eb2', '2001:0:4136::'],
    ['mapped', '::ffff:cb00:714d', '203.0.113.0'],
    ['NAT64', '64:ff9b::203.0.113.77', '64:ff9b:0::'],
    ['compatible', '::203.0.113.77', '0:0:0::'],
  ])('cuts the IPv4 address in an IPv6 address (%s)', (_kind, ipv6, expected) => {
    expect(recorded({ device: { ipv6 } })).toEqual({ device: { ipv6: expected } });
  });

  it('keeps fields of the person by what they look like', () => {
    const ua = 'Mozilla/5.0 (Linux; Android 14; SM-S911B) Chrome/126.0.6478.122 Mobile Safari/537.36';
    const device = {
      ua,
      model: '2201117TY',
      osv: '10.0.22631',
      language: 'de-DE',
      mccmnc: '262-01',
      carrier: 'Vodafone',
    };
    const user = {
      gender: 'F',
      consent: 'CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA.YAAAAAAAAAA',
      yob: '1988',
    };
    expect(recorded({ device, user })).toEqual({ device, user: { ...user, yob: 1985 } });
    const wrong = {
      device: { model: "Jane's phone", osv: '203.0.113.77', language: 'Jane Doe', h: 491_512_345_678 },
      user: {
        geo: { region: '471123', metro: '37.804363' },
        gender: 'Jane',
        consent: 'jane@mail.example',
        yob: 491_512_345_678,
        data: [{ id: 'jane' }],
      },
    };
    expect(recorded(wrong)).toEqual({ device: {}, user: { geo: {} } });
    expect(recorded({ device: { pxratio: 37.804363 } })).toEqual({ device: { pxratio: 37.804 } });
    const { ua: told } = recordedDevice(
      { ua: `${ua} id/${UUID} jane@mail.example +49 151 2345678 203.0.113.77 Chrome/120.0.0.0` },
      'pseudonymous',
      pseudonyms,
    );
    expect(told).toContain(ua);
    expect(told).not.toMatch(/6d92078a|jane|2345678|203\.0\.113/);
    expect(told).toContain('Chrome/120.0.0.0');
  });

  it('looks into native requests as well, and leaves out what is no JSON', () => {
    const text = JSON.stringify({ ver: '1.2', assets: [{ id: 1, title: { len: 90 } }], ext: { id: 'Jane' } });
    const { imp }: { imp?: unknown } = recorded({
      imp: [
        { id: '1', native: { request: text } },
        { id: '2', native: { request: 'Jane' } },
      ],
    });
    const [first, second] = imp as { native: { request?: string } }[];
    const native = JSON.parse(first?.native.request ?? '') as Record<string, unknown>;
    expect(native).toMatchObject({ ver: '1.2', assets: [{ id: 1, title: { len: 90 } }] });
    expect(JSON.stringify(imp)).not.toContain('Jane');
    expect(second?.native.request).toBeUndefined();
  });

  it('keeps a visitor the same wherever he is named, and how old he is in fives', () => {
    const user = {
      id: UUID,
      buyeruid: UUID,
      yob: 1988,
      gender: 'F',
      ext: { eids: [{ source: 'id.example', uids: [{ id: UUID, atype: 1 }] }] },
    };
    const told = pseudonyms.of(UUID);
    expect(recorded({ device: { ifa: UUID }, user })).toEqual({
      device: { ifa: told },
      user: {
        id: told,
        buyeruid: told,
        yob: 1985,
        gender: 'F',
        ext: { eids: [{ source: 'id.example', uids: [{ id: told, atype: 1 }] }] },
      },
    });
  });

  it('has nothing of the person where nothing personal may be used', () => {
    const user = {
      id: UUID,
      buyeruid: 'c-1',
      yob: 1988,
      gender: 'F',
      consent: 'CQ',
      eids: [{ source: 'id.example', uids: [{ id: 'y' }] }],
      data: [{ id: '1' }],
    };
    const device = {
      ua: 'Mozilla',
      lmt: 1,
      ifa: UUID,
      ip: '203.0.113.7',
      geo: { country: 'USA', lat: 1.5, lon: 2.5, zip: '94103' },
    };
    expect(recorded({ device, user }, 'nothing-personal')).toEqual({
      device: { ua: 'Mozilla', lmt: 1, geo: { country: 'USA' } },
      user: {},
    });
  });

  it('does not fall over what is nested without end, nor over names that mean something to JavaScript', () => {
    const deep = JSON.parse(`${'{"ext":'.repeat(5_000)}1${'}'.repeat(5_000)}`) as object;
    expect(JSON.stringify(recorded(deep)).length).toBeLessThan(400);
    const odd = JSON.parse('{"__proto__":{"at":1},"constructor":"x","device":[],"user":"jane"}') as object;
    expect(recorded(odd)).not.toHaveProperty('at', 1);
    expect(JSON.stringify(recorded(odd))).not.toContain('jane');
  });
});
