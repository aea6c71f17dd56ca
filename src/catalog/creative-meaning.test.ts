import { describe, expect, it } from 'vitest';
import { campaignWith, fileText } from '../../test/support/campaign-file.js';
import type { Json, JsonObject } from '../../test/support/merge.js';
import type { Creative } from '../domain/creative.js';
import { readCampaign } from './read-file.js';

const PLACE = ['lineItems', 0, 'creatives', 0];
const LANDING = 'https://acme.example/trail';
const MP4 = { url: 'https://cdn.acme.example/a.mp4', w: 1280, h: 720 };
const VIDEO = { id: 'v1', format: 'video', seconds: 15, files: [MP4], landing: LANDING };
const AUDIO = {
  id: 'a1',
  format: 'audio',
  seconds: 30,
  files: [{ url: 'https://cdn.acme.example/a.mp3' }],
  landing: LANDING,
};
const NATIVE = { id: 'n1', format: 'native', title: 'Shoes for the coast', landing: LANDING };

function read(creative: JsonObject) {
  return readCampaign(Buffer.from(fileText(campaignWith(PLACE, creative))), 'campaigns/trail.json');
}

function meaning(creative: JsonObject): Creative {
  const found = read(creative);
  if (!found.good) throw new Error(found.problems.map(({ message }) => message).join('\n'));
  return found.content.campaign.lineItems[0]?.creatives[0] as Creative;
}

function problems(creative: JsonObject): readonly string[] {
  const found = read(creative);
  const place = 'lineItems[0].creatives[0]';
  return found.good ? [] : found.problems.map(({ message }) => message.replace(place, 'it'));
}

describe('a video in a campaign file', () => {
  it('has files, whose kind their names tell', () => {
    const hls = { url: 'https://cdn.acme.example/a.m3u8', w: 1920, h: 1080, kbps: 4000 };
    const odd = { ...MP4, url: 'https://cdn.acme.example/a', mime: 'video/MP4', delivery: 'streaming' };
    expect(meaning({ ...VIDEO, skipAfter: 5, files: [MP4, hls, odd] })).toMatchObject({
      format: 'video',
      seconds: 15,
      skipAfterSeconds: 5,
      secure: true,
      wrapper: undefined,
      companions: [],
      files: [
        { url: MP4.url, mime: 'video/mp4', size: { w: 1280, h: 720 }, delivery: 'progressive' },
        { mime: 'application/x-mpegurl', kbps: 4000, delivery: 'streaming' },
        { mime: 'video/mp4', delivery: 'streaming' },
      ],
    });
  });

  it('or is a wrapper, and may have companions', () => {
    const { files: _none, ...rest } = VIDEO;
    const wrapper = {
      tag: 'https://ads.acme.example/v?cb=${CACHEBUSTER}',
      version: '4.2',
      mimes: ['video/mp4'],
    };
    const companions = [{ w: 300, h: 250, image: 'https://cdn.acme.example/c.png' }];
    expect(meaning({ ...rest, wrapper, companions })).toMatchObject({
      files: [],
      wrapper: { ...wrapper, size: undefined },
      companions: [{ size: { w: 300, h: 250 }, image: companions[0]?.image, mime: 'image/png' }],
    });
  });

  it('is insecure when anything of it is loaded over plain http', () => {
    const over = (url: string) => meaning({ ...VIDEO, files: [{ ...MP4, url }] }).secure;
    expect([over('https://x.example/a.mp4'), over('http://x.example/a.mp4')]).toEqual([true, false]);
  });
});

describe('an audio in a campaign file', () => {
  it('has files without measures', () => {
    expect(meaning(AUDIO)).toMatchObject({
      format: 'audio',
      seconds: 30,
      files: [{ mime: 'audio/mpeg', size: undefined, delivery: 'progressive' }],
    });
  });
});

