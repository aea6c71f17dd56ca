import { describe, expect, it } from 'vitest';
import { campaignWith, fileText } from '../../test/support/campaign-file.js';
import { merged, type Json, type JsonObject } from '../../test/support/merge.js';
import type { Creative } from '../domain/creative.js';
import { pinOf } from './pin.js';
import { readCampaign } from './read-file.js';
import type { CampaignContent } from './schema/campaign.js';

const LANDING = 'https://acme.example/trail';
const MP4 = { url: 'https://cdn.acme.example/a.mp4', w: 1280, h: 720 };
const PICTURE = { url: 'https://cdn.acme.example/a.jpg', w: 1200, h: 627 };
const COMPANION = { w: 300, h: 250, image: 'https://cdn.acme.example/c.png' };
const CREATIVES = {
  banner: { id: 'b', format: 'banner', w: 300, h: 250, html: '<p>a</p>', landing: LANDING },
  video: {
    id: 'v',
    format: 'video',
    seconds: 15,
    skipAfter: 5,
    files: [MP4],
    companions: [COMPANION],
    landing: LANDING,
  },
  audio: {
    id: 'a',
    format: 'audio',
    seconds: 30,
    files: [{ url: 'https://cdn.acme.example/a.mp3' }],
    landing: LANDING,
  },
  native: {
    id: 'n',
    format: 'native',
    title: 'Shoes',
    images: [PICTURE],
    icons: [PICTURE],
    sponsoredBy: 'ACME',
    video: { seconds: 10, files: [MP4] },
    privacy: 'https://acme.example/privacy',
    landing: LANDING,
  },
} satisfies Record<string, JsonObject>;
type Format = keyof typeof CREATIVES;

function contentOf(creative: Json): CampaignContent {
  const file = fileText(campaignWith(['lineItems', 0, 'creatives', 0], creative));
  const found = readCampaign(Buffer.from(file), 'campaigns/trail.json');
  if (!found.good) throw new Error(found.problems.map(({ message }) => message).join('\n'));
  return found.content;
}

const creativeOf = (creative: Json): Creative =>
  contentOf(creative).campaign.lineItems[0]?.creatives[0] as Creative;
const pinWith = (format: Format, changes: JsonObject = {}): string =>
  pinOf(creativeOf(merged(CREATIVES[format], changes)));

describe('the pin of a creative', () => {
  // Whoever has to change these makes every pinned creative of everybody stop.
  it.each<[Format, string]>([
    ['banner', 'b7d2c866b2d115d32d3923571656f504'],
    ['video', 'fbfa5c4d4ab01d711eb27bb473f38caf'],
    ['audio', '30d3469ccea4ef9ce86320d7b0734acf'],
    ['native', 'da6bd5a63a73469f5a6f1b80bb049aea'],
  ])('of this %s will always be %s', (format, pin) => {
    expect(pinWith(format)).toBe(pin);
  });

  it.each<[Format, JsonObject]>([
    ['banner', { html: '<p>b</p>' }],
    ['banner', { w: 320 }],
    ['banner', { w: null, h: null, ratio: '6:5' }],
    ['banner', { landing: 'https://evil.example/' }],
    ['banner', { preview: 'https://cdn.acme.example/p.png' }],
    ['banner', { mime: 'application/xhtml+xml' }],
    ['video', { seconds: 16 }],
    ['video', { skipAfter: null }],
    ['video', { files: [{ ...MP4, url: 'https://cdn.evil.example/a.mp4' }] }],
    ['video', { files: [MP4, { ...MP4, url: 'https://cdn.evil.example/a.mp4' }] }],
    ['video', { companions: [{ ...COMPANION, image: 'https://cdn.evil.example/c.png' }] }],
    ['video', { companions: null }],
    [
      'video',
      {
        files: null,
        wrapper: { tag: 'https://ads.evil.example/v', version: '3.0', mimes: ['video/mp4'] },
      },
    ],
    ['audio', { files: [{ url: 'https://cdn.evil.example/a.mp3' }] }],
    ['native', { title: 'Shoes!' }],
    ['native', { images: [{ ...PICTURE, url: 'https://cdn.evil.example/a.jpg' }] }],
    ['native', { icons: null }],
    ['native', { sponsoredBy: 'EVIL' }],
    ['native', { callToAction: 'Install' }],
    ['native', { video: null }],
    ['native', { privacy: 'https://evil.example/' }],
    ['native', { landing: 'https://evil.example/' }],
  ])('of the %s is another one with %j', (format, changes) => {
    expect(pinWith(format, changes)).not.toBe(pinWith(format));
  });

  it.each(Object.keys(CREATIVES) as Format[])(
    'of the %s says nothing of its name and words about it',
    (format) => {
      const changes = {
        id: 'other',
        status: 'paused',
        pin: 'new',
        categories: ['IAB1'],
        attributes: ['flash'],
        language: 'en',
      };
      expect(pinWith(format, changes)).toBe(pinWith(format));
    },
  );
});

describe('a pinned creative', () => {
  const read = (changes: JsonObject) => {
    const content = contentOf(merged(CREATIVES.video, changes));
    const creative = content.campaign.lineItems[0]?.creatives[0];
    return { withheld: creative?.withheld, changedSincePinned: content.changedSincePinned };
  };
  const path = ['lineItems', 0, 'creatives', 0, 'pin'];

  it('is bid with as long as it is what was pinned', () => {
    const pin = pinWith('video');
    expect(read({ pin })).toEqual({ withheld: undefined, changedSincePinned: [] });
    const pinNow = pinWith('video', { seconds: 16 });
    expect(read({ pin, seconds: 16 })).toEqual({
      withheld: 'creative-pinned',
      changedSincePinned: [{ path, pinNow }],
    });
  });

  it('needs a pin first', () => {
    expect(read({ pin: 'new' })).toEqual({
      withheld: 'creative-pinned',
      changedSincePinned: [{ path, pinNow: pinWith('video') }],
    });
  });

  it('may be paused meanwhile', () => {
    expect(read({ status: 'paused', pin: 'new' })).toMatchObject({
      withheld: 'creative-paused',
      changedSincePinned: [{ path }],
    });
  });
});
