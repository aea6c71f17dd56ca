import { describe, expect, it } from 'vitest';
import { doubtOf, shareGoal } from './share.js';

const SETTING = { catalogue: 'realistic', store: 'embedded', targetShare: 0.5, reachShare: 0.65 } as const;

describe('the share of a bare handler', () => {
  it('is held against the target', () => {
    expect(shareGoal(SETTING, 0.6, undefined)).toMatchObject({ figure: '60.0 %', isReached: true });
    expect(shareGoal(SETTING, 0.7, undefined).figure).toBe('70.0 %, and what was reached for');
    expect(shareGoal(SETTING, 0.4, undefined)).toMatchObject({ figure: '40.0 %', isReached: false });
  });

  it('is not measured where requests were turned away unread, which costs next to nothing', () => {
    const doubt = doubtOf(0.3, new Map());
    expect(doubt).toBe('30.0 % of the requests were turned away unread');
    expect(shareGoal(SETTING, 0.7, doubt)).toMatchObject({ figure: doubt, isReached: undefined });
  });

  it('is not measured where profiles were not there in time', () => {
    expect(
      doubtOf(
        0.01,
        new Map([
          ['lru', 450],
          ['negative', 450],
          ['redis', 92],
          ['broken', 8],
        ]),
      ),
    ).toBeUndefined();
    expect(
      doubtOf(
        0,
        new Map([
          ['lru', 800],
          ['late', 100],
          ['broken', 100],
        ]),
      ),
    ).toBe('20.0 % of the profiles were not there in time');
  });

  it('is not measured where another share of the profiles was in memory than the goal names', () => {
    const sources = new Map([
      ['lru', 100],
      ['negative', 500],
      ['redis', 400],
    ]);
    expect(doubtOf(0, sources)).toBe('60.0 % of the profiles were in memory, not 90.0 %');
  });
});
