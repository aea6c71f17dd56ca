import { describe, expect, it } from 'vitest';
import { indexTable } from '../micro/index-growth.js';
import { indexGoals } from './index-size.js';

const row = (name: string, first: number, some: number, plain: number) => ({
  name,
  figures: { 'first µs': first, 'first 25 µs': some, 'plain matcher µs': plain },
});

describe('the goals of the index', () => {
  it('compare catalogues of the named sizes', () => {
    const [growth, linear] = indexGoals('mixed', [
      row('mixed, 10,000', 9, 10, 1_000),
      row('mixed, 100,000', 12, 20, 800),
    ]);
    expect(growth).toMatchObject({ figure: '2.00 x to the first 25 candidates', isReached: true });
    expect(linear).toMatchObject({ figure: '40 x to the first 25 candidates', isReached: false });
  });

  it('are not measured where no catalogue has the named size', async () => {
    const { rows } = await indexTable.measure(1);
    expect(rows.map(({ name }) => name)).not.toContain('mixed, 100,000');
    for (const { figure, isReached } of indexGoals('mixed', rows)) {
      expect(isReached).toBeUndefined();
      expect(figure).toBe('no index of 10,000 line items was measured');
    }
  });

  it('are not measured where more candidates took less time', () => {
    const rows = [row('mixed, 10,000', 20, 10, 1_000), row('mixed, 100,000', 12, 20, 8_000)];
    for (const { figure, isReached } of indexGoals('mixed', rows)) {
      expect(isReached).toBeUndefined();
      expect(figure).toContain('noise');
    }
  });
});
