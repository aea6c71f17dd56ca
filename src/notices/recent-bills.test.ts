import { describe, expect, it } from 'vitest';
import type { NoticeAnswer } from '../domain/ports.js';
import { RecentBills } from './recent-bills.js';

const GOOD: NoticeAnswer = { kind: 'accepted' };
const BAD: NoticeAnswer = { kind: 'unavailable' };

function watched(recent: RecentBills) {
  const tried: string[] = [];
  const once = async (bidId: string, end = GOOD) => {
    const { isFirst, answer } = recent.once(bidId, () => {
      tried.push(bidId);
      return Promise.resolve(end);
    });
    return [isFirst, (await answer).kind];
  };
  return { tried, once };
}

describe('the bids that spent lately', () => {
  it('are remembered once they have, and those under way are waited for', async () => {
    const { tried, once } = watched(new RecentBills());
    expect(await Promise.all([once('a'), once('a'), once('b')])).toEqual([
      [true, 'accepted'],
      [false, 'accepted'],
      [true, 'accepted'],
    ]);
    expect(await once('a')).toEqual([false, 'accepted']);
    expect(tried).toEqual(['a', 'b']);
  });

  it('are forgotten when they failed', async () => {
    const { tried, once } = watched(new RecentBills());
    expect(await Promise.all([once('a', BAD), once('a')])).toEqual([
      [true, 'unavailable'],
      [false, 'unavailable'],
    ]);
    expect(await once('a')).toEqual([true, 'accepted']);
    expect(tried).toEqual(['a', 'a']);
  });

  it('are bounded: the oldest go first', async () => {
    const { once } = watched(new RecentBills(2));
    for (const bid of ['a', 'b', 'c']) await once(bid);
    expect([await once('b'), await once('c'), await once('a')].map(([isFirst]) => isFirst)).toEqual([
      false,
      false,
      true,
    ]);
  });
});
