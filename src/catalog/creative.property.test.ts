import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyCreativeFile } from '../../test/support/any-creative.js';
import { campaignWith, fileText } from '../../test/support/campaign-file.js';
import type { Json, JsonObject } from '../../test/support/merge.js';
import type { Creative, MediaFile } from '../domain/creative.js';
import { unreachable } from '../lib/assert.js';
import { pinOf } from './pin.js';
import { readCampaign } from './read-file.js';

const PLACE = 'lineItems[0].creatives[0]';
const TAXONOMIES = [2, 3, 5, 6, 7, 8, 9];

function read(creative: Json) {
  const file = fileText(campaignWith(['lineItems', 0, 'creatives', 0], creative));
  return readCampaign(Buffer.from(file), 'campaigns/trail.json');
}

/** Every address that is loaded when the creative is shown; a banner's stand in its markup. */
function addressesOf(creative: Creative): string[] {
  switch (creative.format) {
    case 'banner':
      return [];
    case 'video':
    case 'audio': {
      const { files, companions, wrapper } = creative;
      const tags = wrapper ? [wrapper.tag] : [];
      return [...files.map(({ url }) => url), ...companions.map(({ image }) => image), ...tags];
    }
    case 'native': {
      const { images, icons, video, privacyUrl } = creative;
      return [...images, ...icons, ...(video?.files ?? [])]
        .map(({ url }) => url)
        .concat(privacyUrl === undefined ? [] : [privacyUrl]);
    }
    default:
      return unreachable(creative);
  }
}

function expectSoundFiles(files: readonly MediaFile[], hasSize: boolean): void {
  expect(files.length).toBeLessThanOrEqual(10);
  for (const { mime, size, kbps, delivery } of files) {
    expect(mime).toMatch(/^(video|audio|application)\/[a-z0-9.+-]+$/);
    expect(size !== undefined).toBe(hasSize);
    if (kbps !== undefined) expect(kbps).toBeGreaterThanOrEqual(1);
    expect(['progressive', 'streaming']).toContain(delivery);
  }
}

function expectSoundFormat(creative: Creative): void {
  switch (creative.format) {
    case 'banner':
      expect(creative.size === undefined).toBe(creative.ratio !== undefined);
      expect(creative.markup).toMatch(/\S/);
      break;
    case 'video':
    case 'audio':
      expect(creative.files.length > 0).toBe(creative.wrapper === undefined);
      expectSoundFiles(creative.files, creative.format === 'video');
      expect(creative.companions.length).toBeLessThanOrEqual(5);
      expect(creative.seconds).toBeGreaterThanOrEqual(1);
      expect(creative.seconds).toBeLessThanOrEqual(600);
      for (const { mime } of creative.companions) expect(mime).toMatch(/^image\/[a-z+]+$/);
      break;
    case 'native': {
      const { title, data, images, icons, video } = creative;
      expect(title.length).toBeLessThanOrEqual(140);
      for (const [type, text] of data) {
        expect(type >= 1 && type <= 12 && text.trim() !== '').toBe(true);
      }
      for (const { size, mime } of [...images, ...icons]) {
        expect(size.w * size.h).toBeGreaterThanOrEqual(1);
        expect(mime).toMatch(/^image\/[a-z+]+$/);
      }
      if (video) expectSoundFiles(video.files, true);
      break;
    }
  }
}

function expectSound(creative: Creative, given: JsonObject): void {
  const addresses = [
    ...addressesOf(creative),
    ...(creative.imageUrl === undefined ? [] : [creative.imageUrl]),
  ];
  for (const url of [...addresses, creative.landing]) {
    const plain = url.replaceAll(/\$\{(CACHEBUSTER|CLICK_ID)\}/g, '');
    expect(plain).toMatch(/^https?:\/\/[^\s"'<>\\^`{|}]+$/i);
  }
  const loaded = creative.format === 'banner' ? [creative.markup, ...addresses] : addresses;
  expect(creative.secure).toBe(!loaded.some((text) => /http:/i.test(text)));
  expect(creative.language).toBe((given['language'] as string | undefined)?.toLowerCase());
  for (const taxonomy of creative.categoriesElsewhere.keys()) expect(TAXONOMIES).toContain(taxonomy);
  expectSoundFormat(creative);
  if (given['status'] === 'paused') expect(creative.withheld).toBe('creative-paused');
  else expect(creative.withheld).toBe('pin' in given ? 'creative-pinned' : undefined);
  if ('pin' in given) {
    const pinned = read({ ...given, status: 'active', pin: pinOf(creative) });
    expect(pinned.good && pinned.content.campaign.lineItems[0]?.creatives[0]?.withheld).toBe(undefined);
  }
}

describe('a creative of whatever valid shape', () => {
  it('is read as one that can be shown, or told what is wrong with it and where', () => {
    const outcomes = { good: 0, bad: 0 };
    fc.assert(
      fc.property(anyCreativeFile, (given) => {
        const found = read(given);
        if (found.good) {
          outcomes.good++;
          expectSound(found.content.campaign.lineItems[0]?.creatives[0] as Creative, given);
          return;
        }
        outcomes.bad++;
        expect(found.problems.length).toBeGreaterThan(0);
        for (const { path, message, line } of found.problems) {
          expect(path.startsWith(PLACE), path).toBe(true);
          expect(line).toBeGreaterThan(1);
          expect(message).toMatch(/ must | needs | does not | takes | is missing| is not a setting /);
          expect(message).not.toMatch(/invalid input|undefined|\[object/i);
        }
      }),
      { numRuns: 1_000 },
    );
    // Neither side is only there by accident.
    expect(Math.min(outcomes.good, outcomes.bad)).toBeGreaterThan(50);
  });
});
