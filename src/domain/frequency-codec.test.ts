import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bidIdOf, frequencyRecord } from '../../test/support/frequency.js';
import { FREQUENCY_KINDS, type FrequencyRecord } from './frequency.js';
import { decodeLog, encodeRecord, RECORD_BYTES } from './frequency-codec.js';

const hash = fc.nat({ max: 2 ** 32 - 1 });
const anyRecord: fc.Arbitrary<FrequencyRecord> = fc
  .record({
    kind: fc.constantFrom(...FREQUENCY_KINDS),
    holder: fc.stringMatching(/^[A-Za-z0-9_-]{8}$/),
    count: fc.nat({ max: 2 ** 40 - 1 }),
    atMs: fc.nat({ max: 2 ** 48 - 1 }),
    heldSeconds: fc.nat({ max: 2 ** 24 - 1 }),
    advertiser: hash,
    campaign: hash,
    lineItem: hash,
  })
  .map(({ holder, count, heldSeconds, ...record }) => ({
    ...record,
    bidId: `${holder}-${count.toString(36)}`,
    heldUntilMs: heldSeconds === 0 ? 0 : record.atMs + heldSeconds * 1000,
  }));

function encoded(record: FrequencyRecord): Buffer {
  const bytes = encodeRecord(record);
  if (bytes === undefined) throw new Error('refused');
  return bytes;
}

describe('a frequency log in bytes', () => {
  it('is what it was when it is read, whatever was appended in between', () => {
    fc.assert(
      fc.property(fc.array(anyRecord), (records) => {
        const decoded = decodeLog(Buffer.concat(records.map(encoded)));
        expect(decoded).toEqual({ records, damaged: 0 });
      }),
    );
  });

  it('keeps the bytes that are stored by now', () => {
    const record = frequencyRecord('reserved', 70_000, { heldUntilMs: 1_790_000_120_000 });
    expect(encoded(record).toString('hex')).toMatchInlineSnapshot(
      `"502601a0c4506c0000007887495d7abfbf000001117002e2d482ba851605f835a8f1"`,
    );
  });

  it('holds until the next whole second, so that no hold ends too early', () => {
    const record = frequencyRecord('reserved', 1, { atMs: 1_000, heldUntilMs: 2_001 });
    expect(decodeLog(encoded(record)).records[0]?.heldUntilMs).toBe(3_000);
  });

  it.each(['', 'b-1', 'h0lder-_1', 'h0lder-_-', 'h0lder-_-01', 'h0lder-_-A', 'h0lder+/-1', bidIdOf(2 ** 40)])(
    'takes no bid id that is none of ours: %j',
    (bidId) => {
      expect(encodeRecord(frequencyRecord('shown', 1, { bidId }))).toBeUndefined();
    },
  );

  it.each([-1, 0.5, NaN, Infinity, 2 ** 48])('takes no time that is none: %d', (atMs) => {
    expect(encodeRecord(frequencyRecord('shown', 1, { atMs }))).toBeUndefined();
  });

  it('that is damaged costs the damaged records and no others', () => {
    const anyDamage = fc.record({ at: fc.nat(), mask: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(fc.array(anyRecord, { minLength: 1, maxLength: 5 }), anyDamage, (records, { at, mask }) => {
        const bytes = Buffer.concat(records.map(encoded));
        const place = at % bytes.length;
        bytes[place] = (bytes[place] as number) ^ mask;
        const { records: read, damaged } = decodeLog(bytes);
        const hit = Math.floor(place / RECORD_BYTES);
        expect(damaged).toBe(1);
        expect(read).toEqual(records.filter((_, i) => i !== hit));
      }),
    );
  });

  it('of others is mostly nothing, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const { records, damaged } = decodeLog(Buffer.from(bytes));
        expect(records.length + damaged).toBe(Math.ceil(bytes.length / RECORD_BYTES));
      }),
    );
  });
});
