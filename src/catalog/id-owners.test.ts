import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { doAll, Pace } from '../lib/steps.js';
import { idOwners } from './id-owners.js';

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const wanted = fc.option(id, { nil: undefined });
/** Files that run, each with an id that no other one has, and files that are new. */
const claims = fc
  .tuple(
    fc.uniqueArray(id).chain((formers) => fc.tuple(fc.constant(formers), fc.array(wanted, { minLength: 5 }))),
    fc.array(wanted, { maxLength: 4 }),
  )
  .chain(([[formers, wishes], newcomers]) =>
    fc.shuffledSubarray(
      [
        ...formers.map((former, i) => ({ file: `old-${i}`, wanted: wishes[i], former })),
        ...newcomers.map((wish, i) => ({ file: `new-${i}`, wanted: wish, former: undefined })),
      ],
      { minLength: formers.length + newcomers.length },
    ),
  );

describe('who owns an id', () => {
  it('leaves every running file with the id that it wants, or the one that it had', () => {
    fc.assert(
      fc.property(claims, (files) => {
        const owners = doAll(idOwners(files, new Pace()));
        for (const { file, wanted: wish, former } of files) {
          const mayUse = [wish, former].filter((name) => name !== undefined && owners.get(name) === file);
          if (former !== undefined) expect(mayUse).not.toEqual([]);
          // What a file wants and nobody had before goes to one of those who want it.
          if (wish !== undefined) expect(owners.has(wish)).toBe(true);
        }
        for (const [name, file] of owners) {
          const { wanted: wish, former } = files.find((claim) => claim.file === file) ?? {};
          expect([wish, former]).toContain(name);
        }
      }),
    );
  });
});
