import { describe, expect, it } from 'vitest';
import { measure } from './measure.js';
import { TABLES } from './tables.js';

describe('the benchmarks', () => {
  it.each(TABLES.map((table) => [table.title, table] as const))(
    '%s: run, and do the same work each time',
    async (_title, { title, tasks }) => {
      const first = await measure(title, tasks(), 1);
      const second = await measure(title, tasks(), 1);
      expect(first.measurements.length).toBeGreaterThan(0);
      expect(second.hash).toBe(first.hash);
      for (const { medianUs } of first.measurements) expect(medianUs).toBeGreaterThan(0);
    },
    60_000,
  );
});
