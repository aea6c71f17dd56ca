import { describe, expect, it } from 'vitest';
import { appRequest, siteRequest } from '../../test/support/sample-requests.js';
import type { BidRequest, Impression, InvalidRequest } from '../domain/bid-request.js';
import { IMPRESSIONS_MAX } from './check-request.js';
import { decodeBidRequest, type DecodeResult } from './decode.js';
import { UNREADABLE } from './read.js';

type Json = Record<string, unknown>;

const BANNER = { w: 300, h: 250 };

function decodeJson(value: unknown): DecodeResult {
  return decodeBidRequest(Buffer.from(JSON.stringify(value)));
}

function decoded(value: unknown): BidRequest {
  const result = decodeJson(value);
  if (result.kind !== 'request') throw new Error(`not a request: ${JSON.stringify(result)}`);
  return result.request;
}

/** A valid request with one impression, changed. */
function request(changes: Json = {}): Json {
  return { id: 'r', imp: [{ id: '1', banner: BANNER }], ...changes };
}

function invalid(value: unknown): InvalidRequest {
  const result = decodeJson(value);
  if (result.kind !== 'invalid') throw new Error(`not invalid: ${JSON.stringify(result)}`);
  return result.invalid;
}

function impression(changes: Json): Impression {
  const [first] = decoded(request({ imp: [{ id: '1', banner: BANNER, ...changes }] })).impressions;
  if (!first) throw new Error('the impression was skipped');
  return first;
}

function many(count: number, make: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => make(i)).join(',');
}

