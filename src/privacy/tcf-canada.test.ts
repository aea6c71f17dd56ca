import { GppModel, RangeEntry } from '@iabgpp/cmpapi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGpp } from './gpp.js';
import { purposeBit } from './tcf.js';
import { readTcfCanada } from './tcf-canada.js';

const CANADA = 5;
const SECTION = 'tcfcav1';
const flags = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 });
const ids = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 1, max: 900 }), { maxLength: 40 }),
  fc
    .tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 0, max: 300 }))
    .map(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i)),
);
const vendors = ids.map((of) => [...of].sort((a, b) => a - b));
const given = fc.record({
  express: flags,
  implied: flags,
  vendorExpress: vendors,
  vendorImplied: vendors,
  restrictions: fc.array(
    fc.record({ purpose: fc.integer({ min: 1, max: 24 }), type: fc.integer({ min: 0, max: 3 }), vendors }),
    { maxLength: 3 },
  ),
});
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** The section as the library writes it. */
function section(of: Given): string {
  const model = new GppModel();
  model.setFieldValue(SECTION, 'CmpId', 10);
  model.setFieldValue(SECTION, 'PurposesExpressConsent', of.express);
  model.setFieldValue(SECTION, 'PurposesImpliedConsent', of.implied);
  model.setFieldValue(SECTION, 'VendorExpressConsent', of.vendorExpress);
  model.setFieldValue(SECTION, 'VendorImpliedConsent', of.vendorImplied);
  const entries = of.restrictions.map(({ purpose, type, vendors: on }) => new RangeEntry(purpose, type, on));
  model.setFieldValue(SECTION, 'PubRestrictions', entries);
  return readGpp(model.encode())?.get(CANADA) ?? '';
}

const bitsOf = (list: readonly boolean[]): number =>
  list.reduce((bits, isSet, i) => (isSet ? bits | purposeBit(i + 1) : bits), 0);

describe('a Canadian TC string', () => {
  it('is read as the library wrote it', () => {
    fc.assert(
      fc.property(given, fc.integer({ min: 1, max: 905 }), (of, vendor) => {
        const restricted = (isType: (type: number) => boolean) =>
          of.restrictions
            .filter(({ type, vendors: on }) => isType(type) && on.includes(vendor))
            .reduce((bits, { purpose }) => bits | purposeBit(purpose), 0);
        expect(readTcfCanada(section(of), vendor)).toEqual({
          purposesExpress: bitsOf(of.express),
          purposesImplied: bitsOf(of.implied),
          vendorExpress: of.vendorExpress.includes(vendor),
          vendorImplied: of.vendorImplied.includes(vendor),
          purposesForbidden: restricted((type) => type !== 1),
          purposesExpressOnly: restricted((type) => type === 1),
        });
      }),
      { numRuns: 500 },
    );
  });

  it('of any characters does no harm', () => {
    const damaged = fc.tuple(given.map(section), fc.nat(9_999), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(damaged, ([text, where, put]) => {
        const place = Math.floor((where / 10_000) * text.length);
        expect(() => readTcfCanada(text.slice(0, place) + put + text.slice(place + 1), 7)).not.toThrow();
        expect(() => readTcfCanada(put, 7)).not.toThrow();
      }),
    );
    expect(readTcfCanada('', 7)).toBeUndefined();
  });
});
