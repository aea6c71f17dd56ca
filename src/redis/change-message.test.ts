import { expect, it } from 'vitest';
import { packChanges, unpackChanges } from './change-message.js';
import { KeyRing } from './keys.js';

const ring = new KeyRing([{ id: 'a', secret: Buffer.alloc(32, 1) }]);
const names = ['c-1', 'c-2'].flatMap((id) => ring.namesOf({ kind: 'cookie', id }).changes);

it('brings the names of what changed, each once', () => {
  const message = packChanges([...names, ...names]);
  expect(message).toHaveLength(32);
  expect(unpackChanges(message ?? Buffer.alloc(0))).toEqual(names);
  expect(packChanges([])).toBeUndefined();
});

it('takes what it cannot read for everything', () => {
  expect(unpackChanges(Buffer.from('hello'))).toBe('everything');
  expect(unpackChanges(Buffer.alloc(0))).toBe('everything');
});
