import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Impression } from '../domain/bid-request.js';
import { decodeBidRequest } from './decode.js';
import { NATIVE_CHARACTERS_MAX } from './decode-native.js';

const BANNER = { w: 300, h: 250 };
const VIDEO = { mimes: ['video/mp4'] };
const ASSETS = [{ id: 1, required: 1, title: { len: 25 } }];

function decoded(request: object) {
  return decodeBidRequest(Buffer.from(JSON.stringify(request)));
}

function impression(fields: object): Impression {
  const result = decoded({ id: '1', imp: [{ id: '1', ...fields }] });
  if (result.kind !== 'request') throw new Error(`the request is ${result.kind}`);
  const [only] = result.request.impressions;
  if (!only) throw new Error(`the impression was skipped: ${result.request.skipped[0]?.why}`);
  return only;
}

function problemOf(fields: object): string {
  const result = decoded({ id: '1', imp: [{ id: '1', ...fields }] });
  return result.kind === 'invalid' ? `${result.invalid.path} ${result.invalid.problem}` : result.kind;
}

describe('an impression of several formats', () => {
  it('has each that can be used, and tells that there are several (rule 11)', () => {
    const both = impression({ banner: BANNER, video: VIDEO });
    expect([both.banner !== undefined, both.video !== undefined, both.multiFormat]).toEqual([
      true,
      true,
      true,
    ]);
    const half = impression({ banner: BANNER, video: {} });
    expect([half.banner !== undefined, half.video, half.multiFormat]).toEqual([true, undefined, true]);
    expect(impression({ video: VIDEO })).toMatchObject({ banner: undefined, multiFormat: false });
  });
});

describe('video', () => {
  it('takes anything where it tells nothing but its content types', () => {
    expect(impression({ video: VIDEO }).video).toEqual({
      mimes: ['video/mp4'],
      secondsMin: 0,
      secondsMax: Infinity,
      secondsRequired: [],
      protocols: [],
      startDelay: undefined,
      bitrateMin: 0,
      bitrateMax: Infinity,
      deliveries: [],
      attributesBlocked: [],
      apis: [],
      companions: [],
      companionTypes: [],
      pod: undefined,
      durationFloors: [],
      floorMicrosPerSecond: undefined,
      size: undefined,
      linearity: undefined,
      skippable: undefined,
      skipSecondsMin: 0,
      skipAfterSeconds: 0,
      plcmt: undefined,
      placement: undefined,
      playbackMethods: [],
      position: undefined,
      boxingAllowed: true,
    });
  });

  it('is read in full, numbers as text included', () => {
    const { video } = impression({
      video: {
        mimes: 'video/MP4',
        minduration: '5',
        maxduration: 30,
        rqddurs: [15, '30'],
        protocols: [2, 3],
        protocol: 7,
        startdelay: -1,
        w: 640,
        h: '360',
        linearity: 1,
        skip: 1,
        skipmin: 10,
        skipafter: '5',
        minbitrate: 300,
        maxbitrate: '1500',
        boxingallowed: 0,
        playbackmethod: [2],
        delivery: 2,
        pos: 1,
        battr: [13],
        api: [7],
        placement: 1,
        ext: { plcmt: 2 },
        companionad: [
          { w: 300, h: 250 },
          { w: 0, h: 1 },
        ],
        companiontype: [1],
        durfloors: [
          { mindur: 1, maxdur: 15, bidfloor: 5 },
          { mindur: '16', bidfloor: 10 },
        ],
        mincpmpersec: 0.25,
      },
    });
    expect(video).toMatchObject({
      mimes: ['video/mp4'],
      secondsMin: 5,
      secondsMax: 30,
      secondsRequired: [15, 30],
      protocols: [2, 3, 7],
      startDelay: -1,
      size: { w: 640, h: 360 },
      linearity: 1,
      skippable: true,
      skipSecondsMin: 10,
      skipAfterSeconds: 5,
      bitrateMin: 300,
      bitrateMax: 1500,
      boxingAllowed: false,
      playbackMethods: [2],
      deliveries: [2],
      position: 1,
      attributesBlocked: [13],
      apis: [7],
      placement: 1,
      plcmt: 2,
      companionTypes: [1],
      durationFloors: [
        { secondsMin: 1, secondsMax: 15, floorMicros: 5_000_000 },
        { secondsMin: 16, secondsMax: Infinity, floorMicros: 10_000_000 },
      ],
      floorMicrosPerSecond: 250_000,
    });
    expect(video?.companions.map(({ sizes }) => sizes)).toEqual([[{ w: 300, h: 250 }]]);
  });

  it.each([
    ['no content types', {}],
    ['an empty list of them', { mimes: [] }],
    ['a duration that is none', { ...VIDEO, maxduration: 'long' }],
    ['block lists that cannot be read', { ...VIDEO, battr: ['all'] }],
    ['durations that cannot be read', { ...VIDEO, rqddurs: [{}] }],
  ])('with %s cannot be used (rule 14)', (_about, video) => {
    expect(impression({ banner: BANNER, video }).video).toBeUndefined();
  });

  it.each([
    [
      { poddur: 60, maxseq: 3 },
      { kind: 'dynamic', seconds: 60, bidsMax: 3 },
    ],
    [{ poddur: '60' }, { kind: 'dynamic', seconds: 60, bidsMax: Infinity }],
    [
      { maxseq: 2, podid: 7 },
      { kind: 'dynamic', id: '7', seconds: Infinity, bidsMax: 2 },
    ],
    [
      { podid: 'p', podseq: -1, slotinpod: 1, poddedupe: [2, 3] },
      { kind: 'structured', id: 'p', seconds: 0, bidsMax: 1, sequence: -1, slot: 1, dedupe: [2, 3] },
    ],
  ])('reads the pod of %j (rule 35)', (fields, pod) => {
    expect(impression({ video: { ...VIDEO, ...fields } }).video?.pod).toMatchObject(pod);
  });
});

