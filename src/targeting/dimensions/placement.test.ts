import { describe, expect, it } from 'vitest';
import {
  anImpression,
  aVisit,
  flexible,
  lineItemWith,
  sized,
} from '../../../test/support/targeting-samples.js';
import { never, only, wants } from '../../../test/support/wants.js';
import type { Banner, Deal, Impression } from '../../domain/bid-request.js';
import type { Creative } from '../../domain/creative.js';
import type { Micros } from '../../domain/money.js';
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

describe('interstitial and positions', () => {
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
