import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Impression } from '../domain/bid-request.js';
import type { Visit } from '../domain/visit.js';
import { firstRejection } from '../../test/oracles/linear-matcher.js';
import { randomTargeting } from '../../test/oracles/random-targeting.js';
import { anImpression, aVisit, lineItemWith, NOW_MS, sized } from '../../test/support/targeting-samples.js';
import { TargetingIndex, type MatchScratch } from './targeting-index.js';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

/** Takes the impression up and walks to the end. */
function candidates(index: TargetingIndex, impression: Impression, scratch: MatchScratch): number[] {
  index.beginImpression(impression, scratch);
  const numbers: number[] = [];
  for (let number = index.next(scratch); number >= 0; number = index.next(scratch)) numbers.push(number);
  return numbers;
}

function candidatesOf(index: TargetingIndex, visit: Visit, impression = anImpression()): number[] {
  const scratch = index.newScratch();
  index.beginVisit(visit, scratch);
  return candidates(index, impression, scratch);
}

describe('the index beside a linear matcher', () => {
  it('finds the same candidates in the same order and gives the same first reasons', () => {
    let candidatesSeen = 0;
    const rulesSeen = new Set<string>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const { items, visits } = randomTargeting(seed, 6);
        const index = TargetingIndex.build(items);
        const scratch = index.newScratch();
        for (const visit of visits) {
          index.beginVisit(visit, scratch);
          for (const impression of visit.request.impressions) {
            const expected = items.map((item) => firstRejection(item, visit, impression));
            const found = candidates(index, impression, scratch);
            expect(found).toEqual([...items.keys()].filter((number) => expected[number] === undefined));
            const explained: (string | undefined)[] = items.map(() => undefined);
            index.explain(visit, scratch, (number, rule) => {
              expect(explained[number]).toBeUndefined();
              explained[number] = rule;
            });
            expect(explained).toEqual(expected);
            candidatesSeen += found.length;
            for (const rule of expected) rulesSeen.add(rule ?? 'candidate');
          }
          index.endVisit(scratch);
        }
      }),
      { numRuns: 600 },
    );
    // Proof that the catalogues were worth the run: every rule turned somebody away, and many were left.
    expect(rulesSeen.size).toBe(4 + 36 + 1);
    expect(candidatesSeen).toBeGreaterThan(5_000);
  });

  it('never lets one request see what the scratch held for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { items, visits } = randomTargeting(seed, 8);
        const index = TargetingIndex.build(items);
        const reused = index.newScratch();
        for (const [turn, visit] of visits.entries()) {
          index.beginVisit(visit, reused);
          for (const impression of visit.request.impressions) {
            expect(candidates(index, impression, reused)).toEqual(candidatesOf(index, visit, impression));
          }
          // Every other request is broken off half way.
          if (turn % 2 === 0) index.endVisit(reused);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('TargetingIndex', () => {
  it.each([0, 1, 31, 32, 33, 64, 1000])('holds %i line items that want everything', (size) => {
    const index = TargetingIndex.build(Array.from({ length: size }, () => lineItemWith()));
    expect(index.size).toBe(size);
    expect(candidatesOf(index, aVisit())).toEqual([...Array(size).keys()]);
  });

  it('stays at the end once it is there, and before an impression is begun', () => {
    const index = TargetingIndex.build([lineItemWith()]);
    const scratch = index.newScratch();
    expect(index.next(scratch)).toBe(-1);
    index.beginVisit(aVisit(), scratch);
    index.beginImpression(anImpression(), scratch);
    expect([index.next(scratch), index.next(scratch), index.next(scratch)]).toEqual([0, -1, -1]);
    index.endVisit(scratch);
    expect(index.next(scratch)).toBe(-1);
  });

  it('refuses the scratch of another index', () => {
    const scratch = TargetingIndex.build([lineItemWith()]).newScratch();
    expect(() => TargetingIndex.build([lineItemWith()]).beginVisit(aVisit(), scratch)).toThrow(/scratch/);
  });

  it('walks each impression of a request afresh', () => {
    const index = TargetingIndex.build([
      lineItemWith({}, { creatives: [sized(300, 250)] }),
      lineItemWith({}, { creatives: [sized(728, 90)] }),
    ]);
    const scratch = index.newScratch();
    index.beginVisit(aVisit(), scratch);
    expect(candidates(index, anImpression(), scratch)).toEqual([0]);
    expect(candidates(index, anImpression({}, { sizes: [{ w: 728, h: 90 }] }), scratch)).toEqual([1]);
    expect(candidates(index, anImpression({}, { sizes: [] }), scratch)).toEqual([]);
    expect(candidates(index, anImpression(), scratch)).toEqual([0]);
  });

  it('names the first dimension that turns away, in the order of DIMENSIONS', () => {
    const index = TargetingIndex.build([
      lineItemWith({
        stage: { anyOf: ['new'], noneOf: [] },
        exchanges: { anyOf: ['north'], noneOf: [] },
        interstitial: { anyOf: [true], noneOf: [] },
      }),
    ]);
    const reasonAt = (exchange: string, interstitial: boolean): string[] => {
      const scratch = index.newScratch();
      const visit = aVisit({ exchange });
      const rules: string[] = [];
      index.beginVisit(visit, scratch);
      index.beginImpression(anImpression({ interstitial }), scratch);
      index.explain(visit, scratch, (_, rule) => rules.push(rule));
      return rules;
    };
    expect(reasonAt('south', false)).toEqual(['exchanges']);
    expect(reasonAt('north', false)).toEqual(['interstitial']);
    expect(reasonAt('north', true)).toEqual(['stage']);
  });
});

describe('flights', () => {
  const item = lineItemWith();
  const { startMs, endMs } = item.campaign.flight;
  const index = TargetingIndex.build([item]);

  it('takes part from the first instant of a flight to the last, whichever way time moves', () => {
    for (const [nowMs, expected] of [
      [startMs - 1, []],
      [startMs, [0]],
      [endMs - 1, [0]],
      [endMs, []],
      [NOW_MS, [0]],
      [startMs - 1, []],
    ] as const) {
      expect(candidatesOf(index, aVisit({ nowMs }))).toEqual(expected);
    }
  });

  it('goes on with the flights of the moment in which the request was taken up', () => {
    const first = index.newScratch();
    const second = index.newScratch();
    index.beginVisit(aVisit(), first);
    index.beginVisit(aVisit({ nowMs: endMs }), second);
    expect(candidates(index, anImpression(), first)).toEqual([0]);
    expect(candidates(index, anImpression(), second)).toEqual([]);
  });
});
