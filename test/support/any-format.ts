import fc from 'fast-check';
import type {
  AudioCreative,
  Companion,
  MediaFile,
  NativeCreative,
  NativeImage,
  VastWrapper,
  VideoCreative,
} from '../../src/domain/creative.js';
import type { CreativeId } from '../../src/domain/ids.js';
import { VAST_VERSIONS } from '../../src/domain/shown-as.js';
import { FORMAT_CREATIVES } from './format-samples.js';

/*
 * Creatives of the domain's types and the places that they are offered to, both with few values for each setting, so that they fit
 * often enough and for as many reasons fit not.
 */

const VIDEO_MIMES = ['video/mp4', 'video/webm', 'application/x-mpegurl'];
const AUDIO_MIMES = ['audio/mpeg', 'audio/mp4'];
const SIZES = [
  { w: 1280, h: 720 },
  { w: 640, h: 360 },
  { w: 640, h: 480 },
];
const IMAGE_SIZES = [
  { w: 1200, h: 627 },
  { w: 300, h: 157 },
  { w: 80, h: 80 },
];
const SECONDS = [6, 15, 15.5, 30];
const ATTRIBUTES = [6, 13, 16];
const APIS = [2, 7];
const COMPANION_SIZES = [
  { w: 300, h: 250 },
  { w: 728, h: 90 },
];

const some = <T>(values: readonly T[]) => fc.subarray([...values]);
const orMostly = <T, Usual>(value: fc.Arbitrary<T>, usual: Usual) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: value });
const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);

function media(
  texts: fc.Arbitrary<string>,
  mimes: readonly string[],
  sizes: readonly MediaFile['size'][],
): fc.Arbitrary<MediaFile> {
  return fc.record({
    url: texts,
    mime: oneOf(...mimes),
    size: oneOf(...sizes),
    kbps: oneOf(undefined, 128, 1_500),
    delivery: oneOf('progressive', 'streaming'),
  });
}

function streamParts(
  texts: fc.Arbitrary<string>,
  mimes: readonly string[],
  sizes: readonly MediaFile['size'][],
) {
  const wrapper: fc.Arbitrary<VastWrapper> = fc.record({
    tag: texts,
    version: oneOf(...VAST_VERSIONS),
    mimes: fc.subarray([...mimes], { minLength: 1 }),
    size: oneOf(...sizes),
  });
  const files = fc.array(media(texts, mimes, sizes), { minLength: 1, maxLength: 3 });
  const companions: fc.Arbitrary<Companion[]> = fc.array(
    fc.record({ size: oneOf(...COMPANION_SIZES), image: texts, mime: oneOf('image/png', 'image/jpeg') }),
    { maxLength: 2 },
  );
  return {
    source: fc.oneof(
      { weight: 3, arbitrary: files.map((all) => ({ files: all, wrapper: undefined })) },
      { weight: 1, arbitrary: wrapper.map((it) => ({ files: [], wrapper: it })) },
    ),
    seconds: oneOf(...SECONDS),
    companions,
  };
}

function common(texts: fc.Arbitrary<string>) {
  return {
    id: texts.map((text) => text as CreativeId),
    attributes: orMostly(some(ATTRIBUTES), []),
    apis: orMostly(some(APIS), []),
  };
}

/** @param texts whatever an advertiser writes: names, words, addresses */
export function anyVideo(texts: fc.Arbitrary<string>): fc.Arbitrary<VideoCreative> {
  return fc
    .record({
      ...common(texts),
      ...streamParts(texts, VIDEO_MIMES, SIZES),
      skipAfterSeconds: oneOf(undefined, 5, 5.25),
    })
    .map(({ source, ...rest }) => ({ ...FORMAT_CREATIVES[0], ...rest, ...source }));
}

export function anyAudio(texts: fc.Arbitrary<string>): fc.Arbitrary<AudioCreative> {
  return fc
    .record({ ...common(texts), ...streamParts(texts, AUDIO_MIMES, [undefined]) })
    .map(({ source, ...rest }) => ({ ...FORMAT_CREATIVES[1], ...rest, ...source }));
}

