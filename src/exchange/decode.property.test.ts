import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appRequest, siteRequest, streamRequest } from '../../test/support/sample-requests.js';
import type {
  Audio,
  Banner,
  BidRequest,
  Deal,
  Impression,
  Native,
  TimedFloors,
  Video,
} from '../domain/bid-request.js';
import { decodeSlowly } from '../../test/oracles/decode-slowly.js';
import { damage } from '../../test/support/damage.js';
import { seededRandom } from '../lib/prng.js';
import { decodeBidRequest, type DecodeResult } from './decode.js';

/**
 * Real-looking requests broken at random places in random ways. Whatever comes, the decoder gives one of its four
 * answers, what it gives keeps the promises of its types, and nothing of the process has changed.
 */

type Path = readonly (string | number)[];

const PROTOTYPE_KEYS = JSON.stringify(Reflect.ownKeys(Object.prototype).map(String));

const strangeValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    -0.5,
    1e308,
    -1e308,
    5e-324,
    2 ** 53,
    true,
    false,
    [],
    {},
    [[]],
    [null],
  ),
  fc.constantFrom('1', '0', '-1', '1e999', 'NaN', '0x1', ' ', '\u0000', '\ud800', '\u2028', '😀'),
  fc.constantFrom({ __proto__: { polluted: 1 } }, { constructor: { prototype: { polluted: 1 } } }),
  fc.string({ unit: 'binary' }),
  fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 200 }),
);

interface Change {
  readonly kind: 'replace' | 'wrap' | 'repeat' | 'delete' | 'add';
  /** Which of the request's values, counted round and round. */
  readonly where: number;
  readonly key: string;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('replace', 'wrap', 'repeat', 'delete', 'add'),
  where: fc.nat(),
  key: fc.constantFrom('__proto__', 'constructor', 'toString', 'ext', 'id', 'why', '0', ''),
  value: strangeValue,
});

function allPaths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => allPaths(child, [...path, key]))];
}

function changed(value: unknown, path: Path, apply: Change): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return changedHere(value, apply);
  const entries = Object.entries(value as object).flatMap(([name, child]): [string, unknown][] => {
    if (name !== String(key)) return [[name, child]];
    return apply.kind === 'delete' && rest.length === 0 ? [] : [[name, changed(child, rest, apply)]];
  });
  if (Array.isArray(value)) return entries.map(([, child]) => child);
  return Object.fromEntries(entries);
}

function changedHere(value: unknown, apply: Change): unknown {
  if (apply.kind === 'replace') return apply.value;
  if (apply.kind === 'wrap') return [value, apply.value];
  if (apply.kind === 'repeat') return Array.from({ length: 120 }, () => value);
  if (apply.kind === 'delete') return undefined;
  const isPlainObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // fromEntries defines an own `__proto__`, as JSON.parse does, where an object literal would set the prototype.
  return isPlainObject
    ? Object.fromEntries([...Object.entries(value), [apply.key, apply.value]])
    : apply.value;
}

function changedRequest(start: unknown, changes: readonly Change[]): unknown {
  return changes.reduce<unknown>((request, apply) => {
    const paths = allPaths(request);
    return changed(request, paths[apply.where % paths.length] ?? [], apply);
  }, start);
}

function expectSound(result: DecodeResult): void {
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted');
  expect(JSON.stringify(Reflect.ownKeys(Object.prototype).map(String))).toBe(PROTOTYPE_KEYS);
  expect(reasonOf(result)).not.toBe('');
  if (result.kind === 'request') expectPromises(result.request);
}

function reasonOf(result: DecodeResult): string {
  if (result.kind === 'malformed') return result.why;
  return result.kind === 'invalid' ? result.invalid.path && result.invalid.problem : result.kind;
}

function expectPromises(request: BidRequest): void {
  expect(request.id).not.toBe('');
  expect(request.currencies.length).toBeGreaterThan(0);
  expect(request.impressions.length + request.skipped.length).toBeGreaterThan(0);
  const ids = [...request.impressions, ...request.skipped].map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const impression of request.impressions) expectImpression(impression);
  const { geo } = request.device;
  expect(geo.latitude === undefined).toBe(geo.longitude === undefined);
  expect(request.tmaxMs ?? 0).toBeGreaterThanOrEqual(0);
}