describe('a native creative in a campaign file', () => {
  it('has the parts that places ask for', () => {
    const creative = meaning({
      ...NATIVE,
      images: [{ url: 'https://cdn.acme.example/a.jpg', w: 1200, h: 627 }],
      icons: [{ url: 'https://cdn.acme.example/i.png', w: 80, h: 80 }],
      sponsoredBy: 'ACME',
      callToAction: 'Buy now',
      rating: '4.5',
      video: { seconds: 10, files: [MP4] },
      privacy: 'https://acme.example/privacy',
    });
    expect(creative).toMatchObject({
      title: 'Shoes for the coast',
      images: [{ size: { w: 1200, h: 627 }, mime: 'image/jpeg' }],
      icons: [{ size: { w: 80, h: 80 }, mime: 'image/png' }],
      data: new Map([
        [1, 'ACME'],
        [3, '4.5'],
        [12, 'Buy now'],
      ]),
      video: { seconds: 10 },
      privacyUrl: 'https://acme.example/privacy',
    });
  });
});

describe('categories in other taxonomies', () => {
  const elsewhere = (creative: JsonObject) => {
    const advertiser = {
      id: 'acme',
      domain: 'acme.example',
      otherCategories: { 'content-3.0': ['483', 'jlbcu7'] },
    };
    const file = { ...(campaignWith(PLACE, creative) as JsonObject), advertiser };
    const found = readCampaign(Buffer.from(fileText(file)), 'campaigns/trail.json');
    return found.good && found.content.campaign.lineItems[0]?.creatives[0]?.categoriesElsewhere;
  };

  it("are the creative's own, or else the advertiser's", () => {
    expect(elsewhere(VIDEO)).toEqual(new Map([[7, ['483', 'JLBCU7']]]));
    expect(elsewhere({ ...VIDEO, otherCategories: { 'ad-product-2.0': ['1001'] } })).toEqual(
      new Map([[8, ['1001']]]),
    );
  });
});

describe('a mistake in a creative is told in one sentence', () => {
  const { files: _files, ...withoutFiles } = VIDEO;
  const wrapper = { tag: 'https://ads.acme.example/v', version: '4.2', mimes: ['video/mp4'] };
  it.each<[JsonObject, string]>([
    [{ ...VIDEO, format: 'vidio' }, 'it.format is "vidio" but must be one of banner, video, audio, native'],
    [withoutFiles, 'it needs either "files" or "wrapper", one of the two'],
    [{ ...VIDEO, wrapper }, 'it needs either "files" or "wrapper", one of the two'],
    [
      { ...withoutFiles, wrapper: { ...wrapper, w: 640 } },
      'it.wrapper needs both "w" and "h" in pixels, or neither',
    ],
    [{ ...VIDEO, status: 'stopped' }, 'it.status is "stopped" but must be one of active, paused'],
    [{ ...VIDEO, pin: '' }, 'it.pin is empty ("") but must be the pin that narrowcast check tells'],
    [
      { ...VIDEO, seconds: '15' },
      'it.seconds is "15" but must be how long it runs in seconds, such as 15; did you mean 15?',
    ],
    [
      { ...VIDEO, files: [{ ...MP4, url: 'https://cdn.acme.example/a' }] },
      'it.files[0].url does not tell the kind of file by its name; add "mime", such as "video/mp4"',
    ],
    [
      { ...AUDIO, files: [MP4] },
      'it.files[0].w is not a setting that exists here; the settings here are url, mime, kbps, delivery',
    ],
    [
      { ...VIDEO, companions: [{ w: 300, h: 250, image: 'https://cdn.acme.example/c' }] },
      'it.companions[0].image must end like a picture: .png, .jpg, .gif, .webp or .svg',
    ],
    [
      { ...NATIVE, title: 'x'.repeat(141) },
      `it.title is "${'x'.repeat(58)}… but must be at most 140 characters long`,
    ],
    [{ ...NATIVE, cta: 'Buy' }, 'it.cta is not a setting that exists here'],
  ])('%j', (creative, sentence) => {
    expect(problems(creative)[0]).toContain(sentence);
  });

  it('and what is too long for a response as well', () => {
    const files: Json[] = Array.from({ length: 9 }, (_, i) => ({
      ...MP4,
      url: `${MP4.url}?${'x'.repeat(200)}${i}`,
    }));
    expect(problems({ ...VIDEO, files })[0]).toMatch(
      /^it\.files takes \d+ bytes with its click links but must be/,
    );
  });
});