describe('a body that is no request', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{"id":'],
    ['two values', '{}{}'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"{}"'],
    ['NaN', '{"id":"r","imp":[{"id":"1"}],"tmax":NaN}'],
  ])('is malformed: %s', (_, body) => {
    expect(decodeBidRequest(Buffer.from(body)).kind).toBe('malformed');
  });

  it.each<[string, string]>([
    ['100,000 impressions', `"imp":[${'{},'.repeat(100_000)}{}]`],
    ['20,000 blocked apps', `"bapp":[${'"com.example.app",'.repeat(20_000)}"x"]`],
    ['50,000 blocked attributes', `"imp":[{"id":"1","banner":{"battr":[${'1,'.repeat(50_000)}1]}}]`],
    ['10,000 deals', `"imp":[{"id":"1","pmp":{"deals":[${'{"id":"d"},'.repeat(10_000)}{}]}}]`],
    ['one text of 100,000 codes', `"bcat":"${'a,'.repeat(100_000)}"`],
    ['20,000 repetitions of a field', `${'"site":{},'.repeat(20_000)}"at":1`],
  ])('is too complex, which is not malformed: %s', (_, fields) => {
    expect(decodeBidRequest(Buffer.from(`{"id":"r",${fields}}`))).toEqual({ kind: 'too-complex' });
  });

  it.each<[string, string]>([
    ['10,000 levels', `"ext":${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['20,000 objects each with a key of its own', `"x":[${many(20_000, (i) => `{"k${i}":1}`)}]`],
    ['10,000 blocked apps', `"bapp":[${many(10_000, (i) => `"${1_000_000_000 + i}"`)}]`],
    ['10,000 blocked domains', `"badv":[${many(10_000, (i) => `"advertiser-${i}.example"`)}]`],
    [
      '100 impressions of 60 formats',
      `"imp":[${many(100, (i) => `{"id":"${i}","banner":{"format":[${many(60, (n) => `{"w":${300 + n},"h":250}`)}]}}`)}]`,
    ],
  ])('is no trouble: %s', (_, fields) => {
    const { imp, ...rest } = request();
    const body = `{${fields},${JSON.stringify(fields.startsWith('"imp"') ? rest : { ...rest, imp }).slice(1)}`;
    expect(decodeBidRequest(Buffer.from(body)).kind).toBe('request');
  });

  it('is malformed when it is not UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(decodeBidRequest(body)).toEqual({ kind: 'malformed', why: 'the body is not UTF-8' });
  });

  it('may start with a byte order mark, whatever its size', () => {
    const small = Buffer.from(`\uFEFF${JSON.stringify(request())}`);
    const large = Buffer.from(`\uFEFF${JSON.stringify(request({ ext: 'é'.repeat(50_000) }))}`);
    expect(decodeBidRequest(small).kind).toBe('request');
    expect(decodeBidRequest(large).kind).toBe('request');
    expect(decodeBidRequest(Buffer.from('\uFEFF\uFEFF{}')).kind).toBe('malformed');
  });

  it('may be a part of a larger buffer', () => {
    const body = Buffer.from(`xx${JSON.stringify(request())}xx`);
    expect(decodeBidRequest(body.subarray(2, -2)).kind).toBe('request');
  });

  it('is read the same whether large or small', () => {
    const page = 'https://news.example/中文/';
    const small = decoded(request({ site: { page } }));
    expect(decoded(request({ site: { page }, ext: '中'.repeat(40_000) }))).toEqual(small);
    expect(small.inventory.page).toBe(page);
  });
});

describe('a request that breaks the specification', () => {
  it.each<[string, Json, string]>([
    ['no id (rule 10)', { id: undefined }, 'id'],
    ['an empty id', { id: '' }, 'id'],
    ['an id whose digits are lost', { id: 1e20 }, 'id'],
    ['no impressions', { imp: undefined }, 'imp'],
    ['an empty list of impressions', { imp: [] }, 'imp'],
    ['an impression that is a number', { imp: [{ id: '1', banner: BANNER }, 7] }, 'imp[1]'],
    ['an impression without id', { imp: [{ banner: BANNER }] }, 'imp[0].id'],
    ['an impression id twice', { imp: [{ id: '1' }, { id: '2' }, { id: '1' }] }, 'imp[2].id'],
    ['an impression id twice, once as a number', { imp: [{ id: 1 }, { id: '1' }] }, 'imp[1].id'],
    ['a site and an app (rule 12)', { site: {}, app: {} }, 'app'],
    ['an app and a screen', { app: {}, dooh: {} }, 'dooh'],
    ['a negative width (rule 15)', { imp: [{ id: '1', banner: { w: -1, h: 50 } }] }, 'imp[0].banner.w'],
    ['a negative height', { imp: [{ id: '1', banner: { w: 1, h: '-50' } }] }, 'imp[0].banner.h'],
    [
      'a negative format',
      { imp: [{ id: '1', banner: { format: [BANNER, { w: 1, h: -1 }] } }] },
      'imp[0].banner.format[1].h',
    ],
    [
      'a negative ratio',
      { imp: [{ id: '1', banner: { format: { wratio: -1, hratio: 1, wmin: 1 } } }] },
      'imp[0].banner.format[0].wratio',
    ],
    ['a negative floor', { imp: [{ id: '1', banner: BANNER, bidfloor: -0.1 }] }, 'imp[0].bidfloor'],
    ['a floor that is no number', { imp: [{ id: '1', banner: BANNER, bidfloor: 'ten' }] }, 'imp[0].bidfloor'],
    ['a floor beyond all money', { imp: [{ id: '1', banner: BANNER, bidfloor: 2e9 }] }, 'imp[0].bidfloor'],
    [
      "a negative deal's floor",
      { imp: [{ id: '1', banner: BANNER, pmp: { deals: [{ id: 'a' }, { id: 'd', bidfloor: -1 }] } }] },
      'imp[0].pmp.deals[1].bidfloor',
    ],
    [
      'a negative bitrate of a video',
      { imp: [{ id: '1', video: { maxbitrate: -1 } }] },
      'imp[0].video.maxbitrate',
    ],
    ['a negative maxseq of audio', { imp: [{ id: '1', audio: { maxseq: -1 } }] }, 'imp[0].audio.maxseq'],
    ['a negative tmax', { tmax: -100 }, 'tmax'],
    ['a negative tmax in a list', { tmax: [-100] }, 'tmax'],
    ['blocked seats that cannot be read', { bseat: [true] }, 'bseat'],
    ['blocked categories that cannot be read', { bcat: {} }, 'bcat'],
    ['blocked advertisers of which one cannot be read', { badv: ['a.example', ['b.example']] }, 'badv'],
    ['blocked apps that cannot be read', { bapp: [{ id: 1 }] }, 'bapp'],
    ['a negative screen', { device: { w: -1 } }, 'device.w'],
    ['a negative pixel density', { device: { ppi: -1 } }, 'device.ppi'],
    ['a negative accuracy', { device: { geo: { accuracy: -5 } } }, 'device.geo.accuracy'],
  ])('is invalid: %s', (_, changes, path) => {
    expect(invalid(request(changes)).path).toBe(path);
  });

  it('is invalid when a number is beyond counting', () => {
    for (const body of [
      '{"id":"r","imp":[{"id":"1","bidfloor":1e999}]}',
      '{"id":"r","imp":[{"id":"1"}],"tmax":1e999}',
      '{"id":"r","imp":[{"id":"1","banner":{"w":"1e999","h":1}}]}',
      '{"id":"r","imp":[{"id":"1"}],"tmax":-1e999}',
    ]) {
      expect(decodeBidRequest(Buffer.from(body)).kind).toBe('invalid');
    }
  });

  it('is invalid above 100 impressions, and valid with 100', () => {
    const impressions = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ id: i, banner: BANNER }));
    expect(decoded(request({ imp: impressions(IMPRESSIONS_MAX) })).impressions).toHaveLength(100);
    expect(invalid(request({ imp: impressions(IMPRESSIONS_MAX + 1) }))).toEqual({
      path: 'imp',
      problem: 'must hold at most 100 impressions, found 101',
    });
  });

  it('says what stood there, briefly', () => {
    expect(invalid(request({ tmax: '-7' })).problem).toBe('must be a number from 0 up, found "-7"');
    expect(invalid(request({ id: {} })).problem).toBe('must be a non-empty text, found an object');
    const beyond = decodeBidRequest(Buffer.from('{"id":"r","imp":[{"id":"1"}],"tmax":-1e999}'));
    expect(beyond).toMatchObject({
      invalid: { problem: expect.stringContaining('beyond counting') as string },
    });
    expect(invalid(request({ id: [] })).problem).toBe('must be a non-empty text, found an empty list');
    const floor = { imp: [{ id: '1', bidfloor: 'x'.repeat(10_000) }] };
    expect(invalid(request(floor)).problem.length).toBeLessThan(120);
  });
});

describe('impressions', () => {
  it('are skipped with a reason when nothing can be shown in them, without harm to their neighbours (rules 11 and 14)', () => {
    const { impressions, skipped } = decoded(
      request({
        imp: [
          { id: 'video', video: { w: 640, h: 360 } },
          { id: 'audio', audio: { mimes: [] } },
          { id: 'native', native: { request: '{"assets":[' } },
          { id: 'nothing' },
          { id: 'wrong', banner: 'yes' },
          { id: 'sizeless', banner: {} },
          { id: 'zero', banner: { w: 0, h: 0 } },
          { id: 'half-flexible', banner: { format: [{ wratio: 4, hratio: 3 }] } },
          { id: 'blocks-who-knows', banner: { ...BANNER, battr: [{}] } },
          { id: 'blocks-what-type', banner: { ...BANNER, btype: 'iframes' } },
          { id: 'good', banner: BANNER },
        ],
      }),
    );
    expect(impressions.map(({ id }) => id)).toEqual(['good']);
    expect(skipped).toEqual([
      { id: 'video', why: 'unusable-video' },
      { id: 'audio', why: 'unusable-audio' },
      { id: 'native', why: 'unusable-native' },
      { id: 'nothing', why: 'no-format-we-serve' },
      { id: 'wrong', why: 'no-format-we-serve' },
      { id: 'sizeless', why: 'no-size' },
      { id: 'zero', why: 'no-size' },
      { id: 'half-flexible', why: 'unusable-banner' },
      { id: 'blocks-who-knows', why: 'unusable-banner' },
      { id: 'blocks-what-type', why: 'unusable-banner' },
    ]);
  });

  it('offer every size once, from the formats and from w and h (rule 26)', () => {
    const { banner } = impression({
      banner: {
        w: 300,
        h: 250,
        format: [{ w: '300', h: 250 }, { w: 300, h: 600 }, { w: 300, h: 600 }, { w: 1.5, h: 2 }, null],
      },
    });
    expect(banner?.sizes).toEqual([
      { w: 300, h: 250 },
      { w: 300, h: 600 },
    ]);
  });

  it('offer flexible sizes that are complete (rule 14)', () => {
    const { banner } = impression({
      banner: {
        format: [
          { wratio: 4, hratio: '3', wmin: 200 },
          { wratio: 16, hratio: 9 },
        ],
      },
    });
    expect(banner?.sizes).toEqual([]);
    expect(banner?.flexSizes).toEqual([{ widthRatio: 4, heightRatio: 3, widthMin: 200 }]);
  });

  it('keep at most 256 deals', () => {
    const deals = Array.from({ length: 1_000 }, (_, i) => ({ id: i }));
    expect(impression({ pmp: { deals } }).deals).toHaveLength(256);
  });

  it('keep at most 64 formats', () => {
    const format = Array.from({ length: 500 }, (_, i) => ({ w: i + 1, h: 50 }));
    expect(impression({ banner: { format } }).banner?.sizes).toHaveLength(64);
  });

  it('have a floor of 0 USD unless they say otherwise (rule 19)', () => {
    expect(impression({})).toMatchObject({ floorMicros: 0, floorCurrency: 'USD', secure: false, deals: [] });
    expect(impression({ bidfloor: null })).toMatchObject({ floorMicros: 0 });
    expect(impression({ bidfloor: '2.01', bidfloorcur: 'eur' })).toMatchObject({
      floorMicros: 2_010_000,
      floorCurrency: 'EUR',
    });
  });

  it.each([
    [['EUR'], 'EUR'],
    [' eur ', 'EUR'],
    ['', 'USD'],
    [null, 'USD'],
    [{}, UNREADABLE],
    [true, UNREADABLE],
    [['EUR', 'USD'], UNREADABLE],
    [[], UNREADABLE],
    [[null], UNREADABLE],
  ])('never take a floor currency of %j for another', (bidfloorcur, currency) => {
    const deals = [{ id: 'd', bidfloorcur }];
    const read = impression({ bidfloor: 4.9, bidfloorcur, pmp: { deals } });
    expect(read.floorCurrency).toBe(currency);
    expect(read.deals[0]?.floorCurrency).toBe(currency);
  });

  it('round a floor of less than a micro up: a bid at the floor is never below it', () => {
    expect(impression({ bidfloor: 0.0000001 }).floorMicros).toBe(1);
    expect(impression({ bidfloor: 1.1 }).floorMicros).toBe(1_100_000);
    expect(impression({ bidfloor: 1.0000004 }).floorMicros).toBe(1_000_001);
  });

  it('tell whether they offer other formats too (rule 59)', () => {
    expect(impression({ native: {} }).multiFormat).toBe(true);
    expect(impression({ video: null }).multiFormat).toBe(false);
  });

  it('know flags in every spelling', () => {
    expect(impression({ instl: '1', secure: true, pmp: { private_auction: 'true' } })).toMatchObject({
      interstitial: true,
      secure: true,
      privateAuction: true,
    });
    expect(impression({ instl: 0 }).interstitial).toBe(false);
    expect(impression({}).interstitial).toBe(false);
    expect(impression({ instl: 'perhaps' }).interstitial).toBeUndefined();
  });

  it('read deals, whose currency is never inherited (rule 20), and leave those without id out (rule 14)', () => {
    const { deals } = impression({
      bidfloorcur: 'EUR',
      pmp: {
        deals: [{ bidfloor: 1 }, { id: 7, bidfloor: 3.5, at: 3, wseat: 's', wadomain: ['ACME.example'] }],
      },
    });
    expect(deals).toEqual([
      {
        id: '7',
        floorMicros: 3_500_000,
        floorCurrency: 'USD',
        auctionType: 3,
        seatsAllowed: ['s'],
        advertiserDomains: ['acme.example'],
        guaranteed: false,
        durationFloors: [],
        floorMicrosPerSecond: undefined,
      },
    ]);
  });

  it('may be a single object in place of the list', () => {
    expect(decoded(request({ imp: { id: 5, banner: BANNER } })).impressions[0]?.id).toBe('5');
  });
});

describe('the auction', () => {
  it('has the defaults of the specification', () => {
    expect(decoded(request())).toMatchObject({
      test: false,
      auctionType: 2,
      tmaxMs: undefined,
      currencies: ['USD'],
      seatsAllowed: [],
      seatsBlocked: [],
      inventory: { kind: 'none' },
    });
  });

  it('reads lists, texts for numbers, and a single value for a list', () => {
    const bidRequest = decoded(
      request({
        test: '1',
        at: '1',
        tmax: '120',
        cur: 'eur',
        wseat: ['a', 7],
        bseat: 'b',
        bcat: ['iab25', 'IAB7-39'],
        badv: ['Casino.Example'],
        bapp: 'COM.Bad',
        wlang: ['EN'],
        cattax: '2',
      }),
    );
    expect(bidRequest).toMatchObject({
      test: true,
      auctionType: 1,
      tmaxMs: 120,
      currencies: ['EUR'],
      seatsAllowed: ['a', '7'],
      seatsBlocked: ['b'],
    });
    expect(bidRequest.blocks).toEqual({
      categories: ['IAB25', 'IAB7-39'],
      categoriesAllowed: [],
      categoryTaxonomy: 2,
      advertiserDomains: ['casino.example'],
      apps: ['com.bad'],
      languagesAllowed: ['en'],
      languageTagsAllowed: [],
    });
  });

  it.each([
    [80.5, 80],
    ['80.5', 80],
    [[50], 50],
    [0.5, 0],
    ['soon', undefined],
    [[50, 60], undefined],
  ])('never takes more time than was granted: %j is %j ms', (tmax, tmaxMs) => {
    expect(decoded(request({ tmax })).tmaxMs).toBe(tmaxMs);
  });

  it('reads lists whose entries are written carelessly', () => {
    const careless = {
      badv: 'casino.example, *.Loans.example',
      bapp: [' com.Bad '],
      bcat: ['IAB25, iab7-39 '],
    };
    const { blocks } = decoded(request({ ...careless, acat: ' iab1', wlang: ['en ', ''], bseat: 'a, b' }));
    expect(blocks).toMatchObject({
      advertiserDomains: ['casino.example', 'loans.example'],
      apps: ['com.bad'],
      categories: ['IAB25', 'IAB7-39'],
      categoriesAllowed: ['IAB1'],
      languagesAllowed: ['en'],
    });
    expect(decoded(request({ bseat: 'a, b' })).seatsBlocked).toEqual(['a', 'b']);
    expect(decoded(request({ wseat: [' a '] })).seatsAllowed).toEqual(['a']);
    const [deal] = impression({
      pmp: { deals: [{ id: 'd', wadomain: ['https://www.acme.example/'] }] },
    }).deals;
    expect(deal?.advertiserDomains).toEqual(['acme.example']);
  });

  it('lets nobody in by an allow list of which nothing can be read', () => {
    for (const list of [[null], [{}], [''], {}, true, [['a']]]) {
      const sent = request({ cur: list, wseat: list, acat: list, wlang: list, wlangb: list });
      const { currencies, seatsAllowed, blocks } = decoded(sent);
      const { categoriesAllowed, languagesAllowed, languageTagsAllowed } = blocks;
      for (const allowed of [seatsAllowed, languagesAllowed, languageTagsAllowed]) {
        expect(allowed).toEqual([UNREADABLE]);
      }
      for (const allowed of [currencies, categoriesAllowed]) expect(allowed).toEqual([UNREADABLE]);
      const { banner, deals } = impression({
        banner: { ...BANNER, mimes: list },
        pmp: { deals: [{ id: 'd', wseat: list, wadomain: list }] },
      });
      expect(banner?.mimes).toEqual([UNREADABLE]);
      expect(deals[0]).toMatchObject({ seatsAllowed: [UNREADABLE], advertiserDomains: [UNREADABLE] });
    }
    expect(decoded(request({ wseat: '', cur: '' }))).toEqual(decoded(request()));
    expect(decoded(request({ wseat: ['a', null] })).seatsAllowed).toEqual(['a']);
  });

  it('keeps block lists whole, however long', () => {
    const badv = Array.from({ length: 10_000 }, (_, i) => `advertiser-${i}.example`);
    const bapp = Array.from({ length: 10_000 }, (_, i) => String(1_000_000_000 + i));
    const bcat = Array.from({ length: 2_000 }, (_, i) => `IAB${i}`);
    expect(decoded(request({ badv })).blocks.advertiserDomains).toEqual(badv);
    expect(decoded(request({ bapp })).blocks.apps).toEqual(bapp);
    const sent = { bapp: bapp.slice(0, 1_000), wseat: bapp.slice(0, 1_000), bcat, id: ' r ' };
    expect(decoded(request(sent))).toMatchObject({
      id: ' r ',
      seatsAllowed: sent.wseat,
      blocks: { apps: sent.bapp, categories: bcat },
    });
  });

  it('takes absent, null and wrongly typed objects as untold', () => {
    const bare = decoded(request());
    const odd = { site: null, app: [], device: 7, user: 'x', regs: [], source: 0, bcat: null, cur: [] };
    expect(decoded(request(odd))).toEqual(bare);
  });
});

describe('the sample requests', () => {
  it('decode in full: an app', () => {
    expect(decoded(appRequest())).toMatchObject({
      impressions: [
        { floorMicros: 420_000, banner: { sizes: [{ w: 320, h: 50 }], position: 1, apis: [3, 5, 7] } },
      ],
      inventory: {
        kind: 'app',
        domain: undefined,
        bundle: 'example.pocket.trails',
        publisherId: 'pub-208',
        categories: ['IAB17', 'IAB17-39'],
        contentLanguage: 'en',
      },
      device: {
        type: 4,
        os: 'iOS',
        osVersion: '17.4',
        make: 'Apple',
        model: 'iPhone',
        carrier: 'Example Mobile',
        connection: 2,
        language: 'en',
        limitAdTracking: false,
        geo: { country: 'USA', region: 'CA', city: 'Oakland', zip: '94607', utcOffsetMinutes: -420 },
      },
      user: { id: '7f2b1f8cf2c8', buyerId: 'c-81f3', yearOfBirth: 1988, gender: 'F' },
      regulations: { coppa: false, gdpr: false, usPrivacy: ['1YNN'] },
    });
  });

  it('decode in full: a site', () => {
    const site = decoded(siteRequest());
    expect(site.impressions.map(({ multiFormat, deals }) => [multiFormat, deals.length])).toEqual([
      [false, 2],
      [true, 0],
    ]);
    expect(site).toMatchObject({
      auctionType: 1,
      currencies: ['EUR', 'USD'],
      inventory: {
        kind: 'site',
        domain: 'news.example',
        categories: ['IAB12', 'IAB17', 'IAB17-35', 'IAB17-35', 'IAB17-35'],
        keywords: ['marathon,running,city run', 'training'],
        contentLanguage: 'de',
      },
      device: {
        os: 'Android',
        osVersion: '14.0.0',
        model: 'Pixel 8',
        geo: { latitude: 52.52, longitude: 13.4 },
      },
      user: { extendedIds: [{ source: 'id.example' }, { source: 'graph.example' }] },
      regulations: { gdpr: true, gppSections: ['2'] },
    });
  });
});