function expectImpression(impression: Impression): void {
  const { banner, video, audio, native, deals } = impression;
  expect([banner, video, audio, native].some(Boolean)).toBe(true);
  if ([banner, video, audio, native].filter(Boolean).length > 1) expect(impression.multiFormat).toBe(true);
  for (const { floorMicros, floorCurrency } of [impression, ...deals]) {
    expectMoney(floorMicros);
    expect(floorCurrency).toBe(floorCurrency.toUpperCase());
  }
  for (const deal of deals) expectDeal(deal);
  expect(impression.multiplier).toBeGreaterThan(0);
  expect(impression.multiplier).toBeLessThanOrEqual(100_000);
  if (banner) expectBanner(banner);
  if (video) expectVideo(video);
  if (audio) expectStream(audio);
  if (native) expectNative(native);
}

function expectMoney(micros: number): void {
  expect(Number.isSafeInteger(micros) && micros >= 0).toBe(true);
}

function expectDeal(deal: Deal): void {
  expect(deal.id).not.toBe('');
  expectTimedFloors(deal);
}

function expectTimedFloors({ durationFloors, floorMicrosPerSecond }: TimedFloors): void {
  expectMoney(floorMicrosPerSecond ?? 0);
  for (const { secondsMin, secondsMax, floorMicros } of durationFloors) {
    expect(Math.min(secondsMin, secondsMax)).toBeGreaterThanOrEqual(0);
    expectMoney(floorMicros);
  }
}

function expectBanner(banner: Banner): void {
  expect(banner.sizes.length + banner.flexSizes.length).toBeGreaterThan(0);
  for (const { w, h } of banner.sizes) expect(Math.min(w, h)).toBeGreaterThan(0);
}

function expectStream(stream: Video | Audio): void {
  expectTimedFloors(stream);
  expect(stream.mimes.length).toBeGreaterThan(0);
  for (const mime of stream.mimes) expect(mime).toBe(mime.toLowerCase());
  for (const limit of [stream.secondsMin, stream.secondsMax, stream.bitrateMin, stream.bitrateMax]) {
    expect(limit).toBeGreaterThanOrEqual(0);
  }
  for (const companion of stream.companions) expectBanner(companion);
  const { pod } = stream;
  if (!pod) return;
  expect(pod.bidsMax).toBeGreaterThan(0);
  if (pod.kind === 'structured') expect([pod.seconds, pod.bidsMax]).toEqual([0, 1]);
  else expect(pod.seconds).toBeGreaterThan(0);
}

function expectVideo(video: Video): void {
  expectStream(video);
  if (video.size) expect(Math.min(video.size.w, video.size.h)).toBeGreaterThan(0);
}

function expectNative({ assets, bidsMax }: Native): void {
  expect(bidsMax).toBeGreaterThan(0);
  expect(assets.length).toBeGreaterThan(0);
  expect(assets.length).toBeLessThanOrEqual(64);
  expect(new Set(assets.map(({ id }) => id)).size).toBe(assets.length);
  for (const asset of assets)
    if ('charactersMax' in asset) expect(asset.charactersMax).toBeGreaterThanOrEqual(0);
}

function countFormats({ impressions }: BidRequest, formats: Record<string, number>): void {
  for (const impression of impressions) {
    for (const format of ['banner', 'video', 'audio', 'native'] as const) {
      if (impression[format]) formats[format] = (formats[format] ?? 0) + 1;
    }
  }
}

