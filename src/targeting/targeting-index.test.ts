import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Impression } from '../domain/bid-request.js';
import type { Visit } from '../domain/visit.js';
import { firstRejection } from '../../test/oracles/linear-matcher.js';
import {
  randomLargeTargeting,
  randomTargeting,
  type RandomTargeting,
} from '../../test/oracles/random-targeting.js';
import {
  anImpression,
  aVisit,
  lineItemWith,
  NOW_MS,
  profileWith,
  sized,
} from '../../test/support/targeting-samples.js';
import { STEP_WORK } from '../lib/steps.js';
import { TargetingIndex, type MatchScratch } from './targeting-index.js';

const seeds = fc.integer({ min: 0, max: 0xffff_ffff });

/** Takes the impression up and walks to the end. */
function candidates(index: TargetingIndex, impression: Impression, scratch: MatchScratch): number[] {
  index.beginImpression(impression, scratch);
  return walked(index, scratch);
}

function walked(index: TargetingIndex, scratch: MatchScratch): number[] {
  const numbers: number[] = [];
  for (let number = index.next(scratch); number >= 0; number = index.next(scratch)) numbers.push(number);
  return numbers;
}

function candidatesOf(index: TargetingIndex, visit: Visit, impression = anImpression()): number[] {
  const scratch = index.newScratch();
  index.beginVisit(visit, scratch);
  return candidates(index, impression, scratch);
}

/** Holds candidates and reasons against the linear matcher. @returns what it found, to tell whether the catalogue was worth it */
function agreement({ items, visits }: RandomTargeting): { candidates: number; rules: Set<string> } {
  const index = TargetingIndex.build(items);
  const scratch = index.newScratch();
  const seen = { candidates: 0, rules: new Set<string>() };
  for (const [turn, visit] of visits.entries()) {
    index.beginVisit(visit, scratch);
    for (const impression of visit.request.impressions) {
      const expected = items.map((item) => firstRejection(item, visit, impression));
      const expectedNumbers = [...items.keys()].filter((number) => expected[number] === undefined);
      const found = candidates(index, impression, scratch);
      expect(found).toEqual(expectedNumbers);
      // Others only walk, so that one impression takes over from the other.
      if (turn % 2 === 1) continue;
      const explained: (string | undefined)[] = items.map(() => undefined);
      index.explain(visit, scratch, (number, rule) => {
        expect(explained[number]).toBeUndefined();
        explained[number] = rule;
      });
      expect(explained).toEqual(expected);
      expect(walked(index, scratch)).toEqual(expectedNumbers);
      seen.candidates += found.length;
      for (const rule of expected) seen.rules.add(rule ?? 'candidate');
    }
    index.endVisit(scratch);
  }
  return seen;
}

describe('the index beside a linear matcher', () => {
  it('finds the same candidates in the same order and gives the same first reasons', () => {
    let candidatesSeen = 0;
    const rulesSeen = new Set<string>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const seen = agreement(randomTargeting(seed, 8));
        candidatesSeen += seen.candidates;
        for (const rule of seen.rules) rulesSeen.add(rule);
      }),
      { numRuns: 600 },
    );
    // Proof that the catalogues were worth the run: every rule turned somebody away, and many were left.
    expect(rulesSeen.size).toBe(4 + 36 + 1);
    expect(candidatesSeen).toBeGreaterThan(5_000);
  });

  it('does so in catalogues of several blocks, dense, sparse and empty', () => {
    let candidatesSeen = 0;
    fc.assert(
      fc.property(seeds, (seed) => {
        candidatesSeen += agreement(randomLargeTargeting(seed, 4)).candidates;
      }),
      { numRuns: 8 },
    );
    expect(candidatesSeen).toBeGreaterThan(1_000);
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
  it.each([0, 1, 31, 32, 33, 64, 1023, 1024, 1025, 5000])(
    'holds %i line items that want everything',
    (size) => {
      const index = TargetingIndex.build(Array.from({ length: size }, () => lineItemWith()));
      expect(index.size).toBe(size);
      expect(candidatesOf(index, aVisit())).toEqual([...Array(size).keys()]);
    },
  );

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

describe('building an index in steps', () => {
  it('looks at no more line items and conditions in a step than take a moment', () => {
    let touched = 0;
    const counted = <Value>(values: readonly Value[]): readonly Value[] =>
      new Proxy(values, {
        get(target, key): unknown {
          if (typeof key === 'string' && /^\d+$/.test(key)) touched++;
          return Reflect.get(target, key);
        },
      });
    const names = (count: number, from: number): readonly string[] =>
      counted(Array.from({ length: count }, (_, i) => `s${(from + i) % 6_000}`));
    const items = Array.from({ length: 3_000 }, (_, i) => {
      // A few line items with very long lists.
      const segments = {
        anyOf: names(i % 500 === 0 ? 3_000 : 2, i),
        noneOf: names(i % 700 === 0 ? 3_000 : 0, i),
      };
      const item = lineItemWith({ segments });
      const { lineItem } = item;
      return {
        campaign: item.campaign,
        get lineItem() {
          touched++;
          return lineItem;
        },
      };
    });
    const steps = TargetingIndex.buildSteps(items);
    const touchedByStep: number[] = [];
    let index: TargetingIndex | undefined;
    while (!index) {
      touched = 0;
      const step = steps.next();
      touchedByStep.push(touched);
      if (step.done) index = step.value;
    }
    expect(Math.max(...touchedByStep)).toBeLessThanOrEqual(2 * STEP_WORK);
    const profile = profileWith({ segments: new Map([['s1', Infinity]]) });
    expect(candidatesOf(index, aVisit({ profile }))).not.toHaveLength(0);
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