describe('audio', () => {
  it('is read like video, and what it has of its own (rule 34)', () => {
    const audio = { mimes: ['audio/mpeg'], feed: 3, stitched: 1, nvol: 4, maxseq: 2, maxduration: 30 };
    expect(impression({ audio }).audio).toMatchObject({
      mimes: ['audio/mpeg'],
      secondsMax: 30,
      feed: 3,
      stitched: true,
      volumeNormalization: 4,
      pod: { kind: 'dynamic', bidsMax: 2 },
    });
  });
});

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
    ]);
  });

  it.each([
    ['no request', {}],
    ['a request that is no JSON', { request: '{' }],
    ['no assets', { request: { assets: [] } }],
    ['a required asset without id', { request: { assets: [{ required: 1, title: { len: 5 } }] } }],
    ['a block list that cannot be read', { request: { assets: ASSETS }, battr: ['all'] }],
    [
      'more than is parsed',
      { request: JSON.stringify({ assets: ASSETS, pad: 'x'.repeat(NATIVE_CHARACTERS_MAX) }) },
    ],
  ])('with %s cannot be used (rule 14)', (_about, native) => {
    expect(impression({ banner: BANNER, native }).native).toBeUndefined();
  });
});

describe('what is sold besides', () => {
  it('has a multiplier where a quantity tells one (rule 39)', () => {
    const multiplier = (qty: unknown) => impression({ banner: BANNER, qty }).multiplier;
    expect([{ multiplier: 14.2 }, { multiplier: '2' }, {}, { multiplier: -1 }, 7].map(multiplier)).toEqual([
      14.2, 2, 1, 1, 1,
    ]);
  });

  it('is rewarded as 2.6 says it, or as it was said before (rule 40)', () => {
    expect(impression({ banner: BANNER, rwdd: 1 }).rewarded).toBe(true);
    expect(impression({ banner: BANNER, ext: { prebid: { is_rewarded_inventory: 1 } } }).rewarded).toBe(true);
    expect(impression({ banner: BANNER }).rewarded).toBe(false);
  });

  it('may be a guaranteed deal with floors of its own (rules 20, 44)', () => {
    const deals = [{ id: 'd', guar: 1, durfloors: [{ maxdur: 15, bidfloor: 4 }], mincpmpersec: 0.1 }];
    expect(impression({ banner: BANNER, pmp: { deals } }).deals[0]).toMatchObject({
      guaranteed: true,
      durationFloors: [{ secondsMin: 0, secondsMax: 15, floorMicros: 4_000_000 }],
      floorMicrosPerSecond: 100_000,
    });
  });
});

describe('floors by duration', () => {
  it.each([
    [{ video: { ...VIDEO, mincpmpersec: -1 } }, 'imp[0].video.mincpmpersec must be a price'],
    [{ audio: { durfloors: [{ bidfloor: 'free' }] } }, 'imp[0].audio.durfloors[0].bidfloor must be a price'],
    [
      { pmp: { deals: [{ durfloors: [{ bidfloor: -2 }] }] } },
      'imp[0].pmp.deals[0].durfloors[0].bidfloor must be',
    ],
    [{ video: { ...VIDEO, w: -1 } }, 'imp[0].video.w must be a number from 0 up'],
  ])('of %j make the request invalid: such a floor is no free ticket', (fields, problem) => {
    expect(problemOf({ banner: BANNER, ...fields })).toContain(problem);
  });
});

describe('whatever is sent as a format', () => {
  it('is used or left out, and hurts nobody', () => {
    const anything = fc.anything({ maxDepth: 4, withNullPrototype: false });
    const fields = fc.record(
      Object.fromEntries(
        'mimes minduration maxduration rqddurs protocols companionad durfloors mincpmpersec poddur maxseq battr request skip'
          .split(' ')
          .map((name) => [name, anything]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fields, fields, fields, (video, audio, native) => {
        const result = decoded({ id: '1', imp: [{ id: '1', banner: BANNER, video, audio, native }] });
        expect(['request', 'invalid']).toContain(result.kind);
        if (result.kind !== 'request') return;
        const [only] = result.request.impressions;
        expect(only?.banner?.sizes).toEqual([BANNER]);
        for (const stream of [only?.video, only?.audio]) {
          if (!stream) continue;
          expect(stream.mimes.length).toBeGreaterThan(0);
          expect(stream.secondsMin).toBeGreaterThanOrEqual(0);
          expect(stream.secondsMax).toBeGreaterThanOrEqual(0);
        }
        if (only?.native) expect(only.native.assets.length).toBeGreaterThan(0);
      }),
      { numRuns: 2_000 },
    );
  });
});
