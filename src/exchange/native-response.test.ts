import { describe, expect, it } from 'vitest';
import { FORMAT_CREATIVES } from '../../test/support/format-samples.js';
import { BID_LINKS, outgoingBid, sentBid } from '../../test/support/outgoing-bid.js';
import { strictXml, textsOf } from '../../test/support/strict-xml.js';
import type { MediaFile, NativeCreative } from '../domain/creative.js';
import type { ShownNative } from '../domain/shown-as.js';

const FILE: MediaFile = {
  url: 'https://cdn.acme.example/a.mp4',
  mime: 'video/mp4',
  size: { w: 1280, h: 720 },
  kbps: 1500,
  delivery: 'progressive',
};
const CREATIVE: NativeCreative = { ...FORMAT_CREATIVES[2], privacyUrl: 'https://acme.example/privacy' };
const SHOWN: ShownNative = {
  format: 'native',
  version: '1.2',
  isWrapped: false,
  assets: [
    { id: 0, kind: 'title', text: 'Trail "shoes"' },
    {
      id: 7,
      kind: 'image',
      type: 3,
      image: { url: 'https://cdn.acme.example/t.jpg', size: { w: 1200, h: 627 }, mime: 'image/jpeg' },
    },
    { id: 3, kind: 'data', type: 12, value: 'Buy' },
  ],
  hasEventTracker: false,
  hasPrivacy: false,
};

function response(changes: Partial<ShownNative> = {}): unknown {
  return JSON.parse(sentBid(outgoingBid(CREATIVE, { ...SHOWN, ...changes })).adm);
}

const ANSWER = {
  ver: '1.2',
  assets: [
    { id: 0, title: { text: 'Trail "shoes"' } },
    { id: 7, img: { url: 'https://cdn.acme.example/t.jpg', w: 1200, h: 627 } },
    { id: 3, data: { value: 'Buy' } },
  ],
  link: { url: BID_LINKS.click },
};

describe('a native response', () => {
  it('answers the assets by their ids, counts the impression, and leads clicks to us', () => {
    expect(response()).toEqual({ ...ANSWER, imptrackers: [BID_LINKS.impression] });
  });

  it('stands in a root object where the request did, and says its version', () => {
    expect(response({ isWrapped: true, version: '1.0' })).toEqual({
      native: { ...ANSWER, ver: '1.0', imptrackers: [BID_LINKS.impression] },
    });
  });

  it('counts by the tracker that was offered, and by that alone (rule 37)', () => {
    const eventtrackers = [{ event: 1, method: 1, url: BID_LINKS.impression }];
    expect(response({ hasEventTracker: true })).toEqual({ ...ANSWER, eventtrackers });
  });

  it('links to a page about privacy where that is supported', () => {
    expect(response({ hasPrivacy: true })).toMatchObject({ privacy: 'https://acme.example/privacy' });
    expect(response()).not.toHaveProperty('privacy');
  });

  it('has a video as VAST, whose impression is that of the whole', () => {
    const video = {
      format: 'video',
      vastVersion: '3.0',
      protocol: 3,
      files: [FILE],
      companions: [],
      isSkippable: false,
    } as const;
    const { assets } = response({ assets: [{ id: 4, kind: 'video', video, seconds: 6 }] }) as {
      assets: { id: number; video: { vasttag: string } }[];
    };
    const vast = strictXml(assets[0]?.video.vasttag ?? '');
    expect(textsOf(vast, 'MediaFile')).toEqual([FILE.url]);
    expect(textsOf(vast, 'Duration')).toEqual(['00:00:06']);
    expect(textsOf(vast, 'Impression')).toEqual([BID_LINKS.impression]);
  });
});

describe('the bid around it', () => {
  it('says that it is native, with its link for billing and no size', () => {
    const bid = sentBid(outgoingBid(CREATIVE, SHOWN));
    expect(bid).toMatchObject({ mtype: 4, burl: expect.stringContaining('/n/bill/') as string });
    for (const field of ['w', 'h', 'protocol', 'dur']) expect(bid).not.toHaveProperty(field);
  });
});

describe('the bid around a VAST document', () => {
  const [video] = FORMAT_CREATIVES;
  const shown = {
    format: 'video',
    vastVersion: '3.0',
    protocol: 3,
    files: [FILE],
    companions: [],
    isSkippable: true,
  } as const;

  it('says how long and how large it is, in which protocol, and that it may be skipped', () => {
    const bid = sentBid(outgoingBid({ ...video, seconds: 14.2, attributes: [6] }, shown));
    expect(bid).toMatchObject({ mtype: 2, protocol: 3, dur: 15, w: 1280, h: 720, attr: [6, 16] });
  });

  it('has no link for billing: the impression in it is billed (rule 66)', () => {
    expect(sentBid(outgoingBid(video, shown))).not.toHaveProperty('burl');
  });

  it('tells categories in the taxonomy of the request where it has some, else in Content 1.0', () => {
    const categories = {
      categories: ['IAB18-5'],
      categoriesElsewhere: new Map([
        [7, ['483']],
        [6, []],
      ]),
    };
    const told = (categoryTaxonomy: number) => {
      const { cat, cattax } = sentBid(outgoingBid({ ...video, ...categories }, shown, { categoryTaxonomy }));
      return [cat, cattax];
    };
    expect(told(7)).toEqual([['483'], 7]);
    expect(told(6)).toEqual([['IAB18-5'], 1]);
    expect(told(5)).toEqual([['IAB18-5'], 1]);
  });
});
