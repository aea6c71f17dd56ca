import { expect, it } from 'vitest';
import { slotOf } from './slot.js';

it.each([
  // As a Redis 7 server answers to CLUSTER KEYSLOT.
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}bar', 12_182],
  ['nc:{foo}:p', 12_182],
  ['{foo}{bar}', 12_182],
  ['', 0],
])('the slot of "%s" is %i', (name, slot) => {
  expect(slotOf(name)).toBe(slot);
});

it('counts the whole name where nothing stands in the braces', () => {
  expect(slotOf('{}foo')).not.toBe(slotOf('{}bar'));
  expect(slotOf('foo}{bar')).not.toBe(slotOf('foo'));
});
