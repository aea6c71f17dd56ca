import fc from 'fast-check';
import { expect, it } from 'vitest';
import { REQUEST_FIELDS, type FieldTree } from '../exchange/scan/request-fields.js';
import { FIELD_NAMES } from './field-names.js';
import { THING_ID } from './forms.js';
import type { Extent } from './person.js';
import { Pseudonyms } from './pseudonyms.js';
import { recordedRequest } from './recorded-request.js';

/** Everything that can be told by its looks to be somebody's. */
const MARKS = [
  'zephania.roe42@mail.example',
  '491512345678',
  '+49 (151) 2345-678',
  '0151/2345678',
  '6d92078a-8246-4ba4-ae5b-76104861e7dc',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'amFuZS5kb2VAbWFpbC5leGFtcGxl',
  'Yj0c1dZr4rZXyNkBw1',
  '203.0.113.77',
  '2001:db8:85a3:8d3:1319:8a2e:370:7348',
  '2002:cb00:714d::1',
];
const NUMBERS = [491_512_345_678, 40_917_735, -40_917_735, 40_917_735.5];
/** Names and whatever is no word of a field: only words and names of things may be made of them. */
const NAMES = ['Zephania', 'Zephania Roe', 'zephania-roe'];
/** Campaigns, supply lists and contracts name these, so they stay as they are, unless they look like an address of somebody. */
const THING_IDS = ['id', 'bundle', 'bapp', 'sid', 'wseat', 'bseat'];
/** Words stay. */
const WORDS = [
  'page',
  'keywords',
  'kwarray',
  'ua',
  'make',
  'model',
  'os',
  'hwv',
  'carrier',
  'city',
  'brand',
  'region',
  'architecture',
];

const wrapped = fc.constantFrom<(mark: string) => string>(
  (mark) => mark,
  (mark) => `mailto:${mark}`,
  (mark) => `https://${mark}@news.example/`,
  (mark) => `https://news.example/a;b=${mark}`,
  (mark) => `https://news.example/a/${mark}/b?c=${mark}#${mark}`,
  (mark) => `news.example/${mark}`,
  (mark) => `news.example/${encodeURIComponent(mark)}`,
  (mark) => `https://news.example/${encodeURIComponent(encodeURIComponent(mark))}`,
  (mark) => `a, ${mark}`,
  (mark) => `Mozilla/5.0 (${mark}) x`,
  (mark) => `id=${mark}`,
);

const PERSON_NAMES = (
  'ua dnt lmt devicetype make model os osv hwv h w ppi pxratio js geofetch language langb carrier mccmnc connectiontype ip ipv6 ' +
  'ifa didsha1 didmd5 dpidsha1 dpidmd5 macsha1 macmd5 type country region regionfips104 metro city utcoffset ipservice zip lat ' +
  'lon id buyeruid yob gender consent source inserter matcher mm atype brand version mobile bitness architecture'
).split(' ');

/** An object with the same in every place where there can be anything, in extensions of extensions as well. */
function filled(tree: FieldTree, value: unknown, leaveOut: readonly string[]): Record<string, unknown> {
  const unknown = { fancy: value, user: value, name: value, [String(value)]: value };
  const fields: Record<string, unknown> = {
    ...unknown,
    ext: { ...unknown, gdpr: value, deep: [{ device: unknown, more: [[value]] }] },
  };
  for (const [name, below] of Object.entries(tree)) {
    if (Object.keys(below).length > 0) fields[name] = [filled(below, value, leaveOut), value];
    else if (!leaveOut.includes(name)) fields[name] = [value, { ...unknown }];
  }
  return fields;
}

function request(value: unknown, leaveOut: readonly string[]): Record<string, unknown> {
  const all = filled(REQUEST_FIELDS, value, leaveOut);
  const names = PERSON_NAMES.filter((name) => !leaveOut.includes(name) || THING_IDS.includes(name));
  const unknown = Object.fromEntries([...FIELD_NAMES, 'data'].map((name) => [name, value]));
  const person = {
    ...unknown,
    ...filled({}, value, []),
    ...Object.fromEntries(names.map((name) => [name, value])),
  };
  const many = { ...person, geo: person, data: [{ ...person, segment: [person] }] };
  const eids = [{ ...person, uids: [person] }];
  const native = JSON.stringify(
    filled(REQUEST_FIELDS['imp']?.['native']?.['request'] ?? {}, value, leaveOut),
  );
  return {
    ...unknown,
    ...all,
    ...Object.fromEntries(leaveOut.map((name) => [name, undefined])),
    id: value,
    imp: [
      ...(all['imp'] as unknown[]),
      { id: value, bidfloor: value, native: { request: native } },
      { id: value, native: { request: JSON.stringify(native) } },
    ],
    site: { ...(all['site'] as object[])[0], ...single(REQUEST_FIELDS['site'] ?? {}, value, leaveOut) },
    device: { ...many, sua: { ...person, browsers: [person], platform: person } },
    user: { ...many, eids, ext: { ...person, eids } },
  };
}

function single(tree: FieldTree, value: unknown, leaveOut: readonly string[]): Record<string, unknown> {
  const names = Object.keys(tree).filter((name) => !leaveOut.includes(name));
  return Object.fromEntries(names.map((name) => [name, value]));
}

const recorded = (value: unknown, leaveOut: readonly string[], extent: Extent): string =>
  JSON.stringify(recordedRequest(request(value, leaveOut), extent, new Pseudonyms()));
/** What stands before and behind, so that a leak tells where it is. */
function placeOf(mark: string, text: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? 'nowhere' : text.slice(Math.max(0, at - 60), at + mark.length + 10);
}

const extents = fc.constantFrom<Extent>('pseudonymous', 'nothing-personal');

it('nothing that looks like somebody is in what is recorded, wherever it stood', () => {
  fc.assert(
    fc.property(fc.constantFrom(...MARKS), wrapped, extents, (mark, wrap, extent) => {
      const value = wrap(mark);
      const text = recorded(value, THING_ID.test(value) ? THING_IDS : [], extent);
      for (const form of [mark, encodeURIComponent(mark), mark.toLowerCase()])
        expect(placeOf(form, text)).toBe('nowhere');
    }),
    { numRuns: 80 },
  );
});

it.each(NUMBERS)('nor is the number %d', (number) => {
  for (const extent of ['pseudonymous', 'nothing-personal'] as const)
    expect(placeOf(String(Math.abs(number)), recorded(number, THING_IDS, extent))).toBe('nowhere');
});

it.each(NAMES)('nor is %s, but where words stand', (name) => {
  for (const extent of ['pseudonymous', 'nothing-personal'] as const)
    expect(placeOf('zephania', recorded(name, [...THING_IDS, ...WORDS], extent).toLowerCase())).toBe(
      'nowhere',
    );
});
