import { GppModel, HeaderV1, Sections } from '@iabgpp/cmpapi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readGpp } from './gpp.js';
import { isUsSection, readUsSection, type UsReading } from './us-sections.js';

type Value = number | boolean | readonly number[];
type Fields = Readonly<Record<string, Value>>;

const US_SECTIONS = [...Sections.SECTION_ID_NAME_MAP.entries()].filter(([id]) => id >= 7);
const OPT_OUTS = [
  'SaleOptOut',
  'SharingOptOut',
  'TargetedAdvertisingOptOut',
  'PersonalDataConsents',
  'AdditionalDataProcessingConsent',
];

const numbersOf = (value: Value | undefined): readonly number[] =>
  value === undefined ? [] : [value].flat().map(Number);

/** What the IAB's library reads in a section. */
function readByLibrary(text: string, name: string): { reading: UsReading; fields: Fields } | undefined {
  try {
    const model = new GppModel(text);
    const fields = model.getSection(name) as Fields;
    const isRefused = (field: string): boolean => numbersOf(fields[field]).includes(1);
    // Of a segment that is not there it tells the defaults.
    return {
      reading: {
        optsOut: OPT_OUTS.some(isRefused),
        refusesSensitive: isRefused('SensitiveDataProcessing'),
        isChild: numbersOf(fields['KnownChildSensitiveDataConsents']).some((value) => value > 0),
        globalPrivacyControl: fields['Gpc'] === true,
      },
      fields,
    };
  } catch {
    return undefined;
  }
}

/** The exceptions that readUsSection names. */
function isOursStricter(name: string, section: string, fields: Fields): boolean {
  const [core = '', second, ...others] = section.split('.');
  const version = fields['Version'] ?? fields['MspaVersion'];
  return (
    !(version === 1 || (name === 'usnat' && version === 2)) ||
    (name === 'usnat' && (version === 1 ? core.length > 11 : core.length < 12)) ||
    6 * core.length >= 6 + 2 * numberOfFields(fields) + 12 ||
    Object.values(fields).some((value) => numbersOf(value).includes(3)) ||
    (second !== undefined && 'Gpc' in fields && fields['GpcSegmentType'] !== 1) ||
    (second !== undefined && ['usva', 'usut', 'usfl'].includes(name)) ||
    others.length > 0
  );
}

function numberOfFields(fields: Fields): number {
  const hasSegment = 'MspaMode' in fields;
  const own = Object.entries(fields).filter(
    ([field]) => !/Version|Gpc/.test(field) && !(hasSegment && field === 'SensitiveDataProcessing'),
  );
  return own.reduce((count, [, value]) => count + numbersOf(value).length, 0);
}

const given = fc.record({
  section: fc.constantFrom(...US_SECTIONS),
  values: fc.array(fc.constantFrom(0, 0, 0, 0, 2, 2, 1), { minLength: 41, maxLength: 41 }),
  gpc: fc.boolean(),
  hasSecond: fc.boolean(),
  isOldNational: fc.boolean(),
});
type Given = typeof given extends fc.Arbitrary<infer T> ? T : never;

