import { describe, expect, it } from 'vitest';
import { decoded, impression } from '../../test/support/decoded.js';

const BANNER = { w: 300, h: 250 };
const ASSETS = [{ id: 1, required: 1, title: { len: 25 } }];

/** Objects of one key each, none of which V8 has met. */
function manyKeys(count: number): string {
  return Array.from({ length: count }, (_, i) => `{"k${i}x":1}`).join(',');
}

describe('native', () => {
  const request = {
    ver: '1.2',
    plcmtcnt: 2,
    assets: ASSETS,
    eventtrackers: [{ event: 1, methods: [1, 2] }],
    privacy: 1,
  };
  const read = {
    version: '1.2',
    bidsMax: 2,
    assets: [{ id: 1, required: true, kind: 'title', charactersMax: 25 }],
    eventTrackers: [{ event: 1, methods: [1, 2] }],
    privacySupported: true,
  };

  it.each([
    ['as text', JSON.stringify(request), false],
    ['as an object', request, false],
    ['as text within a text', JSON.stringify(JSON.stringify(request)), false],
    ['as text with the root object of 1.0', JSON.stringify({ native: request }), true],
  ])('is read %s (rule 36)', (_about, sent, isWrapped) => {
    expect(impression({ native: { request: sent } }).native).toMatchObject({ ...read, isWrapped });
  });

  it('has assets of every kind', () => {
    const assets = [
      { id: 1, required: 1, title: { len: 90 } },
      { id: '2', img: { type: 3, w: 1200, h: 627, mimes: ['image/JPEG'] } },
      { id: 3, img: { type: 1, w: 80, wmin: 50, hmin: 50 } },
      {
        id: 4,
        required: 1,
        video: { mimes: ['video/mp4'], minduration: 5, maxduration: 15, protocols: [2] },
      },
      { id: 5, data: { type: 2, len: 140 } },
      { id: 6, required: 1, data: {} },
      { title: { len: 25 } },
      { id: 8, title: { len: 25 }, data: { type: 2 } },
      { id: 9, title: { len: 'short' } },
      { id: 10, img: { w: -1 } },
      { id: 11, video: { protocols: [2] } },
      { id: 12, data: { type: 'sponsored' } },
      { id: 12, title: {} },
      { id: 13, title: {} },
      { id: 'none', title: {} },
      null,
    ];
    expect(impression({ native: { request: { assets } } }).native?.assets).toEqual([
      { id: 1, required: true, kind: 'title', charactersMax: 90 },
      {
        id: 2,
        required: false,
        kind: 'image',
        type: 3,
        w: 1200,
        h: 627,
        wMin: 0,
        hMin: 0,
        mimes: ['image/jpeg'],
      },
      { id: 3, required: false, kind: 'image', type: 1, w: 0, h: 0, wMin: 50, hMin: 50, mimes: [] },
      {
        id: 4,
        required: true,
        kind: 'video',
        mimes: ['video/mp4'],
        secondsMin: 5,
        secondsMax: 15,
        protocols: [2],
      },
      { id: 5, required: false, kind: 'data', type: 2, charactersMax: 140 },
      { id: 6, required: true, kind: 'unknown' },
      // The seventh has no id, and its position is another's.
      ...[8, 9, 10, 11, 12].map((id) => ({ id, required: false, kind: 'unknown' })),
      { id: 13, required: false, kind: 'title', charactersMax: Infinity },
    ]);
  });

  it('counts the assets where none has an id, or the first one lost its 0', () => {
    const title = { required: 1, title: { len: 25 } };
    const text = { required: 1, data: { type: 2 } };
    const ids = (assets: object[]) =>
      impression({ native: { request: { assets } } }).native?.assets.map(({ id }) => id);
    expect(ids([title, text])).toEqual([0, 1]);
    expect(ids([title, { ...text, id: 1 }])).toEqual([0, 1]);
  });

  it('takes only a clear yes for a permission', () => {
    const supported = (privacy: unknown) =>
      impression({ native: { request: { assets: ASSETS, privacy } } }).native?.privacySupported;
    expect([1, '1', true, 0, 'perhaps', {}, undefined].map(supported)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('is read in each of a hundred impressions, alike or not', () => {
    const usual = (i: number) => ({
      ver: '1.2',
      context: 1,
      assets: [
        { id: 1, required: 1, title: { len: 90 } },
        { id: 2, required: 1, img: { type: 3, wmin: 300, hmin: 200 + i, mimes: ['image/png'] } },
        { id: 3, data: { type: 1, len: 25 } },
      ],
    });
    for (const alike of [true, false]) {
      const imp = Array.from({ length: 100 }, (_, i) => ({
        id: i,
        native: { request: JSON.stringify(usual(alike ? 0 : i)) },
      }));
      const result = decoded({ id: '1', imp });
      expect(result.kind === 'request' && result.request.impressions.length).toBe(100);
    }
  });

  it.each([
    ['no request', {}],
    ['a request that is no JSON', { request: '{' }],
    ['no assets', { request: { assets: [] } }],
    ['a required asset whose id cannot be read', { request: { assets: [{ ...ASSETS[0], id: 'title' }] } }],
    ['two required assets of one id', { request: { assets: [...ASSETS, ...ASSETS] } }],
    ['too many assets', { request: { assets: Array.from({ length: 65 }, (_, id) => ({ id, title: {} })) } }],
    ['a block list that cannot be read', { request: { assets: ASSETS }, battr: ['all'] }],
    [
      'more than is quick to parse',
      { request: `{"assets":${JSON.stringify(ASSETS)},"pad":[${manyKeys(5_000)}]}` },
    ],
    ['deeper nesting than is parsed', { request: `${'['.repeat(5_000)}${']'.repeat(5_000)}` }],
  ])('with %s cannot be used (rule 14)', (_about, native) => {
    expect(impression({ banner: BANNER, native }).native).toBeUndefined();
  });
});
