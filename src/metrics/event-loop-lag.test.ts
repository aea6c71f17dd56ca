import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { watchEventLoopLag } from './event-loop-lag.js';

const BLOCKED_MS = 120;

describe('the event-loop lag', () => {
  it('shows a blocked loop as its worst value, once, and starts anew at each reading', async () => {
    const lag = watchEventLoopLag();
    await sleep(50);
    const endMs = performance.now() + BLOCKED_MS;
    while (performance.now() < endMs);
    await sleep(30);
    const [median = 0, high = 0, worst = 0] = lag.take().values();
    expect(worst).toBeGreaterThan(BLOCKED_MS / 2 / 1000);
    expect(worst).toBeGreaterThanOrEqual(high);
    expect(high).toBeGreaterThanOrEqual(median);
    // No timer can have fired since: nothing was measured.
    expect([...lag.take()]).toEqual([
      ['0.5', 0],
      ['0.99', 0],
      ['1', 0],
    ]);
    lag.close();
  });
});
