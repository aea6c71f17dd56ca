import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeSteps, sortSteps } from './sort-steps.js';
import { doAll, Pace, STEP_WORK } from './steps.js';

const byTens = (a: number, b: number): number => Math.floor(a / 10) - Math.floor(b / 10);

it('sorts as the engine does, equal ones in the order in which they came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(500), { maxLength: 2_000, size: 'max' }), (values) => {
      expect(doAll(sortSteps(values, byTens, new Pace()))).toEqual(values.toSorted(byTens));
    }),
    { numRuns: 100 },
  );
});

it('merges as sorting both together does, of equal ones those of the first list first', () => {
  const sorted = fc.array(fc.nat(100)).map((values) => values.toSorted(byTens));
  fc.assert(
    fc.property(sorted, sorted, (first, second) => {
      const merged = doAll(mergeSteps(first, second, byTens, new Pace()));
      expect(merged).toEqual([...first, ...second].toSorted(byTens));
    }),
  );
});

it('compares no more in a step than takes a moment', () => {
  let compared = 0;
  let most = 0;
  const values = Array.from({ length: 50_000 }, (_, i) => (i * 7_919) % 50_021);
  const counting = (a: number, b: number): number => {
    most = Math.max(most, ++compared);
    return a - b;
  };
  const steps = sortSteps(values, counting, new Pace());
  for (let step = steps.next(); !step.done; step = steps.next()) compared = 0;
  expect(most).toBeLessThanOrEqual(3 * STEP_WORK);
});
