import { describe, expect, it } from 'vitest';
import {
  anImpression,
  aVisit,
  flexible,
  lineItemWith,
  sized,
} from '../../../test/support/targeting-samples.js';
import { aNative, anAudio, aVideo, FORMAT_CREATIVES } from '../../../test/support/format-samples.js';
import { never, only, wants } from '../../../test/support/wants.js';
import type { Banner, Deal, Impression } from '../../domain/bid-request.js';
import type { Creative } from '../../domain/creative.js';
import type { Micros } from '../../domain/money.js';
import { PLACEMENTS } from '../../domain/adcom-words.js';
import { ROLLS } from '../../domain/campaign.js';
import { TargetingIndex } from '../targeting-index.js';

function dealNamed(id: string): Deal {
  return {
    id,
    floorMicros: 0 as Micros,
    floorCurrency: 'USD',
    auctionType: undefined,
    seatsAllowed: [],
    advertiserDomains: [],
    guaranteed: false,
    durationFloors: [],
    floorMicrosPerSecond: undefined,
  };
}

describe('deals', () => {
  const open = anImpression();
  const openWithDeal = anImpression({ deals: [dealNamed('d1')] });
  const privateWithDeal = anImpression({ deals: [dealNamed('d1')], privateAuction: true });

  it.each<[string, Impression, boolean, boolean]>([
    ['an open auction', open, true, false],
    ['an open auction with the deal', openWithDeal, true, true],
    ['a private auction with the deal', privateWithDeal, false, true],
    ['a private auction with another deal', { ...privateWithDeal, deals: [dealNamed('d2')] }, false, false],
    ['a private auction without deals', { ...open, privateAuction: true }, false, false],
  ])('in %s', (_, impression, withoutDeals, withDeal) => {
    expect(wants({}, {}, impression)).toBe(withoutDeals);
    expect(wants({ deals: only('d1') }, {}, impression)).toBe(withDeal);
  });

  it('does not take a deal with an empty id for the open auction', () => {
    expect(wants({}, {}, { ...privateWithDeal, deals: [dealNamed('')] })).toBe(false);
  });

  it('stays away from impressions that offer a banned deal', () => {
    expect(wants({ deals: never('d1') }, {}, openWithDeal)).toBe(false);
    expect(wants({ deals: never('d1') }, {}, open)).toBe(true);
  });
});

describe('sizes', () => {
  function fits(creatives: Creative[], banner: Partial<Banner>): boolean {
    const index = TargetingIndex.build([lineItemWith({}, { creatives })]);
    const scratch = index.newScratch();
    index.beginVisit(aVisit(), scratch);
    index.beginImpression(anImpression({}, banner), scratch);
    return index.next(scratch) === 0;
  }
  const flex = { widthRatio: 16, heightRatio: 9, widthMin: 100 };

  it('fits one of the sizes exactly', () => {
    const sizes = [
      { w: 728, h: 90 },
      { w: 300, h: 250 },
    ];
    expect(fits([sized(300, 250)], { sizes })).toBe(true);
    expect(fits([sized(250, 300)], { sizes })).toBe(false);
    expect(fits([sized(1, 1), sized(728, 90)], { sizes })).toBe(true);
  });

  it('gives flexible creatives only flexible sizes of the same proportion', () => {
    expect(fits([flexible(16, 9)], { sizes: [], flexSizes: [flex] })).toBe(true);
    expect(fits([flexible(32, 18)], { sizes: [], flexSizes: [flex] })).toBe(true);
    expect(fits([flexible(9, 16)], { sizes: [], flexSizes: [flex] })).toBe(false);
    expect(fits([flexible(16, 9)], { sizes: [{ w: 160, h: 90 }], flexSizes: [] })).toBe(false);
    expect(fits([sized(160, 90)], { sizes: [], flexSizes: [flex] })).toBe(false);
  });
});

describe('sizes of other formats', () => {
  const [video, audio, native] = FORMAT_CREATIVES;
  const noBanner = { ...anImpression(), banner: undefined };

  it.each([
    ['video', video, { ...noBanner, video: aVideo() }],
    ['audio', audio, { ...noBanner, audio: anAudio() }],
    ['native', native, { ...noBanner, native: aNative() }],
  ])('fit where %s is offered, beside a banner or alone', (format, creative, impression) => {
    const index = TargetingIndex.build([lineItemWith({}, { creatives: [creative] })]);
    const scratch = index.newScratch();
    const isWanted = (offered: Impression): boolean => {
      index.beginVisit(aVisit(), scratch);
      index.beginImpression(offered, scratch);
      return index.next(scratch) === 0;
    };
    expect(isWanted(impression)).toBe(true);
    expect(isWanted({ ...impression, banner: anImpression().banner })).toBe(true);
    expect(isWanted({ ...impression, [format]: undefined, banner: anImpression().banner })).toBe(false);
  });
});

