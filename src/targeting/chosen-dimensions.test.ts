import { expect, it } from 'vitest';
import { lineItemWith } from '../../test/support/targeting-samples.js';
import { doAll, Pace } from '../lib/steps.js';
import { compileChosen } from './chosen-dimensions.js';
import { segments } from './dimensions/customer.js';

const wish = { segments: { anyOf: ['runner'], noneOf: [] } };

it('compiles what is chosen at every place that has a bit, the last one too', () => {
  const dimensions = Array.from({ length: 32 }, () => segments);
  const compiled = doAll(compileChosen(dimensions, [lineItemWith(wish)], [1 << 31], new Pace()));
  expect(compiled).toHaveLength(1);
});

it('refuses more dimensions than a number has bits, of which two would share one', () => {
  const dimensions = Array.from({ length: 33 }, () => segments);
  expect(() => doAll(compileChosen(dimensions, [lineItemWith(wish)], [1], new Pace()))).toThrow(
    'at most 32 dimensions have a bit, but there are 33',
  );
});
