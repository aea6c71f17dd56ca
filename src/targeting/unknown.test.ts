import { describe, expect, it } from 'vitest';
import { anImpression, aVisit, lineItemWith } from '../../test/support/targeting-samples.js';
import { never, only, wants } from '../../test/support/wants.js';
import type { UnknownPolicy } from '../domain/campaign.js';
import { TargetingIndex } from './targeting-index.js';

type Word = 'reject' | 'accept';

function policy(lineItem: Word, forMakes?: Word): UnknownPolicy {
  return { lineItem, byDimension: new Map(forMakes ? [['makes', forMakes]] : []) };
}

describe('what the request does not tell', () => {
  it.each<[UnknownPolicy, boolean, boolean]>([
    [policy('reject'), false, true],
    [policy('accept'), true, true],
    [policy('reject', 'accept'), true, true],
    [policy('accept', 'reject'), false, false],
  ])('under %j: a wish %s, exclusions alone %s', (unknown, wish, exclusions) => {
    expect(wants({ makes: only('apple'), unknown })).toBe(wish);
    expect(wants({ makes: never('apple'), unknown })).toBe(exclusions);
    expect(wants({ makes: { anyOf: ['apple'], noneOf: ['acer'] }, unknown })).toBe(wish);
    // A line item without a choice here has nothing to reject.
    expect(wants({ unknown })).toBe(true);
  });

  it('makes no difference where the request tells', () => {
    for (const unknown of [policy('accept', 'accept'), policy('reject', 'reject')]) {
      expect(wants({ makes: only('apple'), unknown }, { device: { make: 'apple' } })).toBe(true);
      expect(wants({ makes: only('apple'), unknown }, { device: { make: 'acer' } })).toBe(false);
    }
  });

  it('is decided by each line item for itself', () => {
    const index = TargetingIndex.build([
      lineItemWith({ makes: only('apple'), unknown: policy('reject') }),
      lineItemWith({ makes: only('apple'), unknown: policy('accept') }),
    ]);
    const scratch = index.newScratch();
    const visit = aVisit();
    index.beginVisit(visit, scratch);
    index.beginImpression(anImpression(), scratch);
    expect([index.next(scratch), index.next(scratch)]).toEqual([1, -1]);
  });
});
