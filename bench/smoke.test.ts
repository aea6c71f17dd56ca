import { describe, expect, it } from 'vitest';
import { TABLES } from './tables.js';

describe('the benchmarks', () => {
  it.each(TABLES.map((table) => [table.title, table] as const))(
    '%s: run, and do the same work each time',
    async (_title, { measure }) => {
      const first = await measure(1);
      const second = await measure(1);
      expect(second.hash).toBe(first.hash);
      // A table without rows says why.
      expect(first.rows.length + first.notes.length).toBeGreaterThan(0);
      for (const { figures } of first.rows)
        for (const figure of Object.values(figures)) expect(figure ?? 0).not.toBeNaN();
    },
    60_000,
  );
});
