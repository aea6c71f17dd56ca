import { describe, expect, it } from 'vitest';
import { campaignWith, fileText } from '../../test/support/campaign-file.js';
import { configFolder } from '../../test/support/config-folder.js';
import { merged, type JsonObject } from '../../test/support/merge.js';
import { ManualClock } from '../lib/clock.js';
import { checkConfig } from './check.js';

const NOW = new ManualClock(Date.parse('2026-11-22T12:00:00Z'));
const LANDING = 'https://acme.example/trail';
const MP4 = { url: 'https://cdn.acme.example/a.mp4', w: 1280, h: 720, kbps: 1500 };
const MP3 = { url: 'https://cdn.acme.example/a.mp3', kbps: 128 };
const VIDEO = { id: 'v1', format: 'video', seconds: 15, files: [MP4], landing: LANDING };
const AUDIO = { id: 'a1', format: 'audio', seconds: 30, files: [MP3], landing: LANDING };
const NATIVE = {
  id: 'n1',
  format: 'native',
  title: 'Shoes for the coast',
  images: [{ url: 'https://cdn.acme.example/a.jpg', w: 1200, h: 627 }],
  sponsoredBy: 'ACME',
  landing: LANDING,
};
const WRAPPER = { tag: 'https://ads.acme.example/vast', version: '4.2', mimes: ['video/mp4'] };

const [SOUND_LINE_ITEM] = (campaignWith() as { lineItems: [JsonObject] }).lineItems;

/** @param targeting of the line item, in place of the sample's */
async function linted(creatives: JsonObject[], targeting: JsonObject = {}): Promise<string[]> {
  const { configDir, save } = configFolder();
  const lineItem = { ...SOUND_LINE_ITEM, targeting, creatives };
  save('campaigns/trail.json', fileText(merged(campaignWith(), { lineItems: [lineItem] })));
  const { findings } = await checkConfig({ configDir, clock: NOW });
  const place = 'lineItems[0].creatives[0]';
  return findings.map(({ severity, message }) => `${severity}: ${message.replace(place, 'it')}`);
}

describe('of creatives that are right', () => {
  it('nothing is found', async () => {
    const companions = [{ w: 300, h: 250, image: 'https://cdn.acme.example/c.png' }];
    const { files: _files, ...rest } = VIDEO;
    expect(
      await linted([
        { ...VIDEO, skipAfter: 5, companions },
        { ...rest, id: 'v2', wrapper: WRAPPER },
        { ...VIDEO, id: 'v3', files: [{ ...MP4, w: 640, h: 362 }] },
        AUDIO,
        NATIVE,
      ]),
    ).toEqual([]);
  });
});

describe('what keeps a video from being shown', () => {
  const HTTPS = 'so the creative cannot be shown on the many places that ask for https; use https://';

  it.each<[JsonObject, string]>([
    [
      { files: [{ ...MP4, url: 'http://cdn.acme.example/a.mp4' }] },
      `warning: it.files[0].url is loaded over http://, ${HTTPS}`,
    ],
    [
      { companions: [{ w: 300, h: 250, image: 'http://cdn.acme.example/c.png' }] },
      `warning: it.companions[0].image is loaded over http://, ${HTTPS}`,
    ],
    [
      { files: null, wrapper: { ...WRAPPER, tag: 'http://ads.acme.example/vast' } },
      `warning: it.wrapper.tag is loaded over http://, ${HTTPS}`,
    ],
    [
      { files: [{ url: MP4.url, w: 1280, h: 720 }] },
      'warning: it.files[0] has no "kbps", and places that limit the bitrate take no file without; add it',
    ],
    [
      { files: [{ ...MP4, url: 'https://cdn.acme.example/a.webm' }] },
      'warning: it.files have no MP4 that is loaded while it plays ("progressive"), which nearly all players ask for; add one',
    ],
    [
      { files: [{ ...MP4, delivery: 'streaming' }] },
      'warning: it.files have no MP4 that is loaded while it plays ("progressive"), which nearly all players ask for; add one',
    ],
    [
      { files: [MP4, { ...MP4, url: 'https://cdn.acme.example/a.mp3' }] },
      'error: it.files[1] is audio/mpeg, which is no video; use another file, or another "format"',
    ],
    [
      { files: [MP4, { ...MP4, w: 1280, h: 500 }] },
      'warning: it.files[1].w makes the video 1280x500, and hardly any player has that shape; usual are 16:9, 9:16, 4:3, 3:4, 1:1, 4:5',
    ],
    [
      { companions: [{ w: 301, h: 250, image: 'https://cdn.acme.example/c.png' }] },
      'warning: it.companions[0].w makes the size 301x250, for which hardly any place has room; 300x250 and 728x90 are usual',
    ],
    [
      { seconds: 15.04 },
      'warning: it.seconds is 15.04, and breaks that are sold by exact lengths take whole seconds only; write 15 if that is what they are told',
    ],
    [
      { skipAfter: 15 },
      'warning: it.skipAfter is 15, but the video is over after 15 seconds; lower it or leave it out',
    ],
    [
      { files: null, wrapper: WRAPPER, skipAfter: 5 },
      "warning: it.skipAfter has no effect on a wrapper: the tag's own video says when it may be skipped; leave it out",
    ],
    [
      { landing: 'https://other.example/' },
      "warning: it.landing leads to other.example, which is not the advertiser's acme.example; exchanges may block it",
    ],
  ])('%j', async (changes, finding) => {
    expect(await linted([merged(VIDEO, changes) as JsonObject])).toEqual([finding]);
  });

  it('is upright where only televisions are wanted', async () => {
    const upright = { ...VIDEO, files: [{ ...MP4, w: 720, h: 1280 }] };
    expect(await linted([upright], { devices: { types: ['tv'] } })).toEqual([
      'warning: it is an upright video, but the line item wants only televisions; add a file that is wider than high',
    ]);
    expect(await linted([upright], { devices: { types: ['tv', 'phone'] } })).toEqual([]);
  });
});

