import { describe, expect, it } from 'vitest';
import { aNative, FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import type { Native, NativeAsset } from '../domain/bid-request.js';
import type { NativeCreative, NativeImage } from '../domain/creative.js';
import { nativeShownAs } from './native.js';

const image = (w: number, h: number, mime = 'image/png'): NativeImage => ({
  url: `https://cdn.example/${w}x${h}`,
  size: { w, h },
  mime,
});

const CREATIVE: NativeCreative = {
  ...FORMAT_CREATIVES[2],
  title: 'Trail shoes',
  images: [image(1200, 627), image(300, 157), image(600, 314, 'image/jpeg')],
  icons: [image(80, 80)],
  data: new Map([
    [2, 'Light and dry'],
    [12, 'Buy'],
  ]),
};

function shown(native: Partial<Native>, creative: Partial<NativeCreative> = {}) {
  return nativeShownAs({ ...CREATIVE, ...creative }, { ...aNative(), ...native });
}

function filled(asset: NativeAsset, creative: Partial<NativeCreative> = {}): unknown {
  const how = shown({ assets: [asset] }, creative);
  return typeof how === 'string' ? how : how.assets[0];
}

const ANY_IMAGE = {
  id: 1,
  required: true,
  kind: 'image',
  type: 3,
  w: 0,
  h: 0,
  wMin: 0,
  hMin: 0,
  mimes: [],
} as const;

describe('nativeShownAs', () => {
  it.each([
    ['𝓣𝓻𝓪𝓲𝓵', 5, true],
    ['𝓣𝓻𝓪𝓲𝓵', 4, false],
    ['Trail', 5, true],
    ['Trail', 4, false],
  ])('a title %s where there is room for %i characters: %s', (title, charactersMax, fits) => {
    const asset = filled({ id: 1, required: true, kind: 'title', charactersMax }, { title });
    expect(asset).toEqual(fits ? { id: 1, kind: 'title', text: title } : 'creative-assets');
  });

  it.each([
    ['the smallest where nothing is told', {}, 300],
    ['the exact width', { w: 600 }, 600],
    ['the exact size', { w: 1200, h: 627 }, 1200],
    ['the smallest that is wide enough', { wMin: 301 }, 600],
    ['the smallest that is high enough', { hMin: 315 }, 1200],
    ['one of a type that is taken', { mimes: ['image/jpeg'] }, 600],
    ['none of another width', { w: 599 }, undefined],
    ['none of another height', { w: 600, h: 300 }, undefined],
    ['none that is too small', { wMin: 1201 }, undefined],
    ['none of another type', { mimes: ['image/webp'] }, undefined],
  ])('fills a picture with %s', (_what, wanted, w) => {
    const asset = filled({ ...ANY_IMAGE, ...wanted });
    if (w === undefined) expect(asset).toBe('creative-assets');
    else expect(asset).toMatchObject({ image: { size: { w } } });
  });

  it.each([
    [1, 80],
    [2, 80],
    [3, 300],
    [undefined, 300],
  ])('fills pictures of type %s from the icons or the images', (type, w) => {
    expect(filled({ ...ANY_IMAGE, type })).toMatchObject({ image: { size: { w } } });
  });

  it.each([
    [2, 13, 'Light and dry'],
    [2, 12, undefined],
    [12, Infinity, 'Buy'],
    [1, Infinity, undefined],
  ])('fills data of type %i with room for %d characters: %s', (type, charactersMax, value) => {
    const asset = filled({ id: 7, required: true, kind: 'data', type, charactersMax });
    expect(asset).toEqual(value === undefined ? 'creative-assets' : { id: 7, kind: 'data', type, value });
  });

  const VIDEO = {
    id: 4,
    required: true,
    kind: 'video',
    mimes: ['video/mp4'],
    secondsMin: 5,
    secondsMax: 30,
    protocols: [2, 11],
  } as const;
  const file = { url: 'https://cdn.example/a', mime: 'video/mp4', size: undefined, kbps: undefined } as const;
  const film = (seconds: number, mime = 'video/mp4') => ({
    seconds,
    files: [{ ...file, mime, delivery: 'progressive' as const }],
  });

  it.each([
    ['as VAST of a version that is taken', VIDEO, film(15), '4.1'],
    ['as VAST that everybody reads, where none is told', { ...VIDEO, protocols: [] }, film(15), '3.0'],
    ['not where it is too long', VIDEO, film(31), undefined],
    ['not where it is too short', VIDEO, film(4), undefined],
    ['not where it is of another type', VIDEO, film(15, 'video/webm'), undefined],
    ['not as a wrapper, which it is none of', { ...VIDEO, protocols: [5, 6] }, film(15), undefined],
  ])('fills a video %s', (_how, asset, video, vastVersion) => {
    const found = filled(asset, { video });
    if (vastVersion === undefined) expect(found).toBe('creative-assets');
    else expect(found).toMatchObject({ id: 4, seconds: video.seconds, video: { vastVersion } });
  });

  it('leaves out what is not required and does not fit, in the order that was asked for', () => {
    const how = shown({
      assets: [
        { id: 9, required: false, kind: 'title', charactersMax: 3 },
        { id: 3, required: true, kind: 'data', type: 12, charactersMax: Infinity },
        { id: 5, required: false, kind: 'unknown' },
        { ...ANY_IMAGE, id: 1 },
      ],
    });
    expect(how).toMatchObject({ assets: [{ id: 3 }, { id: 1 }] });
  });

  it('shows nothing where nothing is left, and where something unknown is required', () => {
    expect(shown({ assets: [{ id: 9, required: false, kind: 'title', charactersMax: 3 }] })).toBe(
      'creative-assets',
    );
    const unknown = { id: 2, required: true, kind: 'unknown' } as const;
    expect(shown({ assets: [...aNative().assets, unknown] })).toBe('creative-assets');
  });

  it.each([
    ['1.0', '1.0'],
    ['1.1', '1.1'],
    ['1.2', '1.2'],
    [undefined, '1.2'],
    ['9"><script>', '1.2'],
  ] as const)('answers version %s with %s: what a request says is not repeated', (version, answered) => {
    expect(shown({ version })).toMatchObject({ version: answered });
  });

  it.each([
    ['impressions by picture', [{ event: 1, methods: [2, 1] }], true],
    ['impressions by script only', [{ event: 1, methods: [2] }], false],
    ['something else by picture', [{ event: 2, methods: [1] }], false],
    ['nothing', [], false],
  ])('uses the trackers of events where they are offered: %s', (_offered, eventTrackers, hasEventTracker) => {
    expect(shown({ eventTrackers })).toMatchObject({ hasEventTracker });
  });

  it('sends a privacy link where it is supported and there is one', () => {
    const told = (privacySupported: boolean, privacyUrl: string | undefined) =>
      shown({ privacySupported }, { privacyUrl });
    expect(told(true, 'https://acme.example/p')).toMatchObject({ hasPrivacy: true });
    expect(told(false, 'https://acme.example/p')).toMatchObject({ hasPrivacy: false });
    expect(told(true, undefined)).toMatchObject({ hasPrivacy: false });
  });

  it('holds attributes and interfaces against the place', () => {
    expect(shown({ attributesBlocked: [6] }, { attributes: [1, 6] })).toBe('creative-attribute');
    expect(shown({ apis: [] }, { apis: [7] })).toBe('creative-api');
    expect(shown({ apis: [7], attributesBlocked: [5] }, { apis: [7], attributes: [6] })).toMatchObject({});
  });
});