export function anyNative(texts: fc.Arbitrary<string>): fc.Arbitrary<NativeCreative> {
  const images: fc.Arbitrary<NativeImage[]> = fc.array(
    fc.record({ url: texts, size: oneOf(...IMAGE_SIZES), mime: oneOf('image/png', 'image/jpeg') }),
    { maxLength: 3 },
  );
  const films = fc.array(media(texts, VIDEO_MIMES, SIZES), { minLength: 1, maxLength: 2 });
  return fc
    .record({
      ...common(texts),
      title: texts,
      images,
      icons: images,
      data: fc.array(fc.tuple(oneOf(1, 2, 12), texts), { maxLength: 3 }).map((entries) => new Map(entries)),
      video: fc.option(fc.record({ seconds: oneOf(...SECONDS), files: films }), { nil: undefined }),
      privacyUrl: fc.option(texts, { nil: undefined }),
    })
    .map((parts) => ({ ...FORMAT_CREATIVES[2], ...parts }));
}

/** Mostly nothing is told, which takes everything. */
const now = <T>(value: fc.Arbitrary<T>) => orMostly(value, undefined);
/** Mostly all are supported, of which nothing told would be none. */
const apis = orMostly(some(APIS), APIS);

function streamPlace(mimes: readonly string[]) {
  const companion = fc
    .tuple(oneOf(...COMPANION_SIZES), now(oneOf(['image/png'], ['image/jpeg', 'image/png'])))
    .map(([size, types]) => ({ ...size, mimes: types }));
  return {
    mimes: fc.subarray([...mimes], { minLength: 1 }),
    minduration: now(oneOf(5, 15)),
    maxduration: now(oneOf(15, 30)),
    rqddurs: now(oneOf([15], [6, 30])),
    protocols: now(fc.subarray([2, 3, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16], { minLength: 3 })),
    minbitrate: now(oneOf(100)),
    maxbitrate: now(oneOf(500, 2_000)),
    delivery: now(oneOf([1], [2], [1, 3])),
    battr: now(some(ATTRIBUTES)),
    api: apis,
    companionad: now(fc.array(companion, { maxLength: 3 })),
    companiontype: now(oneOf([1], [2, 3], [1, 2])),
  };
}

/** Fields of an impression as they are sent, without an id. */
export const anyVideoPlace: fc.Arbitrary<object> = fc
  .record({
    ...streamPlace(VIDEO_MIMES),
    size: now(oneOf(...SIZES)),
    linearity: now(oneOf(1, 2)),
    skip: now(oneOf(0, 1)),
    skipmin: now(oneOf(6, 15)),
    boxingallowed: now(oneOf(0, 1)),
  })
  .map(({ size, ...video }) => ({ video: { ...video, ...size } }));

export const anyAudioPlace: fc.Arbitrary<object> = fc
  .record({ ...streamPlace(AUDIO_MIMES), stitched: now(oneOf(0, 1)) })
  .map((audio) => ({ audio }));

const lengths = now(oneOf(5, 25, 90));
const anyAsset = fc.record({
  required: oneOf(0, 0, 1),
  kind: fc.oneof(
    lengths.map((len) => ({ title: { len: len ?? 140 } })),
    fc
      .record({
        type: now(oneOf(1, 3)),
        w: now(oneOf(300, 1200)),
        wmin: now(oneOf(80, 300)),
        hmin: now(oneOf(80)),
        mimes: now(oneOf(['image/png'])),
      })
      .map((img) => ({ img })),
    fc.record({ type: oneOf(1, 2, 12, 3), len: lengths }).map((data) => ({ data })),
    fc
      .record({
        mimes: fc.subarray(VIDEO_MIMES, { minLength: 1 }),
        minduration: fc.constant(5),
        maxduration: oneOf(15, 30),
        protocols: oneOf([2], [3, 7], [2, 3, 11]),
      })
      .map((video) => ({ video })),
  ),
});

export const anyNativePlace: fc.Arbitrary<object> = fc
  .record({
    ver: now(oneOf('1.0', '1.1', '1.2', '2')),
    assets: fc.array(anyAsset, { minLength: 1, maxLength: 5 }),
    eventtrackers: now(
      oneOf([{ event: 1, methods: [1] }], [{ event: 1, methods: [2] }], [{ event: 2, methods: [1, 2] }]),
    ),
    privacy: now(oneOf(0, 1)),
    isWrapped: fc.boolean(),
    battr: now(some(ATTRIBUTES)),
    api: apis,
  })
  .map(({ isWrapped, battr, api, assets, ...rest }) => {
    const request = {
      ...rest,
      assets: assets.map(({ required, kind }, i) => ({ id: i + 1, required, ...kind })),
    };
    return { native: { request: JSON.stringify(isWrapped ? { native: request } : request), battr, api } };
  });