describe('what keeps an audio from being heard', () => {
  it.each<[JsonObject, string]>([
    [
      { files: [{ url: 'https://cdn.acme.example/a.ogg', kbps: 96 }] },
      'warning: it.files have no MP3 or M4A that is loaded while it plays ("progressive"), which nearly all players ask for; add one',
    ],
    [
      { files: [MP3, { url: 'https://cdn.acme.example/a.mp4', kbps: 96 }] },
      'error: it.files[1] is video/mp4, which is no audio; use another file, or another "format"',
    ],
  ])('%j', async (changes, finding) => {
    expect(await linted([merged(AUDIO, changes) as JsonObject])).toEqual([finding]);
  });

  it('is a wish for positions, which places for it do not tell', async () => {
    const positions = { inventory: { positions: ['header'] } };
    const finding =
      'warning: it is audio, and places for it tell no position, but the line item wants certain ones; drop "positions", or accept unknown ones';
    expect(await linted([AUDIO], positions)).toEqual([finding]);
    expect(await linted([AUDIO], { ...positions, unknown: 'accept' })).toEqual([]);
    expect(await linted([VIDEO], positions)).toEqual([]);
  });
});

describe('what keeps a native creative from filling places', () => {
  it.each<[JsonObject, string]>([
    [
      { images: null },
      'warning: it has no main picture, which nearly all places ask for; add "images", such as one of 1200x627',
    ],
    [
      { title: 'x'.repeat(91) },
      'warning: it.title is 91 characters long, and most places take 90 or 25 at most; shorten it',
    ],
    [
      { sponsoredBy: null },
      'warning: it does not say whose advertisement it is, which most places ask for; add "sponsoredBy"',
    ],
    [
      { description: 'x'.repeat(141) },
      'warning: it.description is 141 characters long, and places have room for about 140; shorten it',
    ],
    [
      { rating: '4,5' },
      'warning: it.rating is "4,5", and places draw stars of it; write a number from 0 to 5',
    ],
    [
      { icons: [{ url: 'https://cdn.acme.example/i.png', w: 80, h: 60 }] },
      'warning: it.icons[0].w makes the icon 80x60, and places have room for square ones; add one such as 80x80',
    ],
    [
      { images: [{ url: 'http://cdn.acme.example/a.jpg', w: 1200, h: 627 }] },
      'warning: it.images[0].url is loaded over http://, so the creative cannot be shown on the many places that ask for https; use https://',
    ],
  ])('%j', async (changes, finding) => {
    expect(await linted([merged(NATIVE, changes) as JsonObject])).toEqual([finding]);
  });

  it('is that only screens out of home are wanted', async () => {
    expect(await linted([NATIVE], { devices: { types: ['out-of-home'] } })).toEqual([
      'warning: it is native, but the line item wants only screens out of home, which show banners and videos; remove it or add other devices',
    ]);
  });
});

describe('pauses and pins', () => {
  it('a line item of which everything is paused shows nothing', async () => {
    const paused = { ...VIDEO, status: 'paused' };
    expect(await linted([paused, { ...paused, id: 'v2' }])).toEqual([
      'warning: lineItems[0].creatives are all paused, so nothing is bought; activate one or pause the line item',
    ]);
    expect(await linted([paused, { ...paused, id: 'v2', status: 'active' }])).toEqual([]);
  });

  it('a creative that is not what its pin says is an error at its pin', async () => {
    expect(await linted([VIDEO, { ...VIDEO, id: 'v2', pin: 'new' }])).toEqual([
      expect.stringMatching(
        /^error: lineItems\[0\]\.creatives\[1\]\.pin is not the pin of what this creative shows now, so nothing is bid with it; look at it, and if it is what it should be, write "pin": "[0-9a-f]{32}"$/,
      ),
    ]);
  });

  it('one creative may be paused in one line item and run in another', async () => {
    const { configDir, save } = configFolder();
    const lineItem = { ...SOUND_LINE_ITEM, targeting: {}, creatives: [VIDEO] };
    const paused = { ...lineItem, id: 'b', status: 'paused', creatives: [{ ...VIDEO, status: 'paused' }] };
    save('campaigns/trail.json', fileText(merged(campaignWith(), { lineItems: [lineItem, paused] })));
    expect((await checkConfig({ configDir, clock: NOW })).findings).toEqual([]);
  });
});
