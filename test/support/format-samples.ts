import type { Audio, Native, Video } from '../../src/domain/bid-request.js';
import type { AudioCreative, NativeCreative, VideoCreative } from '../../src/domain/creative.js';
import type { CreativeId } from '../../src/domain/ids.js';

const STREAM = {
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
} as const;

/** A place for video that takes any and tells nothing but what is given. */
export function aVideo(parts: Partial<Video> = {}): Video {
  return {
    ...STREAM,
    mimes: ['video/mp4'],
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
    ...parts,
  };
}

/** A place for audio, likewise. */
export function anAudio(parts: Partial<Audio> = {}): Audio {
  return {
    ...STREAM,
    mimes: ['audio/mpeg'],
    feed: undefined,
    stitched: false,
    volumeNormalization: undefined,
    ...parts,
  };
}

/** A place for a title. */
export function aNative(): Native {
  return {
    version: '1.2',
    isWrapped: false,
    bidsMax: 1,
    assets: [{ id: 1, required: true, kind: 'title', charactersMax: 90 }],
    eventTrackers: [],
    privacySupported: false,
    attributesBlocked: [],
    apis: [],
  };
}

const FACTS = {
  id: 'cr1' as CreativeId,
  landing: 'https://acme.example/',
  attributes: [],
  apis: [],
  language: undefined,
  categories: [],
  categoriesElsewhere: new Map(),
  secure: true,
  appBundle: undefined,
  imageUrl: undefined,
} as const;

const FIFTEEN_SECONDS = { seconds: 15, files: [], wrapper: undefined, companions: [] } as const;

/** A creative of each format but banner. */
export const FORMAT_CREATIVES: readonly [VideoCreative, AudioCreative, NativeCreative] = [
  { ...FACTS, ...FIFTEEN_SECONDS, format: 'video', skipAfterSeconds: undefined },
  { ...FACTS, ...FIFTEEN_SECONDS, format: 'audio' },
  {
    ...FACTS,
    format: 'native',
    title: 'Trail shoes',
    images: [],
    icons: [],
    data: new Map(),
    video: undefined,
    privacyUrl: undefined,
  },
];
