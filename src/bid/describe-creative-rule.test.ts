import { describe, expect, it } from 'vitest';
import { anAudio, aNative, aVideo, FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import { ROOMY_EXCHANGE } from '../../test/support/outgoing-bid.js';
import type { BlockLists, Impression } from '../domain/bid-request.js';
import type { Creative, VideoCreative } from '../domain/creative.js';
import type { CreativeRule } from '../domain/rejection.js';
import { describeCreativeRule } from './describe-creative-rule.js';

const [VIDEO, AUDIO, NATIVE] = FORMAT_CREATIVES;
const FILM: VideoCreative = {
  ...VIDEO,
  attributes: [16],
  apis: [7],
  files: [{ url: 'u', mime: 'video/mp4', size: undefined, kbps: undefined, delivery: 'progressive' }],
};
const PLACES = {
  video: aVideo({
    mimes: ['video/webm'],
    secondsMax: 10,
    secondsRequired: [5, 10],
    size: { w: 640, h: 480 },
    attributesBlocked: [16],
  }),
  audio: anAudio({ secondsMin: 20 }),
  native: { ...aNative(), attributesBlocked: [1], apis: [5] },
};

function told(rule: CreativeRule, creative: Creative): string {
  const impression = { banner: undefined, ...PLACES } as unknown as Impression;
  const { wanted, found } = describeCreativeRule(
    rule,
    [creative],
    impression,
    ROOMY_EXCHANGE,
    {} as BlockLists,
  );
  return `${wanted}: ${found}`;
}

describe('why a creative is not shown', () => {
  it.each([
    [
      'creative-size',
      FILM,
      'a video in the proportions of the player: it measures 640x480, without boxes around',
    ],
    ['creative-mime', FILM, 'a place for video/mp4: it takes video/webm'],
    ['creative-duration', FILM, 'a place for 15 seconds: it takes 0 to 10 seconds, of these 5, 10 only'],
    ['creative-duration', AUDIO, 'a place for 15 seconds: it takes 20 to any seconds'],
  ] as const)('is told by %s in terms of its format', (rule, creative, words) => {
    expect(told(rule, creative)).toBe(words);
  });

  it('names what the place of its own format blocks and supports', () => {
    expect(told('creative-attribute', FILM)).toMatch(/^a place for skip-button: blocked: skip-button$/);
    expect(told('creative-api', FILM)).toMatch(/: supported: none$/);
    expect(told('creative-api', { ...NATIVE, apis: [7] })).toMatch(/: supported: mraid-2$/);
  });
});