describe('placements', () => {
  const offering = (parts: Parameters<typeof aVideo>[0], interstitial = false): Impression =>
    anImpression({ video: aVideo(parts), interstitial });

  it.each([
    ['plcmt 1', offering({ plcmt: 1 }), 'instream'],
    ['plcmt 2', offering({ plcmt: 2 }), 'accompanying'],
    ['plcmt 3', offering({ plcmt: 3 }), 'interstitial'],
    ['plcmt 4', offering({ plcmt: 4 }), 'standalone'],
    ['plcmt 2 with the older in-stream', offering({ plcmt: 2, placement: 1 }), 'accompanying'],
    ['the older in-banner', offering({ placement: 2 }), 'standalone'],
    ['the older in-feed', offering({ placement: 4 }), 'standalone'],
    ['the older slider over all of the screen', offering({ placement: 5 }, true), 'interstitial'],
    ['the older in-stream alone, which promised less', offering({ placement: 1 }), undefined],
    ['the older in-article alone', offering({ placement: 3 }), undefined],
    ['the older slider elsewhere', offering({ placement: 5 }), undefined],
    ['a code that nobody knows', offering({ plcmt: 9 }), undefined],
    ['no word', offering({}), undefined],
    ['a banner', anImpression(), undefined],
  ] as const)('are told by %s', (_, impression, told) => {
    for (const word of Object.keys(PLACEMENTS) as (keyof typeof PLACEMENTS)[]) {
      expect(wants({ placements: only<number>(PLACEMENTS[word]) }, {}, impression)).toBe(word === told);
      const ban = { placements: never<number>(PLACEMENTS[word]) };
      expect(wants(ban, {}, impression)).toBe(word !== told);
    }
  });
});

describe('roll', () => {
  it.each([
    [0, 'pre'],
    [15, 'mid'],
    [-1, 'mid'],
    [-2, 'post'],
    [-3, undefined],
    [undefined, undefined],
  ] as const)('of a start delay of %s is %s, for video and audio', (startDelay, told) => {
    for (const offered of [{ video: aVideo({ startDelay }) }, { audio: anAudio({ startDelay }) }]) {
      for (const word of ROLLS) {
        expect(wants({ roll: only(word) }, {}, anImpression(offered))).toBe(word === told);
      }
    }
  });

  it('is that of the video where both are offered', () => {
    const both = anImpression({ video: aVideo({ startDelay: 0 }), audio: anAudio({ startDelay: -2 }) });
    expect(wants({ roll: only('pre') }, {}, both)).toBe(true);
    expect(wants({ roll: only('post') }, {}, both)).toBe(false);
  });
});

describe('interstitial, rewarded and positions', () => {
  it('tells rewarded places from others and from what cannot be read', () => {
    expect(wants({ rewarded: only(true) }, {}, anImpression({ rewarded: true }))).toBe(true);
    expect(wants({ rewarded: only(true) }, {}, anImpression({ rewarded: false }))).toBe(false);
    expect(wants({ rewarded: only(false) }, {}, anImpression({ rewarded: false }))).toBe(true);
    expect(wants({ rewarded: only(false) }, {}, anImpression())).toBe(false);
  });

  it('takes the position of the video where the banner tells none', () => {
    const video = aVideo({ position: 7 });
    const targeting = { positions: only(7) };
    expect(wants(targeting, {}, anImpression({ video }))).toBe(true);
    expect(wants(targeting, {}, anImpression({ video }, { position: 1 }))).toBe(false);
  });

  it('tells interstitials from other impressions and from silence', () => {
    const targeting = { interstitial: only(true) };
    expect(wants(targeting, {}, anImpression({ interstitial: true }))).toBe(true);
    expect(wants(targeting, {}, anImpression({ interstitial: false }))).toBe(false);
    expect(wants(targeting, {}, anImpression())).toBe(false);
    expect(wants({ interstitial: never(true) }, {}, anImpression())).toBe(true);
  });

  it('takes position 0 for not told', () => {
    const accepting = { lineItem: 'accept', byDimension: new Map() } as const;
    const targeting = { positions: only(1), unknown: accepting };
    expect(wants(targeting, {}, anImpression({}, { position: 0 }))).toBe(true);
    expect(wants(targeting, {}, anImpression({}, { position: 1 }))).toBe(true);
    expect(wants(targeting, {}, anImpression({}, { position: 3 }))).toBe(false);
  });
});
