import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decoded, impression } from '../../test/support/decoded.js';
import { UNREADABLE } from './read.js';

const BANNER = { w: 300, h: 250 };
const VIDEO = { mimes: ['video/mp4'] };

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
    ['content types that cannot be read', { mimes: [{}, true] }],
    ['protocols that cannot be read', { ...VIDEO, protocols: ['VAST 3'] }],
    ['a protocol that cannot be read', { ...VIDEO, protocol: {} }],
    ['ways of delivery that cannot be read', { ...VIDEO, delivery: ['streaming'] }],
    ['a linearity that cannot be read', { ...VIDEO, linearity: 'linear' }],
    ['a bitrate that cannot be read', { ...VIDEO, maxbitrate: '1.5 Mbit' }],
    ['a negative duration', { ...VIDEO, maxduration: -1 }],
    ['a break of unknown length', { ...VIDEO, poddur: 'long' }],
    ['a break without time', { ...VIDEO, poddur: 0 }],
  ])('with %s cannot be used (rule 14)', (_about, video) => {
    expect(impression({ banner: BANNER, video }).video).toBeUndefined();
  });

  it('keeps to both where exact durations and a range are sent (rule 13)', () => {
    const video = { ...VIDEO, rqddurs: [15, 30], minduration: 20, maxduration: 60 };
    expect(impression({ video }).video).toMatchObject({
      secondsRequired: [15, 30],
      secondsMin: 20,
      secondsMax: 60,
    });
  });

  it('takes what can be read of a list, as long as there is something', () => {
    const video = { ...VIDEO, protocols: [null, 'x', 3], protocol: 3, delivery: [''], rqddurs: [15, 'x'] };
    expect(impression({ video }).video).toMatchObject({
      protocols: [3],
      deliveries: [],
      secondsRequired: [15],
    });
  });

  it('believes a restriction that is not clearly lifted', () => {
    const video = { ...VIDEO, skip: 'perhaps', boxingallowed: 'perhaps' };
    expect(impression({ video }).video).toMatchObject({ skippable: true, boxingAllowed: false });
    const clear = { ...VIDEO, skip: '0', boxingallowed: true };
    expect(impression({ video: clear }).video).toMatchObject({ skippable: false, boxingAllowed: true });
  });

  it('tells its placement by either list, the newer one perhaps in the extension (rule 31)', () => {
    const told = (fields: object) => {
      const { plcmt, placement } = impression({ video: { ...VIDEO, ...fields } }).video ?? {};
      return [plcmt, placement];
    };
    expect(told({ plcmt: '2', placement: 1 })).toEqual([2, 1]);
    expect(told({ placement: 3 })).toEqual([undefined, 3]);
    expect(told({ ext: { plcmt: 4 } })).toEqual([4, undefined]);
    expect(told({ plcmt: 1, ext: { plcmt: 4 } })).toEqual([1, undefined]);
  });

  it.each([
    ['a list', [{ w: 300, h: 250 }, { w: 728, h: 90, battr: [{}] }, 7]],
    ['a single one', { w: 300, h: 250 }],
    ['the object of VAST 2 times', { banner: [{ w: 300, h: 250 }] }],
  ])('has companions that come as %s', (_, companionad) => {
    const { video } = impression({ video: { ...VIDEO, companionad } });
    expect(video?.companions.map(({ sizes }) => sizes)).toEqual([[{ w: 300, h: 250 }]]);
  });

  it('has no companions where nobody knows of which type', () => {
    const video = { ...VIDEO, companionad: [BANNER], companiontype: ['static'] };
    expect(impression({ video }).video).toMatchObject({ companions: [], companionTypes: [] });
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
    [{ slotinpod: 1 }, { kind: 'structured', id: undefined, slot: 1 }],
    [
      { rqddurs: [15], podid: 'p', poddur: 45, slotinpod: 2 },
      { kind: 'dynamic', id: 'p', seconds: 45, slot: 2 },
    ],
    [
      { ext: { poddur: 30, maxseq: 2, podid: 'e', podseq: 1, slotinpod: -1, poddedupe: [1] } },
      { kind: 'dynamic', id: 'e', seconds: 30, bidsMax: 2, sequence: 1, slot: -1, dedupe: [1] },
    ],
    [
      { poddur: 30, maxseq: 'few', podid: {}, poddedupe: ['all'] },
      { kind: 'dynamic', id: UNREADABLE, bidsMax: 1, dedupe: [1, 2, 3, 4] },
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

describe('what is sold besides', () => {
  it('has a multiplier where a quantity tells one (rule 39)', () => {
    const multiplier = (qty: unknown) => impression({ banner: BANNER, qty }).multiplier;
    expect(
      [{ multiplier: 14.2 }, { multiplier: '0.3' }, {}, { multiplier: 0 }, null].map(multiplier),
    ).toEqual([14.2, 0.3, 1, 1, 1]);
    expect(impression({ banner: BANNER, ext: { qty: { multiplier: 2 } } }).multiplier).toBe(2);
  });

  it.each([
    [{ qty: 7 }],
    [{ qty: { multiplier: -1 } }],
    [{ qty: { multiplier: 'many' } }],
    [{ qty: { multiplier: 1e9 } }],
  ])('is not offered with a quantity that nobody can count on: %j', (fields) => {
    expect(problemOf({ banner: BANNER, ...fields })).toMatch(/^imp\[0\]\.qty/);
    expect(problemOf({ banner: BANNER, ext: fields })).toMatch(/^imp\[0\]\.qty/);
  });

  it('is rewarded as 2.6 says it, or as it was said before (rule 40)', () => {
    expect(impression({ banner: BANNER, rwdd: 1 }).rewarded).toBe(true);
    expect(impression({ banner: BANNER, ext: { prebid: { is_rewarded_inventory: 1 } } }).rewarded).toBe(true);
    expect(impression({ banner: BANNER, ext: { is_rewarded_inventory: true } }).rewarded).toBe(true);
    expect(impression({ video: { ...VIDEO, ext: { rewarded: 1 } } }).rewarded).toBe(true);
    expect(impression({ banner: BANNER, rwdd: 0, ext: { rewarded: 1 } }).rewarded).toBe(false);
    expect(impression({ banner: BANNER, rwdd: 'perhaps' }).rewarded).toBeUndefined();
    expect(impression({ banner: BANNER }).rewarded).toBe(false);
  });

  it('may be a guaranteed deal with floors of its own (rules 20, 44)', () => {
    const deals = [{ id: 'd', guar: 1, durfloors: [{ maxdur: 15, bidfloor: 4 }], mincpmpersec: 0.1 }];
    expect(impression({ banner: BANNER, pmp: { deals } }).deals[0]).toMatchObject({
      guaranteed: true,
      durationFloors: [{ secondsMin: 0, secondsMax: 15, floorMicros: 4_000_000 }],
      floorMicrosPerSecond: 100_000,
    });
    for (const guar of [0, 'perhaps', {}, undefined]) {
      expect(impression({ banner: BANNER, pmp: { deals: [{ id: 'd', guar }] } }).deals[0]).toMatchObject({
        guaranteed: false,
      });
    }
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
    [{ video: { ...VIDEO, ext: { mincpmpersec: 'x' } } }, 'imp[0].video.ext.mincpmpersec must be a price'],
    [{ video: { ...VIDEO, durfloors: ['5'] } }, 'imp[0].video.durfloors[0] must be an object, found "5"'],
    [
      { video: { ...VIDEO, durfloors: [{ mindur: 'x', bidfloor: 5 }] } },
      'imp[0].video.durfloors[0].mindur must be a number of seconds from 0 up, found "x"',
    ],
    [
      { video: { ...VIDEO, durfloors: { maxdur: -1, bidfloor: 5 } } },
      'imp[0].video.durfloors[0].maxdur must be a number of seconds',
    ],
    [
      { video: { ...VIDEO, durfloors: Array.from({ length: 65 }, () => ({ bidfloor: 1 })) } },
      'imp[0].video.durfloors must hold at most 64 floors, found 65',
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
