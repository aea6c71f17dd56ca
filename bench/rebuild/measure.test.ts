import { expect, it } from 'vitest';
import { measureRebuild } from './measure.js';

it('measures edits that go live while requests are answered', async () => {
  const told: number[] = [];
  const options = { files: 3, lineItems: 2, edits: 3, quietMs: 40 };
  const { lineItems, liveMs, phases } = await measureRebuild(options, (edits) => told.push(edits));
  expect(lineItems).toBe(6);
  expect(told).toEqual([1, 2, 3]);
  expect(liveMs.every((ms) => ms > 0)).toBe(true);
  expect(phases.map(({ name }) => name)).toEqual(['no edits', 'first edit', 'more edits']);
  for (const { turns, waits } of phases) {
    expect(waits.requests).toBeGreaterThan(0);
    expect(turns.turns).toBeGreaterThan(0);
    expect(turns.longestMs).toBeGreaterThanOrEqual(turns.longestOwnMs);
  }
});
