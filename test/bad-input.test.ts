import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseFiles, fullRequest } from './support/case-file.js';
import type { Json } from './support/merge.js';
import { startBidder, type RunningBidder } from './support/running-bidder.js';

/** Whatever is posted: a correct status at once, one outcome counted, and the next request is served. */
let bidder: RunningBidder;
beforeAll(async () => {
  bidder = await startBidder(baseFiles());
  // On a busy machine the first requests of a cold process are late.
  while ((await statusOf(good)) !== 200) await wait(50);
});
afterAll(() => bidder.stop());

const good = JSON.stringify(fullRequest());
const prototypeKeys = Object.getOwnPropertyNames(Object.prototype).sort();

async function counted(outcome: string): Promise<number> {
  const text = await (await bidder.admin('/metrics')).text();
  const pattern = new RegExp(`^narrowcast_requests_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)`, 'gm');
  return [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

async function statusOf(body: string | Uint8Array, headers: Record<string, string> = {}): Promise<number> {
  const response = await bidder.post('generic', body, headers);
  await response.arrayBuffer();
  return response.status;
}

const bid = (floor: string) => `{"id":"1","imp":[{"id":"1","bidfloor":${floor},"banner":{"w":300,"h":250}}]}`;
const version = (json: string) =>
  JSON.stringify(fullRequest({ device: { sua: { platform: { version: 'V' } } } })).replace('"V"', json);
const impressions = (count: number) =>
  JSON.stringify({
    id: '1',
    imp: Array.from({ length: count }, (_, i) => ({ id: i, banner: { w: 300, h: 250 } })),
  });

const blocking = (count: number) =>
  JSON.stringify(fullRequest({ bapp: Array.from({ length: count }, (_, i) => String(1_000_000_000 + i)) }));

const ofImpression = (impression: Json) => JSON.stringify(fullRequest({ imp: [impression] }));
const deals = (count: number) =>
  ofImpression({ pmp: { deals: Array.from({ length: count }, (_, i) => ({ id: `deal-${i}` })) } });
const chain = (count: number) => ({
  complete: 1,
  ver: '1.0',
  nodes: Array.from({ length: count }, () => ({ asi: 'exchange.example', sid: '1', hp: 1 })),
});

const BAD: readonly (readonly [string, string | Uint8Array, Record<string, string>, number, string])[] = [
  ['nothing', '', {}, 400, 'malformed'],
  ['a truncated body', good.slice(0, 200), {}, 400, 'malformed'],
  ['words', 'hello', {}, 400, 'malformed'],
  ['a list', '[]', {}, 400, 'malformed'],
  ['a lone number', '7', {}, 400, 'malformed'],
  ['null', 'null', {}, 400, 'malformed'],
  [
    'text that is not UTF-8',
    Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    {},
    400,
    'malformed',
  ],
  ['UTF-16', Buffer.from(good, 'utf16le'), {}, 400, 'malformed'],
  ['nesting 100,000 deep', '['.repeat(100_000) + ']'.repeat(100_000), {}, 400, 'malformed'],
  ['objects nested 10,000 deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, {}, 204, 'no-bid'],
  ['a body above the limit', ' '.repeat(262_145), {}, 413, 'too-large'],
  ['a body at the limit', good + ' '.repeat(262_144 - good.length), {}, 200, 'bid'],
  ['a gzip bomb', gzipSync(Buffer.alloc(10_000_000, 0x20)), { 'content-encoding': 'gzip' }, 413, 'too-large'],
  ['gzip that is none', good, { 'content-encoding': 'gzip' }, 400, 'malformed'],
  ['gzip cut short', gzipSync(good).subarray(0, 60), { 'content-encoding': 'gzip' }, 400, 'malformed'],
  ['an empty object', '{}', {}, 204, 'no-bid'],
  [
    'wrong types everywhere',
    '{"id":[],"imp":{"id":{}},"site":7,"device":"x","user":[1],"cur":{}}',
    {},
    204,
    'no-bid',
  ],
  ['a version whose parts cannot be made text', version('[{"toString":1}]'), {}, 200, 'bid'],
  ['a version nested 5,900 deep', version('['.repeat(5_900) + ']'.repeat(5_900)), {}, 200, 'bid'],
  ['a floor of 1e400', bid('1e400'), {}, 204, 'no-bid'],
  ['a floor of NaN', bid('NaN'), {}, 400, 'malformed'],
  ['a floor that is text', bid('"a lot"'), {}, 204, 'no-bid'],
  ['a floor of minus one', bid('-1'), {}, 204, 'no-bid'],
  ['negative sizes', '{"id":"1","imp":[{"id":"1","banner":{"w":-300,"h":-250}}]}', {}, 204, 'no-bid'],
  ['200 impressions', impressions(200), {}, 204, 'no-bid'],
  ['10,000 impressions', impressions(10_000), {}, 413, 'too-large'],
  ['5,000 impressions', impressions(5_000), {}, 204, 'no-bid'],
  ['5,000 blocked store ids', blocking(5_000), {}, 200, 'bid'],
  ['10,000 blocked store ids', blocking(10_000), {}, 200, 'bid'],
  ['1,000 deals', deals(1_000), {}, 200, 'bid'],
  ['10,000 deals, which cost too much to read', deals(10_000), {}, 204, 'no-bid'],
  ['a native request that is not JSON', ofImpression({ native: { request: '{' } }), {}, 200, 'bid'],
  [
    'a supply chain of a thousand nodes, all the same',
    JSON.stringify(fullRequest({ source: { schain: chain(1_000) } })),
    {},
    200,
    'bid',
  ],
  [
    'consent that cannot be read',
    JSON.stringify(fullRequest({ regs: { gdpr: 1 }, user: { consent: '!'.repeat(5_000) } })),
    {},
    200,
    'bid',
  ],
  [
    'prototype keys',
    `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},${good.slice(1)}`,
    {},
    200,
    'bid',
  ],
];

describe('bad input', () => {
  it.each(BAD)('%s', async (_about, body, headers, status, outcome) => {
    const before = await counted(outcome);
    expect(await statusOf(body, headers)).toBe(status);
    expect(await counted(outcome)).toBe(before + 1);
    expect(await statusOf(good)).toBe(200);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototypeKeys);
  });

  it('too many values are no malformed request: 204 with nbr 1 and a count of its own', async () => {
    const pattern = /^narrowcast_no_bids_total\{exchange="generic",reason="request-too-complex"\} (\d+)/m;
    const count = async () => Number(pattern.exec(await (await bidder.admin('/metrics')).text())?.[1] ?? 0);
    const before = await count();
    const response = await bidder.post('generic', impressions(5_000));
    expect([response.status, response.headers.get('x-nbr')]).toEqual([204, '1']);
    expect(await count()).toBe(before + 1);
  });

  it('of two values under one key the later counts, as JSON.parse has it', async () => {
    const twice = good.replace('"id":"request-1"', '"id":"first","id":"second"');
    const response = await bidder.post('generic', twice);
    expect(await response.json()).toMatchObject({ id: 'second' });
  });

  it('unknown exchanges, of whatever name, are 404', async () => {
    for (const name of ['nobody', '__proto__', 'constructor', 'generic2', '%00', 'x'.repeat(2000)]) {
      const response = await bidder.post(name, good);
      expect(response.status, name).toBe(404);
    }
  });

  it('mutated requests are answered 200, 204 or 400, counted once each, and pollute nothing', async () => {
    const request = fullRequest({
      cur: ['USD'],
      bcat: ['IAB7'],
      badv: ['bad.example'],
      wlang: ['en'],
      regs: { coppa: 0, ext: { gdpr: 0, us_privacy: '1---' } },
      user: { id: 'u', buyeruid: 'c-1', yob: 1990, geo: { country: 'USA' } },
      device: {
        devicetype: 4,
        os: 'iOS',
        osv: '17.1',
        geo: { lat: 1, lon: 2, country: 'USA' },
        language: 'en',
      },
      imp: [
        {
          pmp: { private_auction: 0, deals: [{ id: 'D', bidfloor: 1 }] },
          banner: { format: [{ w: 300, h: 250 }] },
        },
      ],
    });
    const text = JSON.stringify(request);
    const outcomes = ['bid', 'no-bid', 'malformed'];
    const total = async () => (await Promise.all(outcomes.map(counted))).reduce((a, b) => a + b, 0);
    const before = await total();
    let posted = 0;
    await fc.assert(
      fc.asyncProperty(fc.oneof(structurally(request), byBytes(text)), async (body) => {
        posted += 1;
        expect([200, 204, 400]).toContain(await statusOf(body));
      }),
      { numRuns: 600 },
    );
    expect(await total()).toBe(before + posted);
    expect(await statusOf(good)).toBe(200);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototypeKeys);
  }, 60_000);
});

const STRANGE: readonly Json[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  2 ** 53,
  -0,
  '',
  'x',
  '-1',
  '1e999',
  [],
  {},
  [[]],
  [null],
  { __proto__: null },
];

/** One value somewhere in the request replaced, taken away, or put under a key that objects inherit. */
function structurally(request: Json): fc.Arbitrary<string> {
  const paths = pathsOf(request, []);
  const path = fc.constantFrom(...paths);
  const value = fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue() as fc.Arbitrary<Json>);
  return fc.array(fc.tuple(path, value, fc.nat(3)), { minLength: 1, maxLength: 4 }).map((changes) => {
    const copy = structuredClone(request);
    for (const [at, replacement, kind] of changes) change(copy, at, replacement, kind);
    return JSON.stringify(copy);
  });
}

function pathsOf(value: Json, path: readonly string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [[...path]];
  return [
    ...(path.length > 0 ? [[...path]] : []),
    ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key])),
  ];
}

function change(root: Json, path: readonly string[], replacement: Json, kind: number): void {
  let parent = root as Record<string, Json>;
  for (const key of path.slice(0, -1)) {
    const next = parent[key];
    if (typeof next !== 'object' || next === null) return;
    parent = next as Record<string, Json>;
  }
  const key = path.at(-1) as string;
  if (kind === 0) delete parent[key];
  else if (kind === 1)
    Object.defineProperty(parent, '__proto__', { value: replacement, enumerable: true, configurable: true });
  else parent[key] = replacement;
}

/** A few bytes of the text overwritten, or the text cut short. */
function byBytes(text: string): fc.Arbitrary<Uint8Array> {
  const edits = fc.array(fc.tuple(fc.nat(text.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
  return fc.tuple(edits, fc.option(fc.nat(text.length))).map(([changes, length]) => {
    const bytes = Uint8Array.from(Buffer.from(text));
    for (const [at, byte] of changes) bytes[at] = byte;
    return bytes.subarray(0, length ?? bytes.length);
  });
}
