import { describe, expect, it } from 'vitest';
import { anAudio, aNative, aVideo, FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import { PublisherLists } from '../blocking/publisher-lists.js';
import type { BidRequest, BlockLists, Impression } from '../domain/bid-request.js';
import type { Creative, MediaFile, VideoCreative } from '../domain/creative.js';
import type { CreativeId } from '../domain/ids.js';
import { compileCreative } from '../exchange/compile-creative.js';
import { chooseCreative } from './choose-creative.js';
import type { OfferContext } from './offer.js';
import type { ResponseSizes } from './response-sizes.js';
import type { ServedCreative, ServedLineItem } from './snapshot.js';

const [VIDEO, AUDIO, NATIVE] = FORMAT_CREATIVES;
const FILE: MediaFile = {
  url: 'https://cdn.acme.example/a.mp4',
  mime: 'video/mp4',
  size: { w: 1280, h: 720 },
  kbps: undefined,
  delivery: 'progressive',
};
const SOUND: MediaFile = { ...FILE, mime: 'audio/mpeg', size: undefined };

const BLOCKS: BlockLists = {
  categories: [],
  categoriesAllowed: [],
  categoryTaxonomy: 1,
  advertiserDomains: [],
  apps: [],
  languagesAllowed: [],
  languageTagsAllowed: [],
};

const video = (id: string, seconds: number, parts: Partial<VideoCreative> = {}): VideoCreative => ({
  ...VIDEO,
  id: id as CreativeId,
  seconds,
  files: [FILE],
  ...parts,
});

function served(creative: Creative): ServedCreative {
  return { creative, compiled: compileCreative(creative) };
}

function impressionWith(parts: Partial<Impression>): Impression {
  return { id: '1', secure: true, banner: undefined, deals: [], ...parts } as Impression;
}

interface Choice {
  readonly creatives: readonly Creative[];
  readonly impression?: Partial<Impression>;
  readonly context?: Partial<OfferContext>;
  readonly requestId?: string;
}

/** @returns the id of the creative, or the rule */
function chosen({
  creatives,
  impression = { video: aVideo() },
  context = {},
  requestId = 'r',
}: Choice): string {
  const item = {
    creatives: creatives.map(served),
    lineItem: { repeatCreative: false },
  } as unknown as ServedLineItem;
  const choice = chooseCreative(item, impressionWith(impression), {
    request: { id: requestId, blocks: BLOCKS } as BidRequest,
    lists: new PublisherLists(BLOCKS),
    used: [],
    secondsMax: Infinity,
    taken: undefined,
    responseSizes: { fits: () => true } as unknown as ResponseSizes,
    ...context,
  } as OfferContext);
  return typeof choice === 'string' ? choice : choice.creative.id;
}

describe('chooseCreative', () => {
  const films = [video('v6', 6), video('v30', 30), video('v15', 15)];

  it('chooses the longest that fits into the place and into what is left of a break', () => {
    expect(chosen({ creatives: films })).toBe('v30');
    expect(chosen({ creatives: films, impression: { video: aVideo({ secondsMax: 20 }) } })).toBe('v15');
    expect(chosen({ creatives: films, context: { secondsMax: 15 } })).toBe('v15');
    expect(chosen({ creatives: films, context: { secondsMax: 14 } })).toBe('v6');
    expect(chosen({ creatives: films, context: { secondsMax: 5 } })).toBe('creative-duration');
  });

  it('chooses the richest of the formats that an impression takes, however long an audio is', () => {
    const native = { ...NATIVE, id: 'n' as CreativeId };
    const audio = { ...AUDIO, id: 'a' as CreativeId, seconds: 600, files: [SOUND] };
    const creatives = [native, audio, video('v', 6)];
    const all = { native: aNative(), audio: anAudio(), video: aVideo() };
    expect(chosen({ creatives, impression: all })).toBe('v');
    expect(chosen({ creatives, impression: { ...all, video: undefined } })).toBe('a');
    expect(chosen({ creatives, impression: { native: all.native } })).toBe('n');
    expect(chosen({ creatives, impression: {} })).toBe('creative-format');
  });

  it('gives equal ones their share, and the same request the same one', () => {
    const creatives = ['a', 'b', 'c'].map((id) => video(id, 15));
    const counts = new Map<string, number>();
    for (let i = 0; i < 3_000; i++) {
      const id = chosen({ creatives, requestId: `r${i}` });
      counts.set(id, (counts.get(id) ?? 0) + 1);
      if (i < 50) expect(chosen({ creatives: creatives.toReversed(), requestId: `r${i}` })).toBe(id);
    }
    for (const id of ['a', 'b', 'c']) expect(Math.abs((counts.get(id) ?? 0) - 1_000)).toBeLessThan(150);
  });

  it('names the reason that tells most: not the format where one had the right one', () => {
    const tooLong = video('v', 60);
    const impression = { video: aVideo({ secondsMax: 30 }) };
    expect(chosen({ creatives: [NATIVE, tooLong], impression })).toBe('creative-duration');
    expect(chosen({ creatives: [tooLong, NATIVE], impression })).toBe('creative-duration');
  });

  it('leaves out what is withheld, and what would be too long for the exchange', () => {
    const paused = video('v30', 30, { withheld: 'creative-paused' });
    expect(chosen({ creatives: [paused, video('v15', 15)] })).toBe('v15');
    expect(chosen({ creatives: [paused] })).toBe('creative-paused');
    const responseSizes = { fits: () => false } as unknown as ResponseSizes;
    expect(chosen({ creatives: films, context: { responseSizes } })).toBe('creative-too-large');
  });
});