/** A GPP string of one section whose fields have the values given, written by the library. */
function gppString({ section: [, name], values, gpc, hasSecond, isOldNational }: Given): string {
  const model = new GppModel();
  model.setFieldValue(name, 'SaleOptOut', 0);
  if (name === 'usnat' && isOldNational) model.setFieldValue(name, 'Version', 1);
  let next = 0;
  for (const [field, value] of Object.entries(model.getSection(name) as Fields)) {
    if (/Version|Gpc|MspaCovered/.test(field)) continue;
    const drawn = (): number => values[next++] as number;
    model.setFieldValue(name, field, Array.isArray(value) ? value.map(drawn) : drawn());
  }
  if (hasSecond && model.hasField(name, 'Gpc')) model.setFieldValue(name, 'Gpc', gpc);
  const text = model.encode();
  return hasSecond ? text : (text.split('.')[0] as string);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const character = fc.constantFrom(...Array.from(`${ALPHABET}.~= é`));
const mutation = fc
  .tuple(fc.constantFrom('replace', 'replace', 'cut', 'insert'), fc.nat(9_999), character)
  .map(([how, where, put]) => (text: string): string => {
    const place = Math.floor((where / 10_000) * text.length);
    if (how === 'cut') return text.slice(0, place);
    return text.slice(0, place) + put + text.slice(place + (how === 'replace' ? 1 : 0));
  });

/** The library lists each id of a range, be there a million millions of them. Two bits in a row end a number. */
function isTractable(text: string): boolean {
  const bits = Array.from(text, (each) => Math.max(0, ALPHABET.indexOf(each)).toString(2).padStart(6, '0'));
  return bits
    .join('')
    .slice(24)
    .split('11')
    .every((number) => number.length <= 24);
}

describe('a GPP section of the United States', () => {
  it('has a layout wherever the IAB has one', () => {
    expect(US_SECTIONS.filter(([id]) => !isUsSection(id))).toEqual([]);
    expect(US_SECTIONS).toHaveLength(21);
  });

  it('is read as the IAB reads it', () => {
    fc.assert(
      fc.property(given, (of) => {
        const [id, name] = of.section;
        const text = gppString(of);
        const section = readGpp(text)?.get(id);
        expect(section).toBeDefined();
        expect(readUsSection(id, section ?? '')).toEqual(readByLibrary(text, name)?.reading);
      }),
      { numRuns: 3_000 },
    );
  });

  it('that is damaged is read alike or refused alike', () => {
    let refused = 0;
    let read = 0;
    fc.assert(
      fc.property(given, fc.array(mutation, { minLength: 1, maxLength: 2 }), (of, mutations) => {
        const [id, name] = of.section;
        const text = mutations.reduce((so, mutate) => mutate(so), gppString(of));
        fc.pre(isTractable(text.split('~')[0] ?? ''));
        const section = readGpp(text)?.get(id);
        const ours = section === undefined ? undefined : readUsSection(id, section);
        const library = readByLibrary(text, name);
        if (ours === undefined) {
          refused++;
          const isExcused = section !== undefined && library && isOursStricter(name, section, library.fields);
          expect(library === undefined || isExcused).toBe(true);
        } else {
          read++;
          expect(ours).toEqual(library?.reading);
        }
      }),
      { numRuns: 6_000 },
    );
    expect(Math.min(refused, read)).toBeGreaterThan(500);
  });
});

describe('the header of a GPP string', () => {
  const ids = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9_000 })), {
    maxLength: 30,
  });

  it('names the sections that the IAB reads in it', () => {
    fc.assert(
      fc.property(ids, (wanted) => {
        const header = new HeaderV1();
        header.setFieldValue('SectionIds', wanted);
        const sorted = [...wanted].sort((a, b) => a - b);
        const text = [header.encode(), ...sorted.map((id) => `S${id}`)].join('~');
        expect([...(readGpp(text) ?? [])]).toEqual(sorted.map((id) => [id, `S${id}`]));
      }),
      { numRuns: 1_000 },
    );
  });

  it('that is damaged names the same sections or is refused', () => {
    let read = 0;
    fc.assert(
      fc.property(ids, fc.array(mutation, { minLength: 1, maxLength: 2 }), (wanted, mutations) => {
        const header = new HeaderV1();
        header.setFieldValue('SectionIds', wanted);
        const text = mutations.reduce((so, mutate) => mutate(so), header.encode());
        fc.pre(isTractable(text));
        const library = sectionIdsByLibrary(text);
        const parts = Array.from({ length: library?.length ?? wanted.length }, () => 'S');
        const ours = readGpp([text, ...parts].join('~'));
        if (ours) read++;
        if (ours) expect([...ours.keys()]).toEqual(library);
        else
          expect(library === undefined || library.length > 64 || (library.at(-1) ?? 0) > 100_000).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(read).toBeGreaterThan(200);
  });

  function sectionIdsByLibrary(text: string): readonly number[] | undefined {
    if (!text.startsWith('DB') || text.includes('~')) return undefined;
    try {
      return new HeaderV1(text).getFieldValue('SectionIds') as number[];
    } catch {
      return undefined;
    }
  }

  it.each([
    '',
    'D',
    'DBAA~',
    'DBAA~x',
    'DBABMA',
    'DBABMA~',
    'DBABMA~ ',
    'CBABMA~x',
    `DBABMA~${'x'.repeat(32_768)}`,
  ])('is refused in %j', (text) => {
    expect(readGpp(text)).toBeUndefined();
  });

  it('of any characters does no harm', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: 'binary' }), (text) => {
        expect(() => readGpp(text)).not.toThrow();
        for (const [id] of US_SECTIONS) expect(() => readUsSection(id, text)).not.toThrow();
      }),
    );
  });
});
