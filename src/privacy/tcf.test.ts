import { PurposeRestriction, PurposeRestrictionVector, RestrictionType, TCString } from '@iabtcf/core';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { consentString, VENDORS_MAX } from '../../test/support/consent-strings.js';
import { purposeBit, readTcf, type TcfReading } from './tcf.js';

const vendorIds = fc.uniqueArray(fc.integer({ min: 1, max: VENDORS_MAX }), { maxLength: 60 });
const vendorRun = fc
  .tuple(fc.integer({ min: 1, max: VENDORS_MAX / 2 }), fc.integer({ min: 0, max: VENDORS_MAX / 2 }))
  .map(([first, more]) => Array.from({ length: more + 1 }, (_, i) => first + i));
const vendors = fc.oneof(vendorIds, vendorRun);
const purposes = fc.uniqueArray(fc.integer({ min: 1, max: 24 }), { maxLength: 24 });
const instantMs = fc.integer({ min: 0, max: 2 ** 36 - 1 }).map((deciseconds) => deciseconds * 100);

const given = fc.record({
  consents: purposes,
  interests: purposes,
  vendorConsents: vendors,
  vendorInterests: vendors,
  disclosed: fc.option(vendors, { nil: undefined }),
  allowed: fc.option(vendors, { nil: undefined }),
  publisher: fc.option(purposes, { nil: undefined }),
  restrictions: fc.array(
    fc.record({
      purpose: fc.integer({ min: 1, max: 24 }),
      type: fc.constantFrom(
        RestrictionType.NOT_ALLOWED,
        RestrictionType.REQUIRE_CONSENT,
        RestrictionType.REQUIRE_LI,
      ),
      vendors,
    }),
    { maxLength: 4 },
  ),
  policyVersion: fc.integer({ min: 0, max: 63 }),
  isServiceSpecific: fc.boolean(),
  createdMs: instantMs,
  updatedMs: instantMs,
});
const someVendor = fc.integer({ min: 1, max: VENDORS_MAX + 5 });

/** What the IAB's library reads; undefined where it throws. */
function readByLibrary(text: string, vendor: number): (TcfReading & { excused: boolean }) | undefined {
  const add = vi.spyOn(PurposeRestrictionVector.prototype, 'add');
  // Its tree of vendors takes minutes for ranges of thousands, so it gets only the vendor that is asked about.
  const concerned = new Set<string>();
  add.mockImplementation((id, restriction) => {
    if (!restriction.isValid()) throw new Error('no restriction');
    if (id === vendor) concerned.add(restriction.hash);
  });
  try {
    const model = TCString.decode(text);
    const flags = (has: (purpose: number) => boolean) =>
      Array.from({ length: 24 }, (_, i) => i + 1).reduce(
        (bits, purpose) => (has(purpose) ? bits | purposeBit(purpose) : bits),
        0,
      );
    const restricted = (type: RestrictionType) =>
      flags((purpose) => concerned.has(new PurposeRestriction(purpose, type).hash));
    const [core = '', ...others] = text.split('.');
    const isSaidToDisclose = others.some((segment) => /^[I-P]/.test(segment));
    return {
      createdMs: model.created.getTime(),
      updatedMs: model.lastUpdated.getTime(),
      policyVersion: Number(model.policyVersion),
      isServiceSpecific: model.isServiceSpecific,
      purposesConsented: flags((purpose) => model.purposeConsents.has(purpose)),
      purposesOfInterest: flags((purpose) => model.purposeLegitimateInterests.has(purpose)),
      vendorConsented: model.vendorConsents.has(vendor),
      vendorOfInterest: model.vendorLegitimateInterests.has(vendor),
      purposesForbidden: restricted(RestrictionType.NOT_ALLOWED),
      purposesOnConsentOnly: restricted(RestrictionType.REQUIRE_CONSENT),
      purposesOnInterestOnly: restricted(RestrictionType.REQUIRE_LI),
      vendorDisclosed: isSaidToDisclose ? model.vendorsDisclosed.has(vendor) : undefined,
      excused: isOursStricter(core, others, model.version, model.publisherCountryCode),
    };
  } catch {
    return undefined;
  } finally {
    add.mockRestore();
  }
}

/** The exceptions that readTcf names. */
function isOursStricter(core: string, others: readonly string[], version: unknown, country: string): boolean {
  const types = others.map((segment) =>
    'AIQYgow4'.split('').findLastIndex((first) => rank(segment) >= rank(first)),
  );
  return (
    !/^[A-H]/.test(core) ||
    version !== 2 ||
    types.includes(0) ||
    new Set(types).size < types.length ||
    !/^[A-Z]{2}$/.test(country)
  );
}

function rank(segment: string): number {
  return 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(segment.charAt(0));
}

/** A change to a text somewhere. */
const mutation = fc
  .tuple(
    fc.constantFrom('replace', 'replace', 'replace', 'cut', 'insert', 'tail', 'double'),
    fc.nat(9_999),
    fc.constantFrom(...Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+ ~é')),
  )
  .map(([how, where, character]) => (text: string): string => {
    const place = Math.floor((where / 10_000) * text.length);
    const before = text.slice(0, place);
    switch (how) {
      case 'replace':
        return before + character + text.slice(place + 1);
      case 'cut':
        return before;
      case 'insert':
        return before + character + text.slice(place);
      case 'tail':
        return `${text}.${character}${text.slice(place)}`;
      case 'double':
      default:
        return `${text}.${text.split('.').at(-1)}`;
    }
  });

const mutations = fc.array(mutation, { minLength: 1, maxLength: 2 });

describe('a TC string', () => {
  afterEach(() => vi.restoreAllMocks());

  it('is read as the IAB reads it', () => {
    fc.assert(
      fc.property(given, someVendor, (of, vendor) => {
        const text = consentString(of);
        const { excused: _excused, ...expected } = readByLibrary(text, vendor) ?? {};
        expect(readTcf(text, vendor)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('that is damaged is read alike or refused alike', () => {
    let refused = 0;
    let read = 0;
    fc.assert(
      fc.property(
        given,
        someVendor,
        fc.array(mutations, { minLength: 20, maxLength: 20 }),
        (of, vendor, ways) => {
          const whole = consentString(of);
          for (const way of ways) {
            const text = way.reduce((so, mutate) => mutate(so), whole);
            const ours = readTcf(text, vendor);
            const library = readByLibrary(text, vendor);
            if (ours === undefined) {
              refused++;
              expect(library === undefined || library.excused).toBe(true);
            } else {
              read++;
              const { excused: _excused, ...expected } = library ?? {};
              expect(ours).toEqual(expected);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(Math.min(refused, read)).toBeGreaterThan(100);
  });

  it('of any characters is refused without an error', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        expect(() => readTcf(text, 7)).not.toThrow();
      }),
    );
    expect(readTcf('', 7)).toBeUndefined();
  });

  it('beyond all lengths is refused unread', () => {
    const text = consentString({ consents: [1], vendorConsents: [7], disclosed: [7] });
    expect(readTcf(text, 7)).toBeDefined();
    const [core = '', disclosed = ''] = text.split('.');
    expect(readTcf(`${core}${'A'.repeat(16_384)}.${disclosed}`, 7)).toBeUndefined();
  });
});
