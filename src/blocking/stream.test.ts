import { describe, expect, it } from 'vitest';
import { anAudio, aVideo, FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import type { Audio, Banner, Video } from '../domain/bid-request.js';
import type { AudioCreative, MediaFile, VastWrapper, VideoCreative } from '../domain/creative.js';
import { VAST_VERSIONS, type ShownStream, type VastVersion } from '../domain/shown-as.js';
import { audioShownAs, videoShownAs } from './stream.js';

const HD: MediaFile = {
  url: 'https://cdn.example/hd.mp4',
  mime: 'video/mp4',
  size: { w: 1280, h: 720 },
  kbps: 1500,
  delivery: 'progressive',
};
const SD: MediaFile = { ...HD, url: 'https://cdn.example/sd.mp4', size: { w: 640, h: 360 }, kbps: 600 };
const HLS: MediaFile = {
  ...HD,
  url: 'https://cdn.example/hls',
  mime: 'application/x-mpegurl',
  delivery: 'streaming',
};

const CREATIVE: VideoCreative = { ...FORMAT_CREATIVES[0], files: [HD, SD] };
const WRAPPER: VastWrapper = {
  tag: 'https://ads.example/vast',
  version: '4.2',
  mimes: ['video/mp4', 'video/webm'],
  size: undefined,
};

function video(place: Partial<Video>, creative: Partial<VideoCreative> = {}) {
  return videoShownAs({ ...CREATIVE, ...creative }, aVideo(place));
}

function shownVideo(place: Partial<Video>, creative: Partial<VideoCreative> = {}): ShownStream {
  const shown = video(place, creative);
  if (typeof shown === 'string') throw new Error(shown);
  return shown;
}

const wrapped = (
  place: Partial<Video>,
  wrapper: Partial<VastWrapper> = {},
  creative: Partial<VideoCreative> = {},
) =>
  video(
    { mimes: [...WRAPPER.mimes], ...place },
    { files: [], wrapper: { ...WRAPPER, ...wrapper }, ...creative },
  );

describe('a video', () => {
  it.each([
    ['long enough', { secondsMin: 15 }, true],
    ['too short', { secondsMin: 16 }, false],
    ['short enough', { secondsMax: 15 }, true],
    ['too long', { secondsMax: 14 }, false],
    ['one of the exact durations', { secondsRequired: [10, 15] }, true],
    ['none of the exact durations', { secondsRequired: [10, 30] }, false],
    ['exact, but outside the range', { secondsRequired: [15], secondsMax: 10 }, false],
  ])('%s (rule 30)', (_what, place, fits) => {
    expect(typeof video(place) === 'string' ? video(place) : 'fits').toBe(
      fits ? 'fits' : 'creative-duration',
    );
  });

  /** AdCOM "Creative Subtypes - Audio/Video". */
  const CODES: Readonly<Record<VastVersion, readonly [number, number]>> = {
    '2.0': [2, 5],
    '3.0': [3, 6],
    '4.0': [7, 8],
    '4.1': [11, 12],
    '4.2': [13, 14],
    '4.3': [15, 16],
  };

  it.each(VAST_VERSIONS)(
    'is written in VAST %s where only that is taken, and a wrapper is no such',
    (version) => {
      const [inline, wrapper] = CODES[version];
      expect(shownVideo({ protocols: [9, inline] })).toMatchObject({
        vastVersion: version,
        protocol: inline,
      });
      expect(video({ protocols: [wrapper] })).toBe('creative-protocol');
      expect(wrapped({ protocols: [wrapper] }, { version })).toMatchObject({
        vastVersion: version,
        protocol: wrapper,
      });
      expect(wrapped({ protocols: [inline] }, { version })).toBe('creative-protocol');
      expect(wrapped({}, { version })).toMatchObject({ protocol: wrapper });
    },
  );

  it('is written in the version that most players read, where several or none are told', () => {
    expect(shownVideo({}).vastVersion).toBe('3.0');
    expect(shownVideo({ protocols: [2, 15, 13, 3] }).vastVersion).toBe('3.0');
    expect(shownVideo({ protocols: [2, 7] }).vastVersion).toBe('4.0');
  });

  it.each([
    ['of a type that is taken', { mimes: ['application/x-mpegurl'] }, [HLS]],
    ['of a bitrate that is taken', { bitrateMax: 1000 }, [SD]],
    ['of a bitrate that is high enough', { bitrateMin: 1000 }, [HD]],
    ['that are not streamed', { mimes: [HD.mime, HLS.mime], deliveries: [2] }, [HD, SD]],
    ['that can be downloaded', { mimes: [HD.mime, HLS.mime], deliveries: [3] }, [HD, SD]],
    ['that are streamed', { mimes: [HD.mime, HLS.mime], deliveries: [1] }, [HLS]],
  ])('is sent in the files %s', (_what, place, files) => {
    expect(shownVideo(place, { files: [HD, SD, HLS] }).files).toEqual(files);
  });

  it.each([
    ['creative-mime', { mimes: ['video/webm'] }, {}],
    ['creative-bitrate', { bitrateMax: 500 }, {}],
    ['creative-bitrate', { bitrateMin: 1 }, { files: [{ ...HD, kbps: undefined }] }],
    ['creative-delivery', { deliveries: [1] }, {}],
    ['creative-linearity', { linearity: 2 }, {}],
    ['creative-attribute', { attributesBlocked: [6] }, { attributes: [6] }],
    ['creative-api', { apis: [7] }, { apis: [2] }],
  ])('is kept out by %s', (rule, place, creative) => {
    expect(video(place, creative)).toBe(rule);
  });

  it('names the first reason in the order of explanations', () => {
    const place = {
      mimes: ['video/webm'],
      secondsMax: 1,
      linearity: 2,
      boxingAllowed: false,
      size: { w: 1, h: 1 },
    };
    expect(video(place)).toBe('creative-size');
    expect(video({ ...place, boxingAllowed: true })).toBe('creative-mime');
    expect(video({ ...place, boxingAllowed: true, mimes: ['video/mp4'] })).toBe('creative-duration');
    expect(video({ linearity: 2 }, { attributes: [16] })).toBe('creative-linearity');
  });

  it('has exactly the aspect of the player where boxes around it are not allowed', () => {
    const square = { ...HD, size: { w: 600, h: 600 } };
    const place = { boxingAllowed: false, size: { w: 320, h: 180 } };
    expect(shownVideo(place, { files: [square, HD] }).files).toEqual([HD]);
    expect(video(place, { files: [square] })).toBe('creative-size');
    expect(shownVideo({ ...place, size: undefined }, { files: [square] }).files).toEqual([square]);
    expect(shownVideo({ ...place, boxingAllowed: true }, { files: [square] }).files).toEqual([square]);
  });

  it.each([
    [{ w: 640, h: 360 }, [SD, HD]],
    [{ w: 700, h: 394 }, [SD, HD]],
    [{ w: 1280, h: 720 }, [HD, SD]],
    [{ w: 1920, h: 1080 }, [HD, SD]],
    [undefined, [HD, SD]],
  ])('in a player of %o names the files nearest to it first', (size, files) => {
    expect(shownVideo({ size }, { files: [HD, SD] }).files).toEqual(files);
  });
});

describe('a wrapper', () => {
  it('is taken where all of its types are', () => {
    expect(wrapped({})).toMatchObject({ files: [], format: 'video' });
    expect(wrapped({ mimes: ['video/mp4'] })).toBe('creative-mime');
  });

  it('has the aspect of the player, or nobody knows, where boxes are not allowed', () => {
    const place = { boxingAllowed: false, size: { w: 320, h: 180 } };
    expect(wrapped(place)).toBe('creative-size');
    expect(wrapped(place, { size: { w: 640, h: 480 } })).toBe('creative-size');
    expect(wrapped(place, { size: { w: 640, h: 360 } })).toMatchObject({ format: 'video' });
  });

  it('leaves it to what it leads to whether it may be skipped', () => {
    expect(wrapped({}, {}, { skipAfterSeconds: 5 })).toMatchObject({ isSkippable: false });
  });
});

describe('skipping (rule 32)', () => {
  const SKIPS = { skipAfterSeconds: 5 };

  it.each([
    ['nothing is told', {}, true],
    ['the player has no button', { skippable: false }, true],
    ['the player has a button of its own', { skippable: true }, false],
    ['only longer videos may be skipped', { skipSecondsMin: 15 }, false],
    ['videos of this length may be skipped', { skipSecondsMin: 14 }, true],
    ['buttons are blocked', { attributesBlocked: [16] }, false],
    ['the version has no word for it', { protocols: [2] }, false],
  ])('is offered, or not, where %s', (_what, place, isSkippable) => {
    expect(shownVideo(place, SKIPS).isSkippable).toBe(isSkippable);
    expect(shownVideo(place).isSkippable).toBe(false);
  });

  it.each([
    ['creative-skip', { skippable: true }],
    ['creative-skip', { skipSecondsMin: 15 }],
    ['creative-attribute', { attributesBlocked: [16] }],
    ['fits', { skippable: false, skipSecondsMin: 14 }],
  ])('with a button of its own: %s in %o', (rule, place) => {
    const shown = video(place, { attributes: [16] });
    expect(typeof shown === 'string' ? shown : 'fits').toBe(rule);
  });
});

describe('companions', () => {
  const banner = (w: number, h: number, mimes: readonly string[] = []) =>
    ({ sizes: [{ w, h }], mimes }) as unknown as Banner;
  const wide = { size: { w: 728, h: 90 }, image: 'https://cdn.example/w.png', mime: 'image/png' };
  const box = { size: { w: 300, h: 250 }, image: 'https://cdn.example/b.png', mime: 'image/png' };

  it.each([
    ['there is room for it', { companions: [banner(300, 250)] }, [box]],
    ['there is room for both', { companions: [banner(300, 250), banner(728, 90)] }, [wide, box]],
    ['its type is taken', { companions: [banner(300, 250, ['image/png'])] }, [box]],
    ['pictures are taken', { companions: [banner(300, 250)], companionTypes: [2, 1] }, [box]],
    ['nothing: there is no room', { companions: [banner(300, 251)] }, []],
    ['nothing: none was asked for', {}, []],
    ['nothing: its type is not taken', { companions: [banner(300, 250, ['image/gif'])] }, []],
    ['nothing: only documents are taken', { companions: [banner(300, 250)], companionTypes: [2, 3] }, []],
  ])('are sent where %s', (_what, place, companions) => {
    expect(shownVideo(place, { companions: [wide, box] }).companions).toEqual(companions);
  });
});

describe('an audio (rule 34)', () => {
  const file: MediaFile = { ...HD, mime: 'audio/mpeg', size: undefined, kbps: 128 };
  const audio = (place: Partial<Audio>, creative: Partial<AudioCreative> = {}) =>
    audioShownAs({ ...FORMAT_CREATIVES[1], files: [file], ...creative }, anAudio(place));

  it('follows the rules of video for what it has', () => {
    expect(audio({})).toMatchObject({ format: 'audio', vastVersion: '3.0', protocol: 3, files: [file] });
    expect(audio({ stitched: true, protocols: [11] })).toMatchObject({
      vastVersion: '4.1',
      isSkippable: false,
    });
    expect(audio({ mimes: ['audio/mp4'] })).toBe('creative-mime');
    expect(audio({ secondsMax: 10 })).toBe('creative-duration');
    expect(audio({ bitrateMin: 192 })).toBe('creative-bitrate');
  });

  it('is not written in DAAST', () => {
    expect(audio({ protocols: [9, 10] })).toBe('creative-protocol');
  });
});
