import { describe, expect, it } from 'vitest';
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
  });

  it('is the same for the same text, another for another, and another in another recording', () => {
    expect(pseudonyms.of(UUID)).toBe(pseudonyms.of(UUID));
    expect(pseudonyms.of(UUID)).not.toBe(UUID);
    expect(pseudonyms.of(UUID)).not.toBe(pseudonyms.of(UUID.replace('6', '7')));
    expect(pseudonyms.of(UUID)).not.toBe(new Pseudonyms().of(UUID));
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
          tagid: 'top',
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

  it('leaves pages without what is in their query, fragment and credentials', () => {
    const page = 'https://jane:secret@news.example/u/jane@mail.example/marathon;s=1?mail=jane#jane';
    const { site } = recorded({
      site: { page, ref: '/a?b=jane', content: { url: 'http://x.example?jane' } },
    });
    expect(site).toEqual({
      page: expect.stringMatching(/^https:\/\/news\.example\/u\/[a-z]{4}@[a-z.]{12}\/marathon$/) as string,
      ref: '/a',
      content: { url: 'http://x.example' },
    });
  });

  it('replaces what stands in extensions and under names that nobody knows by something alike', () => {
    const { ext, fancy } = recorded({
      ext: {
        session: 'abc123',
        phone: 4_915_112_345_678,
        n: 7,
        on: true,
        at: 52.523456,
        [UUID]: { x: ['Jane'] },
      },
      fancy: 'Jane',
    });
    expect(fancy).toMatch(/^[A-Z][a-z]{3}$/);
    expect(JSON.stringify(ext)).toMatch(
      /^\{"session":"[0-9a-f]{6}","phone":\d{9,13},"n":7,"on":true,"at":52.52,"[0-9a-f-]{36}":\{"x":\["[A-Z][a-z]{3}"\]\}\}$/,
    );
    expect(JSON.stringify({ ext, fancy })).not.toMatch(/Jane|abc123|4915112345678|6d92078a/);
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
      ext: { eids: [{ source: 'x', uids: [{ id: UUID, atype: 1 }] }] },
    };
    const told = pseudonyms.of(UUID);
    expect(recorded({ device: { ifa: UUID }, user })).toEqual({
      device: { ifa: told },
      user: {
        id: told,
        buyeruid: told,
        yob: 1985,
        gender: 'F',
        ext: { eids: [{ source: 'x', uids: [{ id: told, atype: 1 }] }] },
      },
    });
  });

  it('has nothing of the person where nothing personal may be used, but what says so', () => {
    const user = {
      id: UUID,
      buyeruid: 'c-1',
      yob: 1988,
      gender: 'F',
      consent: 'CQ',
      eids: [{ source: 'x', uids: [{ id: 'y' }] }],
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
      user: { consent: 'CQ' },
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