/** With its native requests as text, which is how they are mostly sent. */
function withNativeAsText(request: unknown): unknown {
  const text = JSON.stringify(request, (key, value: unknown) =>
    key === 'request' && typeof value === 'object' ? JSON.stringify(value) : value,
  );
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

describe('the decoder', () => {
  it('answers any change of a request soundly', () => {
    const formats = { banner: 0, video: 0, audio: 0, native: 0 };
    const kinds = { request: 0, invalid: 0, malformed: 0, 'too-complex': 0 };
    fc.assert(
      fc.property(
        fc.constantFrom(appRequest(), siteRequest(), streamRequest(), streamRequest()),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        (start, changes, isNativeText) => {
          const sent = changedRequest(start, changes);
          const body = JSON.stringify(isNativeText ? withNativeAsText(sent) : sent) ?? '';
          const result = decodeBidRequest(Buffer.from(body));
          if (result.kind !== 'too-complex') expect(result).toEqual(decodeSlowly(Buffer.from(body)));
          kinds[result.kind]++;
          if (result.kind === 'request') countFormats(result.request, formats);
          expectSound(result);
        },
      ),
      { numRuns: 1_200 },
    );
    for (const times of Object.values(formats)) expect(times).toBeGreaterThan(50);
    // A generator that only ever broke requests, or never did, would prove little.
    expect(Math.min(kinds.request, kinds.invalid, kinds.malformed)).toBeGreaterThan(10);
  });

  it.each([
    ['objects that cannot be made text', '[{"toString":1,"valueOf":1}]'],
    ['lists too deep to be made text', `${'['.repeat(4_500)}${']'.repeat(4_500)}`],
  ])('is not stopped by %s, wherever they stand', (_, strange) => {
    for (const start of [appRequest(), siteRequest(), streamRequest()]) {
      for (const path of allPaths(start)) {
        const marked = changed(start, path, { kind: 'replace', where: 0, key: '', value: 'MARK' });
        expectSound(decodeBidRequest(Buffer.from(JSON.stringify(marked).replace('"MARK"', strange))));
      }
    }
  });

  it('answers truncated and damaged bytes soundly', () => {
    const body = Buffer.from(JSON.stringify(siteRequest()));
    fc.assert(
      fc.property(fc.nat(body.length), fc.nat(body.length - 1), fc.nat(255), (length, place, byte) => {
        const damaged = Buffer.from(body);
        damaged[place] = byte;
        expectSound(decodeBidRequest(damaged));
        expectSound(decodeBidRequest(damaged.subarray(0, length)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('agrees with the slow decoder on damaged bodies, byte by byte', () => {
    const random = seededRandom(20_261_125);
    const bodies = [appRequest(), siteRequest(), streamRequest()].map((request) =>
      Buffer.from(JSON.stringify(request)),
    );
    const kinds = { request: 0, invalid: 0, malformed: 0, 'too-complex': 0 };
    for (let i = 0; i < 30_000; i++) {
      const body = damage(bodies, random);
      const result = decodeBidRequest(body);
      kinds[result.kind]++;
      const agrees = result.kind === 'too-complex' || isDeepStrictEqual(result, decodeSlowly(body));
      if (!agrees) expect({ body: body.toString(), result }).toEqual({ result: decodeSlowly(body) });
    }
    expect(Math.min(kinds.request, kinds.invalid, kinds.malformed)).toBeGreaterThan(20);
    expect(kinds['too-complex']).toBeLessThan(10);
  });

  it('does not keep to the body it read before', () => {
    const first = decodeBidRequest(Buffer.from(JSON.stringify(siteRequest())));
    decodeBidRequest(Buffer.from(JSON.stringify(streamRequest())));
    expect(first).toEqual(decodeSlowly(Buffer.from(JSON.stringify(siteRequest()))));
  });

  it('takes any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (body) => expectSound(decodeBidRequest(body))));
  });

  it('is not changed by keys that name prototypes', () => {
    const plain = JSON.stringify(streamRequest());
    const poison =
      '"__proto__":{"id":"x","test":1,"site":{},"battr":[1],"polluted":1},"constructor":{"prototype":{"polluted":1}}';
    const poisoned = `{${poison},${plain.slice(1)}`.replaceAll(
      /"(banner|video|audio|native|request)":\{/g,
      `"$1":{${poison},`,
    );
    expect(decodeBidRequest(Buffer.from(poisoned))).toEqual(decodeBidRequest(Buffer.from(plain)));
  });
});
