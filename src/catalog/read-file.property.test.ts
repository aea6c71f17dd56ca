import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignWith, fileText, type Path } from '../../test/support/campaign-file.js';
import { isObject, type Json } from '../../test/support/merge.js';
import { readCampaign, readCampaignInTurns } from './read-file.js';

/** Paths to every value of a file, its top included. */
function pathsOf(json: Json, path: Path = []): Path[] {
  if (Array.isArray(json)) return [path, ...json.flatMap((entry, i) => pathsOf(entry, [...path, i]))];
  if (!isObject(json)) return [path];
  return [path, ...Object.entries(json).flatMap(([name, value]) => pathsOf(value, [...path, name]))];
}

/** Either a campaign, or problems that an editor can jump to. */
function expectAnAnswer(bytes: Uint8Array): void {
  const found = readCampaign(bytes, 'campaigns/trail.json');
  const lines = new TextDecoder().decode(bytes).split('\n');
  const problems = found.good ? [] : found.problems;
  const lineItems = found.good ? found.content.campaign.lineItems : [];
  expect(problems.length + lineItems.length).toBeGreaterThan(0);
  for (const { line, column, message } of problems) {
    expect(column).toBeGreaterThanOrEqual(1);
    expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
    expect(message).not.toMatch(/invalid input|undefined|\[object/i);
  }
}

const strangeValue: fc.Arbitrary<Json> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    1e308,
    0.1,
    '',
    ' ',
    'http:',
    'a'.repeat(5_000),
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom<Json>(
    { anyOf: [] },
    { noneOf: [''] },
    { anyOf: [{}] },
    { include: [{}] },
    { min: 2, max: 1 },
  ),
  fc.constantFrom<Json>('__proto__', 'constructor', { constructor: { prototype: { polluted: true } } }),
  fc.string({ unit: 'grapheme' }),
);

/** One of `paths`, and what stands there instead: another value, a value of another name, or nothing. */
const changed = (paths: readonly Path[]): fc.Arbitrary<Json> =>
  fc
    .tuple(
      fc.constantFrom(...paths),
      fc.option(strangeValue, { nil: undefined }),
      fc.option(fc.string({ maxLength: 12 }), { nil: undefined }),
    )
    .map(([path, value, newName]) => {
      const isEntry = typeof path.at(-1) === 'number'; // Lists have no names, but JavaScript's have a "length".
      const place = newName === undefined || isEntry ? path : [...path.slice(0, -1), newName];
      return campaignWith(place, value);
    });

describe('whatever is done to a campaign file, reading it', () => {
  const paths = pathsOf(campaignWith()).filter((path) => path.length > 0);

  it('gives a campaign or problems with their places when a value is replaced, added or taken away', () => {
    fc.assert(
      fc.property(changed(paths), (campaign) => {
        expectAnAnswer(Buffer.from(fileText(campaign)));
      }),
      { numRuns: 2_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
  });

  it('says the same when its line items are checked one by one', async () => {
    await fc.assert(
      fc.asyncProperty(changed(paths), async (campaign) => {
        const bytes = Buffer.from(fileText(campaign));
        const atOnce = readCampaign(bytes, 'campaigns/trail.json');
        const inTurns = await readCampaignInTurns(bytes, 'campaigns/trail.json');
        const told = (found: typeof atOnce) => (found.good ? found.content : found.problems);
        expect(told(inTurns)).toEqual(told(atOnce));
      }),
      { numRuns: 500 },
    );
  });

  it('does the same when its bytes are cut, swapped or overwritten', () => {
    const whole = Buffer.from(fileText(campaignWith()));
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.uint8Array({ maxLength: 4 }),
        fc.nat(8),
        (offset, inserted, removedBytes) => {
          expectAnAnswer(
            Buffer.concat([whole.subarray(0, offset), inserted, whole.subarray(offset + removedBytes)]),
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('does the same for every half-written file', () => {
    const whole = Buffer.from(fileText(campaignWith()));
    // The last byte is the line break after the closing brace.
    for (let length = 0; length < whole.length - 1; length++) {
      expect(readCampaign(whole.subarray(0, length), 'campaigns/trail.json').good).toBe(false);
      expectAnAnswer(whole.subarray(0, length));
    }
  });
});
